with

companies as (
    select * from {{ ref('stg_catalog_companies') }}
),

products as (
    select * from {{ ref('stg_catalog_products') }}
),

aliases as (
    select * from {{ ref('stg_catalog_aliases') }}
),

names as (
    select
        company_id,
        company_id as entity_id,
        name,
        true as is_company,
    from companies
    union all
    select
        company_id,
        product_id as entity_id,
        name,
        false as is_company,
    from products
    where company_id is not null
),

all_names as (
    select
        company_id,
        lower(name) as folded_name,
        is_company,
    from names
    union all
    select
        names.company_id,
        lower(aliases.alias) as folded_name,
        names.is_company,
    from aliases
    inner join names on aliases.entity_id = names.entity_id
)

select
    folded_name,
    company_id,
    is_company,
from all_names
qualify row_number() over (partition by folded_name order by is_company desc, company_id asc) = 1

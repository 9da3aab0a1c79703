with

aliases as (
    select * from {{ ref('stg_catalog_aliases') }}
),

names as (
    select
        company_id as entity_id,
        name,
    from {{ ref('stg_catalog_companies') }}
    union all
    select
        product_id as entity_id,
        name,
    from {{ ref('stg_catalog_products') }}
    union all
    select
        person_id as entity_id,
        name,
    from {{ ref('stg_catalog_people') }}
    union all
    select
        show_id as entity_id,
        name,
    from {{ ref('stg_catalog_shows') }}
    union all
    select
        topic_id as entity_id,
        name,
    from {{ ref('stg_catalog_topics') }}
)

select
    names.entity_id,
    list(distinct aliases.alias order by aliases.alias) as aliases,
from names
inner join aliases on names.entity_id = aliases.entity_id
where
    aliases.kind <> 'misheard'
    and aliases.alias <> names.name
group by names.entity_id

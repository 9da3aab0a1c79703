with

entities as (
    select
        company_id as entity_id,
        'company' as entity_type,
        name,
        true as is_listed,
    from {{ ref('stg_catalog_companies') }}
    union all
    select
        product_id as entity_id,
        'product' as entity_type,
        name,
        true as is_listed,
    from {{ ref('stg_catalog_products') }}
    union all
    select
        person_id as entity_id,
        'person' as entity_type,
        name,
        is_listed,
    from {{ ref('int_people') }}
    union all
    select
        show_id as entity_id,
        'show' as entity_type,
        name,
        is_listed,
    from {{ ref('int_shows') }}
    union all
    select
        topic_id as entity_id,
        'topic' as entity_type,
        name,
        true as is_listed,
    from {{ ref('stg_catalog_topics') }}
)

select
    entity_id,
    entity_type,
    name,
    is_listed,
from entities
order by entity_id

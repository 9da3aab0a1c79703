with

catalog as (
    select * from {{ ref('stg_catalog_shows') }}
),

copy_shows as (
    select * from {{ ref('stg_copy_shows') }}
),

mentions as (
    select * from {{ ref('stg_mentions') }}
),

namings as (
    select
        show_id,
        show_name as name,
    from copy_shows
    union all
    select
        entity_id as show_id,
        entity_name as name,
    from mentions
    where entity_type = 'show'
),

names_by_use as (
    select
        show_id,
        name,
        count(*) as use_count,
    from namings
    group by show_id, name
),

unlisted as (
    select
        show_id,
        name,
    from names_by_use
    where show_id not in (select catalog.show_id from catalog)
    qualify row_number() over (partition by show_id order by use_count desc, length(name) desc, name asc) = 1
)

select
    show_id,
    name,
    host_ids,
    domains,
    true as is_listed,
from catalog
union all
select
    show_id,
    name,
    []::varchar[] as host_ids,
    []::varchar[] as domains,
    false as is_listed,
from unlisted

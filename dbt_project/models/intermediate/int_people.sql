with

catalog as (
    select * from {{ ref('stg_catalog_people') }}
),

appearance_evidence as (
    select * from {{ ref('stg_appearance_evidence') }}
),

speaker_labels as (
    select * from {{ ref('stg_speaker_labels') }}
),

mentions as (
    select * from {{ ref('stg_mentions') }}
),

namings as (
    select
        person_id,
        person_name as name,
    from appearance_evidence
    union all
    select
        person_id,
        person_name as name,
    from speaker_labels
    where person_id is not null
    union all
    select
        entity_id as person_id,
        entity_name as name,
    from mentions
    where entity_type = 'person'
),

names_by_use as (
    select
        person_id,
        name,
        count(*) as use_count,
    from namings
    where name is not null
    group by person_id, name
),

unlisted as (
    select
        person_id,
        name,
    from names_by_use
    where person_id not in (select catalog.person_id from catalog)
    qualify row_number() over (partition by person_id order by use_count desc, length(name) desc, name asc) = 1
)

select
    person_id,
    name,
    company_id,
    true as is_listed,
from catalog
union all
select
    person_id,
    name,
    null::varchar as company_id,
    false as is_listed,
from unlisted

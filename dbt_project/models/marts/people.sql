with

people as (
    select * from {{ ref('int_people') }}
),

aliases as (
    select * from {{ ref('int_entity_aliases') }}
),

shows as (
    select * from {{ ref('int_shows') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

appearance_roles as (
    select * from {{ ref('appearance_roles') }}
),

mentions as (
    select * from {{ ref('mentions') }}
),

host_ids as (
    select unnest(host_ids) as person_id
    from shows
    union all
    select person_id
    from appearances
    where {{ is_host_role('role') }}
    union all
    select appearances.person_id
    from appearance_roles
    inner join appearances on appearance_roles.appearance_id = appearances.appearance_id
    where {{ is_host_role('appearance_roles.role') }}
),

appearances_per_person as (
    select
        person_id,
        count(*) as appearance_count,
        bool_or(role = 'guest') as is_guest,
    from appearances
    group by person_id
),

mentions_per_person as (
    select
        entity_id as person_id,
        count(*) as mention_count,
    from mentions
    where entity_type = 'person' and {{ is_counted('field') }}
    group by entity_id
)

select
    people.person_id,
    people.name,
    coalesce(aliases.aliases, []) as aliases,
    people.company_id,
    people.is_listed,
    people.person_id in (select host_ids.person_id from host_ids) as is_host,
    coalesce(appearances_per_person.is_guest, false) as is_guest,
    coalesce(appearances_per_person.appearance_count, 0) as appearance_count,
    coalesce(mentions_per_person.mention_count, 0) as mention_count,
from people
left join aliases on people.person_id = aliases.entity_id
left join appearances_per_person on people.person_id = appearances_per_person.person_id
left join mentions_per_person on people.person_id = mentions_per_person.person_id
order by people.person_id

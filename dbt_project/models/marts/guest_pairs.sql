with

appearances as (
    select * from {{ ref('appearances') }}
    where role = 'guest'
),

episodes as (
    select * from {{ ref('episodes') }}
)

select
    a.person_id as person_id_a,
    b.person_id as person_id_b,
    count(*) as episode_count,
    min(episodes.published_on) as first_on,
    max(episodes.published_on) as last_on,
from appearances as a
inner join appearances as b on a.episode_id = b.episode_id and a.person_id < b.person_id
inner join episodes on a.episode_id = episodes.episode_id
group by a.person_id, b.person_id
order by a.person_id, b.person_id

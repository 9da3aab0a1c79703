with

copies as (
    select * from {{ ref('int_copies') }}
),

copy_shows as (
    select * from {{ ref('stg_copy_shows') }}
),

shows_per_episode as (
    select
        copies.episode_id,
        copy_shows.show_id,
        count(*) as copy_count,
        min(copies.preference_rank) filter (where copy_shows.is_primary) as best_primary_rank,
        min(copies.preference_rank) as best_rank,
    from copy_shows
    inner join copies on copy_shows.copy_id = copies.copy_id
    group by copies.episode_id, copy_shows.show_id
)

select
    episode_id,
    show_id,
    copy_count,
    row_number() over (
        partition by episode_id
        order by best_primary_rank asc nulls last, best_rank asc, show_id asc
    ) = 1 as is_primary,
from shows_per_episode

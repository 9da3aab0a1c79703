-- One preferred copy an episode, at most one primary show, and both the ones that `episodes` names.
with

preferred as (
    select
        episode_id,
        count(*) as choice_count,
        any_value(copy_id) as choice,
    from {{ ref('episode_copies') }}
    where is_preferred
    group by episode_id
),

primary_shows as (
    select
        episode_id,
        count(*) as choice_count,
        any_value(show_id) as choice,
    from {{ ref('episode_shows') }}
    where is_primary
    group by episode_id
),

shows_of_episodes as (
    select distinct episode_id
    from {{ ref('episode_shows') }}
)

select
    episodes.episode_id,
    preferred.choice_count as preferred_copy_count,
    primary_shows.choice_count as primary_show_count,
from {{ ref('episodes') }} as episodes
left join preferred on episodes.episode_id = preferred.episode_id
left join primary_shows on episodes.episode_id = primary_shows.episode_id
left join shows_of_episodes on episodes.episode_id = shows_of_episodes.episode_id
where
    preferred.choice_count is distinct from 1
    or preferred.choice is distinct from episodes.preferred_copy_id
    or (shows_of_episodes.episode_id is not null and primary_shows.choice_count is distinct from 1)
    or primary_shows.choice is distinct from episodes.show_id

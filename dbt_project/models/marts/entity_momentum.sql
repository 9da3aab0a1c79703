with

mentions as (
    select * from {{ ref('mentions') }}
    where {{ is_counted('field') }} and {{ is_content('segment_kind') }}
),

episodes as (
    select * from {{ ref('episodes') }}
    where published_on is not null
),

entities as (
    select * from {{ ref('entities') }}
),

as_of as (
    select max(published_on) as as_of_date
    from episodes
),

windowed_episodes as (
    select
        episodes.episode_id,
        episodes.has_text,
        as_of.as_of_date,
        episodes.published_on > as_of.as_of_date - 90 as is_recent,
    from episodes
    cross join as_of
    where episodes.published_on > as_of.as_of_date - 180
),

denominators as (
    select
        any_value(as_of_date) as as_of_date,
        count(*) filter (where is_recent and has_text) as eligible_episode_count,
        count(*) filter (where not is_recent and has_text) as previous_eligible_episode_count,
    from windowed_episodes
),

counted as (
    select
        mentions.entity_id,
        count(*) filter (where windowed_episodes.is_recent) as mention_count,
        count(*) filter (where not windowed_episodes.is_recent) as previous_mention_count,
        count(distinct mentions.episode_id) filter (where windowed_episodes.is_recent) as episode_count,
        count(distinct mentions.episode_id) filter (where not windowed_episodes.is_recent) as previous_episode_count,
    from mentions
    inner join windowed_episodes on mentions.episode_id = windowed_episodes.episode_id
    group by mentions.entity_id
)

select
    counted.entity_id,
    entities.entity_type,
    entities.name,
    denominators.as_of_date,
    counted.mention_count,
    counted.previous_mention_count,
    counted.episode_count,
    counted.previous_episode_count,
    denominators.eligible_episode_count,
    denominators.previous_eligible_episode_count,
    if(
        denominators.previous_eligible_episode_count = 0,
        null,
        round(
            ((counted.episode_count + 0.5) / (denominators.eligible_episode_count + 1))
            / ((counted.previous_episode_count + 0.5) / (denominators.previous_eligible_episode_count + 1)),
            3
        )
    ) as momentum,
from counted
cross join denominators
inner join entities on counted.entity_id = entities.entity_id
order by counted.entity_id

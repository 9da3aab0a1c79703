with

mentions as (
    select * from {{ ref('mentions') }}
    where
        {{ is_counted('field') }}
        and {{ is_content('segment_kind') }}
        and entity_type in ('company', 'product', 'topic')
),

episodes as (
    select * from {{ ref('episodes') }}
    where show_id is not null
),

counted as (
    select
        episodes.show_id,
        mentions.entity_id,
        any_value(mentions.entity_type) as entity_type,
        count(*) as mention_count,
        count(distinct mentions.episode_id) as episode_count,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    group by episodes.show_id, mentions.entity_id
),

shows as (
    select
        show_id,
        count(*) filter (where has_text) as eligible_episode_count,
    from episodes
    group by show_id
),

totals as (
    select
        *,
        sum(mention_count) over (partition by show_id, entity_type)::bigint as show_mention_count,
        sum(mention_count) over (partition by entity_id)::bigint as all_shows_mention_count,
        sum(mention_count) over (partition by entity_type)::bigint as total_mention_count,
    from counted
),

-- The prior is how often the entity is mentioned in the whole corpus, with the weight of `prior_count` mentions.
weighed as (
    select
        *,
        100.0 as prior_count,
        100.0 * all_shows_mention_count / total_mention_count as expected,
    from totals
),

odds as (
    select
        *,
        mention_count + expected as here,
        show_mention_count + prior_count - mention_count - expected as others_here,
        all_shows_mention_count - mention_count + expected as elsewhere,
        total_mention_count - show_mention_count + prior_count
        - (all_shows_mention_count - mention_count) - expected as others_elsewhere,
    from weighed
)

select
    odds.show_id,
    odds.entity_id,
    odds.entity_type,
    odds.mention_count,
    odds.episode_count,
    shows.eligible_episode_count,
    odds.show_mention_count,
    odds.all_shows_mention_count,
    odds.total_mention_count,
    if(
        least(odds.others_here, odds.others_elsewhere) > 0,
        round(
            (ln(odds.here / odds.others_here) - ln(odds.elsewhere / odds.others_elsewhere))
            / sqrt(1 / odds.here + 1 / odds.elsewhere),
            3
        ),
        null
    ) as distinctiveness,
from odds
inner join shows on odds.show_id = shows.show_id
order by odds.show_id, odds.entity_id

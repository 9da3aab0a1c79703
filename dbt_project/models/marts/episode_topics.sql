with

mentions as (
    select * from {{ ref('mentions') }}
    where entity_type = 'topic' and {{ is_counted('field') }}
),

episodes as (
    select * from {{ ref('episodes') }}
    where has_text
),

-- A place is a turn, a passage or a chapter: saying a phrase ten times in one turn covers no more than saying it once.
places as (
    select
        episode_id,
        entity_id as topic_id,
        coalesce(turn_id, passage_id, chapter_id) as place_id,
        count(*) as mention_count,
        max(case field when 'title' then 3 when 'transcript' then 1 else 2 end) as weight,
    from mentions
    group by episode_id, entity_id, place_id
),

coverage as (
    select
        episode_id,
        topic_id,
        sum(mention_count)::bigint as mention_count,
        sum(weight)::bigint as place_weight,
        count(*) over (partition by topic_id) as topic_episode_count,
    from places
    group by episode_id, topic_id
),

corpus as (
    select count(*) as episode_count
    from episodes
),

scored as (
    select
        coverage.*,
        round(
            ln(1 + coverage.place_weight) * (1 + ln((1 + corpus.episode_count) / (1 + coverage.topic_episode_count))),
            4
        ) as score,
    from coverage
    cross join corpus
)

select
    episode_id,
    topic_id,
    score,
    mention_count,
    place_weight >= 2
    and row_number() over (
        partition by episode_id
        order by place_weight >= 2 desc, score desc, topic_id asc
    ) <= 3 as is_primary,
from scored
order by episode_id, topic_id

with

copy_topics as (
    select * from {{ ref('stg_copy_topics') }}
),

copies as (
    select * from {{ ref('int_copies') }}
    where is_preferred
)

select
    copies.episode_id,
    copy_topics.topic_id,
    copy_topics.score,
    copy_topics.coverage,
    copy_topics.distinctiveness,
    copy_topics.mention_count,
    copy_topics.entity_mention_count,
    copy_topics.is_primary,
from copy_topics
inner join copies on copy_topics.copy_id = copies.copy_id
order by copies.episode_id, copy_topics.topic_id

with

chapter_topics as (
    select * from {{ ref('stg_chapter_topics') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    chapter_topics.chapter_id,
    copies.episode_id,
    chapter_topics.copy_id,
    copies.is_preferred as is_preferred_copy,
    chapter_topics.topic_id,
    chapter_topics.score,
    chapter_topics.mention_count,
    chapter_topics.is_primary,
from chapter_topics
inner join copies on chapter_topics.copy_id = copies.copy_id
order by chapter_topics.chapter_id, chapter_topics.topic_id

with

turn_topics as (
    select * from {{ ref('stg_turn_topics') }}
),

copies as (
    select * from {{ ref('int_copies') }}
    where is_preferred
)

select
    turn_topics.turn_id,
    copies.episode_id,
    turn_topics.topic_id,
    turn_topics.score,
    turn_topics.mention_count,
from turn_topics
inner join copies on turn_topics.copy_id = copies.copy_id
order by turn_topics.turn_id

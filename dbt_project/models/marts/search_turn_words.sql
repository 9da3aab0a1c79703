with

-- A turn's number is its place in the table, which is in the order of episodes: nothing is sorted once more, and
-- `search_postings` numbers turns alike without a join by their ids.
turns as (
    select
        rowid + 1 as turn_number,
        turn_id,
        episode_id,
        text,
    from {{ ref('speaker_turns') }}
),

-- Materialized, because the condition below would have the words counted twice.
words as materialized (
    select
        turn_number,
        turn_id,
        episode_id,
        len({{ search_words('text') }}) as word_count,
    from turns
)

select
    turn_number,
    turn_id,
    episode_id,
    word_count,
from words
where word_count > 0
order by turn_number

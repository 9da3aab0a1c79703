with

turns as (
    select * from {{ ref('speaker_turns') }}
),

-- Materialized, because the condition below would have the words counted twice.
words as materialized (
    select
        turn_id,
        episode_id,
        turn_index,
        len({{ search_words('text') }}) as word_count,
    from turns
)

select
    row_number() over (order by episode_id, turn_index) as turn_number,
    turn_id,
    episode_id,
    word_count,
from words
where word_count > 0
order by turn_number

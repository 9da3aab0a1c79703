{{ config(post_hook=["{{ create_search_turns() }}", "{{ describe_search_turns() }}"]) }}
-- The macro that is made after this table reads more tables, which must exist by then.
-- depends_on: {{ ref('episodes') }}
-- depends_on: {{ ref('people') }}
-- depends_on: {{ ref('speaker_turns') }}
with

postings as (
    select * from {{ ref('search_postings') }}
),

turn_words as (
    select * from {{ ref('search_turn_words') }}
),

counted as (
    select
        term,
        count(*) as turn_count,
    from postings
    group by term
)

select
    term,
    turn_count,
    ln(1 + ((select count(*) from turn_words) - turn_count + 0.5) / (turn_count + 0.5)) as idf,
from counted
order by term

-- After the turns' words and not beside them: both read the texts of all turns.
-- depends_on: {{ ref('search_turn_words') }}
with

turns as (
    select text from {{ ref('speaker_turns') }}
),

misheard as (
    select * from {{ ref('int_misheard_words') }}
),

words as (
    select unnest({{ search_words('text') }}) as term from turns
    union
    select term from misheard
)

select
    term,
    row_number() over (order by term)::integer as term_number,
from words

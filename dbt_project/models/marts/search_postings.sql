-- What is sorted may just fit into the memory that DuckDB may use, which then lacks for what writes the rows: 740 MB of
-- raw text failed within 1.5 GB, where 1 and 10 GB did not. A sort that is ready to go to the disk leaves it, and takes
-- as long.
{{ config(pre_hook="set debug_force_external = true", post_hook="reset debug_force_external") }}

with

-- Not materialized: the texts of all turns would be held, beside all else, in DuckDB's memory. Numbered as
-- `search_turn_words` numbers them: joining their ids, a large corpus took more memory than DuckDB may use.
turns as not materialized (
    select
        rowid + 1 as turn_number,
        text,
    from {{ ref('speaker_turns') }}
),

misheard as (
    select * from {{ ref('int_misheard_words') }}
),

-- Made before, because in one statement with the sort the words of 10 GB took more memory than DuckDB may use.
terms as (
    select * from {{ ref('int_search_terms') }}
),

-- Words are counted turn by turn: grouping all of a large corpus takes more memory and disk than DuckDB may use.
counted as (
    select
        turn_number,
        unnest(map_entries(list_aggregate({{ search_words('text') }}, 'histogram'))) as counted_term,
    from turns
),

postings as (
    select
        counted_term['key'] as term,
        turn_number,
        counted_term['value']::integer as term_count,
        false as is_misheard,
    from counted
    union all
    select
        term,
        turn_number,
        1 as term_count,
        true as is_misheard,
    from misheard
),

-- Sorted by two numbers, without the words: they were most of what the sort of a large corpus wrote to the disk.
numbered as (
    select
        terms.term_number,
        postings.turn_number::integer as turn_number,
        postings.term_count,
        postings.is_misheard,
    from postings
    inner join terms on postings.term = terms.term
    order by terms.term_number, turn_number
)

-- A join would lose the order.
select
    (select list(terms.term order by terms.term_number) from terms)[numbered.term_number] as term,
    numbered.turn_number::bigint as turn_number,
    numbered.term_count,
    numbered.is_misheard,
from numbered

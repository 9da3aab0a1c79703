-- After the turns' words and not beside them: each of the two may take all the memory that DuckDB may use.
-- depends_on: {{ ref('search_turn_words') }}
with

-- Not materialized: read more than once, the texts of all turns would be held, beside all else, in DuckDB's memory.
-- Numbered as `search_turn_words` numbers them: joining their ids, a large corpus took more memory than DuckDB may
-- use, and the texts went to the disk with them.
turns as not materialized (
    select
        rowid + 1 as turn_number,
        turn_id,
        text,
    from {{ ref('speaker_turns') }}
),

mentions as not materialized (
    select * from {{ ref('mentions') }}
    where field = 'transcript'
),

aliases as (
    select * from {{ ref('stg_catalog_aliases') }}
),

-- What a misheard name should have read: the words of the entity's name and of its other sure aliases.
names as (
    select distinct
        entity_id,
        entity_name as name,
    from mentions
    union
    select
        entity_id,
        alias as name,
    from aliases
    where kind in ('exact', 'case_sensitive')
),

name_words as (
    select distinct
        entity_id,
        unnest({{ search_words('name') }}) as term,
    from names
),

misheard_mentions as (
    select distinct
        mentions.turn_id,
        mentions.entity_id,
    from mentions
    left join aliases
        on
            mentions.entity_id = aliases.entity_id
            and lower(mentions.alias) = lower(aliases.alias)
            and aliases.kind = 'misheard'
    where mentions.match_rule = 'misheard' or aliases.alias is not null
),

-- A word that was also said counts as often as it was said.
misheard as (
    select distinct
        turns.turn_number,
        name_words.term,
    from misheard_mentions
    inner join name_words on misheard_mentions.entity_id = name_words.entity_id
    inner join turns on misheard_mentions.turn_id = turns.turn_id
    where not list_contains({{ search_words('turns.text') }}, name_words.term)
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

-- Numbers in the order of the words: sorting by them takes less time and memory than by words.
terms as materialized (
    select
        term,
        row_number() over (order by term)::integer as term_number,
    from (
        select unnest({{ search_words('text') }}) as term from turns
        union
        select term from misheard
    ) as distinct_words
)

select
    terms.term,
    postings.turn_number,
    postings.term_count,
    postings.is_misheard,
from postings
inner join terms on postings.term = terms.term
order by terms.term_number, postings.turn_number

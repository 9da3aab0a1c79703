with

turns as (
    select * from {{ ref('speaker_turns') }}
),

turn_words as (
    select * from {{ ref('search_turn_words') }}
),

mentions as (
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

-- Taken apart twice, for the terms and for counting: kept in between, the words would fill the disk of a large corpus.
words as not materialized (
    select
        turn_words.turn_number,
        unnest({{ search_words('turns.text') }}) as term,
        false as is_misheard,
    from turns
    inner join turn_words on turns.turn_id = turn_words.turn_id
    union all
    select distinct
        turn_words.turn_number,
        name_words.term,
        true as is_misheard,
    from misheard_mentions
    inner join name_words on misheard_mentions.entity_id = name_words.entity_id
    inner join turn_words on misheard_mentions.turn_id = turn_words.turn_id
),

-- Numbers in the order of the words: grouping and sorting by them takes a third less time and memory than by words.
terms as materialized (
    select
        term,
        row_number() over (order by term)::integer as term_number,
    from (select distinct term from words) as distinct_words
),

counted as (
    select
        terms.term_number,
        words.turn_number,
        count(*) filter (where not words.is_misheard) as spoken_count,
    from words
    inner join terms on words.term = terms.term
    group by terms.term_number, words.turn_number
)

select
    terms.term,
    counted.turn_number,
    -- A word that was also said counts as often as it was said.
    greatest(counted.spoken_count, 1)::integer as term_count,
    counted.spoken_count = 0 as is_misheard,
from counted
inner join terms on counted.term_number = terms.term_number
order by counted.term_number, counted.turn_number

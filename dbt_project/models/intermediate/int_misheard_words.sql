with

-- Not materialized: the texts of all turns would be held in DuckDB's memory. `search_turn_words` numbers them alike.
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
)

-- A word that was also said counts as often as it was said.
select distinct
    turns.turn_number,
    name_words.term,
from misheard_mentions
inner join name_words on misheard_mentions.entity_id = name_words.entity_id
inner join turns on misheard_mentions.turn_id = turns.turn_id
where not list_contains({{ search_words('turns.text') }}, name_words.term)

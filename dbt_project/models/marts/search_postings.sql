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

spoken as (
    select
        turn_id,
        unnest({{ search_words('text') }}) as term,
    from turns
),

found as (
    select
        term,
        turn_id,
        count(*) as term_count,
        false as is_misheard,
    from spoken
    group by term, turn_id
    union all
    select distinct
        name_words.term,
        misheard_mentions.turn_id,
        1 as term_count,
        true as is_misheard,
    from misheard_mentions
    inner join name_words on misheard_mentions.entity_id = name_words.entity_id
)

select
    found.term,
    turn_words.turn_number,
    -- A word that was also said counts as often as it was said.
    max(found.term_count)::integer as term_count,
    bool_and(found.is_misheard) as is_misheard,
from found
inner join turn_words on found.turn_id = turn_words.turn_id
group by found.term, turn_words.turn_number
order by found.term, turn_words.turn_number

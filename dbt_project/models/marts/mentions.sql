with

mentions as (
    select * from {{ ref('stg_mentions') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

mention_rules as (
    select * from {{ ref('stg_catalog_mention_rules') }}
),

entities as (
    select * from {{ ref('entities') }}
)

select
    mentions.mention_id,
    copies.episode_id,
    mentions.copy_id,
    mentions.turn_id,
    mentions.passage_id,
    mentions.chapter_id,
    mentions.field,
    mentions.entity_id,
    mentions.entity_type,
    coalesce(entities.name, mentions.entity_name) as entity_name,
    mentions.surface,
    mentions.alias,
    mentions.context,
    mentions.text_start,
    mentions.text_end,
    mentions.speaker_label,
    mentions.speaker_person_id,
    if(
        mentions.field in ('transcript', 'speaker_label'),
        coalesce(appearances.role, 'unknown'),
        null
    ) as speaker_role,
    mentions.start_s,
    mentions.time_source,
    mentions.clock_copy_id,
    mentions.segment_kind,
    mentions.match_rule,
    mention_rules.precision as confidence,
    mentions.document_id,
    mentions.char_start,
    mentions.char_end,
    {{ url_at_time('clock_copies.url', 'clock_copies.video_id', 'mentions.start_s') }} as url_at_time,
from mentions
inner join copies on mentions.copy_id = copies.copy_id and copies.is_preferred
left join copies as clock_copies on mentions.clock_copy_id = clock_copies.copy_id
left join entities on mentions.entity_id = entities.entity_id
left join mention_rules on mentions.match_rule = mention_rules.match_rule
left join appearances
    on
        copies.episode_id = appearances.episode_id
        and mentions.speaker_person_id = appearances.person_id
order by copies.episode_id, mentions.char_start, mentions.char_end, mentions.entity_id

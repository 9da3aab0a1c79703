{#- The turns of the preferred copies, or those of all others, in the columns that both marts share. -#}
{% macro copy_turns(is_preferred) -%}
with

turns as (
    select * from {{ ref('stg_speaker_turns') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

appearances as (
    select * from {{ ref('appearances') }}
)

select
    turns.turn_id,
    copies.episode_id,
    turns.copy_id,
    turns.turn_index,
    turns.speaker_label,
    turns.person_id,
    coalesce(appearances.role, 'unknown') as role,
    turns.speaker_confidence,
    turns.speaker_source,
    turns.speaker_copy_id,
    turns.start_s,
    turns.end_s,
    turns.time_source,
    turns.clock_copy_id,
    turns.text,
    turns.word_count,
    turns.segment_kind,
    turns.document_id,
    turns.char_start,
    turns.char_end,
    {{ url_at_time('clock_copies.url', 'clock_copies.video_id', 'turns.start_s') }} as url_at_time,
from turns
inner join copies on turns.copy_id = copies.copy_id and copies.is_preferred = {{ is_preferred }}
left join copies as clock_copies on turns.clock_copy_id = clock_copies.copy_id
left join appearances on copies.episode_id = appearances.episode_id and turns.person_id = appearances.person_id
order by copies.episode_id, turns.copy_id, turns.turn_index
{%- endmacro %}

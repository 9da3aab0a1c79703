{#- Month x show x entity of one type, with the denominators of that month and show. -#}
{% macro entity_months(entity_type) -%}
with

mentions as (
    select * from {{ ref('mentions') }}
    where entity_type = '{{ entity_type }}' and {{ is_counted('field') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

show_months as (
    select * from {{ ref('show_months') }}
),

counted as (
    select
        date_trunc('month', episodes.published_on)::date as month,
        episodes.show_id,
        mentions.entity_id as {{ entity_type }}_id,
        count(*) as mention_count,
        count(*) filter (where {{ is_content('mentions.segment_kind') }}) as content_mention_count,
        count(distinct mentions.episode_id) as episode_count,
        count(distinct mentions.speaker_person_id) as speaker_count,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    group by month, episodes.show_id, mentions.entity_id
)

select
    counted.month,
    counted.show_id,
    counted.{{ entity_type }}_id,
    counted.mention_count,
    counted.content_mention_count,
    counted.episode_count,
    counted.speaker_count,
    sum(counted.mention_count) over show_month::bigint as all_mention_count,
    sum(counted.content_mention_count) over show_month::bigint as all_content_mention_count,
    round(counted.mention_count / sum(counted.mention_count) over show_month, 4) as share_of_voice,
    round(
        counted.content_mention_count / nullif(sum(counted.content_mention_count) over show_month, 0), 4
    ) as content_share_of_voice,
    show_months.eligible_episode_count,
    show_months.eligible_transcript_count,
    show_months.eligible_word_count,
from counted
inner join show_months
    on
        counted.month is not distinct from show_months.month
        and counted.show_id is not distinct from show_months.show_id
window show_month as (partition by counted.month, counted.show_id)
order by counted.month, counted.show_id, counted.{{ entity_type }}_id
{%- endmacro %}

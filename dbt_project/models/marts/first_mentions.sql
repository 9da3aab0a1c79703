with

mentions as (
    select * from {{ ref('mentions') }}
    where {{ is_counted('field') }}
),

episodes as (
    select * from {{ ref('episodes') }}
    where published_on is not null
),

as_of as (
    select max(published_on) as as_of_date
    from episodes
),

first_mentions as (
    select
        mentions.entity_id,
        mentions.entity_type,
        mentions.entity_name,
        mentions.mention_id,
        mentions.episode_id,
        episodes.show_id,
        episodes.published_on,
        mentions.field,
        mentions.surface,
        mentions.context,
        mentions.speaker_person_id,
        mentions.speaker_role,
        mentions.segment_kind,
        mentions.start_s,
        mentions.url_at_time,
        as_of.as_of_date,
        episodes.published_on > as_of.as_of_date - 7 as is_new_this_week,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    cross join as_of
    qualify row_number() over (
        partition by mentions.entity_id
        order by
            episodes.published_on asc,
            mentions.episode_id asc,
            mentions.field = 'transcript' desc,
            mentions.char_start asc,
            mentions.mention_id asc
    ) = 1
)

select *
from first_mentions
order by entity_id

with

mentions as (
    select * from {{ ref('mentions') }}
    where entity_type = 'company' and field = 'transcript' and speaker_person_id is not null
),

appearances as (
    select * from {{ ref('appearances') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

spoken as (
    select
        person_id,
        role,
        sum(word_count)::bigint as speaker_word_count,
        count(*) filter (where word_count > 0) as speaker_episode_count,
    from appearances
    group by person_id, role
),

counted as (
    select
        mentions.speaker_person_id as person_id,
        mentions.speaker_role as role,
        mentions.entity_id as company_id,
        count(*) as mention_count,
        count(*) filter (where {{ is_content('mentions.segment_kind') }}) as content_mention_count,
        count(distinct mentions.episode_id) as episode_count,
        min(episodes.published_on) as first_on,
        max(episodes.published_on) as last_on,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    group by mentions.speaker_person_id, mentions.speaker_role, mentions.entity_id
)

select
    counted.person_id,
    counted.role,
    counted.company_id,
    counted.mention_count,
    counted.content_mention_count,
    counted.episode_count,
    counted.first_on,
    counted.last_on,
    sum(counted.mention_count) over (partition by counted.person_id, counted.role)::bigint as speaker_mention_count,
    spoken.speaker_episode_count,
    spoken.speaker_word_count,
from counted
left join spoken on counted.person_id = spoken.person_id and counted.role = spoken.role
order by counted.person_id, counted.role, counted.company_id

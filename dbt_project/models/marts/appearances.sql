with

roles as (
    select * from {{ ref('int_appearance_roles') }}
    where is_primary
),

evidence as (
    select * from {{ ref('stg_appearance_evidence') }}
),

turns as (
    select * from {{ ref('stg_speaker_turns') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

preferred as (
    select * from copies
    where is_preferred
),

evidence_per_appearance as (
    select
        copies.episode_id,
        evidence.person_id,
        count(*) as evidence_count,
    from evidence
    inner join copies on evidence.copy_id = copies.copy_id
    group by copies.episode_id, evidence.person_id
),

speech_per_appearance as (
    select
        preferred.episode_id,
        turns.person_id,
        count(*) as turn_count,
        sum(turns.word_count)::bigint as word_count,
        round(sum(turns.end_s - turns.start_s), 3) as speaking_s,
        median(turns.word_count) as median_turn_word_count,
        max(turns.word_count) as longest_turn_word_count,
        sum(length(turns.text) - length(replace(turns.text, '?', '')))::bigint as question_count,
    from turns
    inner join preferred on turns.copy_id = preferred.copy_id
    where turns.person_id is not null
    group by preferred.episode_id, turns.person_id
)

select
    {{ stable_id('appearance', ['roles.episode_id', 'roles.person_id']) }} as appearance_id,
    roles.episode_id,
    roles.person_id,
    roles.role,
    coalesce(speech.turn_count, if(preferred.has_known_speakers, 0, null)) as turn_count,
    coalesce(speech.word_count, if(preferred.has_known_speakers, 0, null)) as word_count,
    speech.speaking_s,
    if(
        preferred.has_known_speakers,
        round(coalesce(speech.word_count, 0) / nullif(preferred.named_word_count, 0), 4),
        null
    ) as talk_share,
    speech.median_turn_word_count,
    speech.longest_turn_word_count,
    speech.question_count,
    roles.confidence,
    evidence_per_appearance.evidence_count,
from roles
inner join preferred on roles.episode_id = preferred.episode_id
inner join evidence_per_appearance
    on
        roles.episode_id = evidence_per_appearance.episode_id
        and roles.person_id = evidence_per_appearance.person_id
left join speech_per_appearance as speech
    on
        roles.episode_id = speech.episode_id
        and roles.person_id = speech.person_id
order by roles.episode_id, roles.person_id

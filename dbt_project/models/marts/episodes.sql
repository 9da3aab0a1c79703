with

copies as (
    select * from {{ ref('int_copies') }}
),

episode_shows as (
    select * from {{ ref('int_episode_shows') }}
),

shows as (
    select * from {{ ref('int_shows') }}
),

documents as (
    select * from {{ ref('stg_documents') }}
),

chapters as (
    select * from {{ ref('stg_chapters') }}
),

-- The first known value in the order of preference: the preferred copy speaks first.
facts as (
    select
        episode_id,
        count(*) as copy_count,
        arg_min(title, preference_rank) as title,
        arg_min(description, preference_rank) as description,
        arg_min(published_on, (date_source <> 'stated', preference_rank)) as published_on,
        arg_min(date_source, (date_source <> 'stated', preference_rank))
        filter (where published_on is not null) as date_source,
        arg_min(duration_s, preference_rank) as stated_duration_s,
        arg_min(language, preference_rank) as language,
        arg_min(url, preference_rank) as url,
        arg_min(video_id, preference_rank) as video_id,
        arg_min(last_own_clock_s, preference_rank) filter (where not is_truncated) as last_own_clock_s,
    from copies
    group by episode_id
),

preferred as (
    select * from copies
    where is_preferred
),

chaptered_copies as (
    select distinct copy_id from chapters
),

joined as (
    select
        facts.*,
        preferred.copy_id as preferred_copy_id,
        preferred.has_transcript,
        preferred.has_known_speakers as has_speakers,
        preferred.has_known_times as has_timestamps,
        preferred.is_truncated,
        preferred.turn_count,
        preferred.turn_word_count as word_count,
        preferred.named_word_count,
        episode_shows.show_id,
        coalesce(facts.stated_duration_s, facts.last_own_clock_s) as duration_s,
        case
            when facts.stated_duration_s is not null then 'stated'
            when facts.last_own_clock_s is not null then 'last_time'
            else 'none'
        end as duration_source,
        preferred.has_transcript
        or preferred.title is not null
        or preferred.description is not null
        or chaptered_copies.copy_id is not null as has_text,
        concat_ws(
            ', ',
            shows.name,
            regexp_extract(documents.path, '[^/!]+$')
            || if(count(*) over (partition by preferred.document_id) > 1, ' #' || (preferred.copy_index + 1), '')
        ) as fallback_title,
        trim(regexp_replace(facts.description, '\s+', ' ', 'g')) as flat_description,
    from facts
    inner join preferred on facts.episode_id = preferred.episode_id
    left join episode_shows on facts.episode_id = episode_shows.episode_id and episode_shows.is_primary
    left join shows on episode_shows.show_id = shows.show_id
    left join documents on preferred.document_id = documents.document_id
    left join chaptered_copies on preferred.copy_id = chaptered_copies.copy_id
)

select
    episode_id,
    show_id,
    title,
    coalesce(
        title,
        case
            when length(flat_description) <= 80 then nullif(flat_description, '')
            when flat_description[:81] like '% %' then regexp_replace(flat_description[:81], '\s+\S*$', '') || '…'
            else flat_description[:80] || '…'
        end,
        nullif(fallback_title, ''),
        episode_id
    ) as display_title,
    description,
    published_on,
    coalesce(date_source, 'none') as date_source,
    duration_s,
    duration_source,
    language,
    url,
    video_id,
    copy_count,
    preferred_copy_id,
    has_text,
    has_transcript,
    has_speakers,
    has_timestamps,
    is_truncated,
    turn_count,
    word_count,
    named_word_count,
from joined
order by episode_id

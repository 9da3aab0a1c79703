with

copies as (
    select * from {{ ref('stg_episode_copies') }}
),

copy_episodes as (
    select * from {{ ref('stg_copy_episodes') }}
),

copy_shows as (
    select * from {{ ref('stg_copy_shows') }}
),

turns as (
    select * from {{ ref('stg_speaker_turns') }}
),

turns_per_copy as (
    select
        copy_id,
        count(*) as turn_count,
        sum(word_count)::bigint as turn_word_count,
        sum(word_count) filter (where speaker_source <> 'none')::bigint as named_word_count,
        bool_or(time_source <> 'none') as has_known_times,
        max(coalesce(end_s, start_s)) filter (where clock_copy_id = copy_id) as last_own_clock_s,
    from turns
    group by copy_id
),

joined as (
    select
        copies.*,
        copy_episodes.episode_id,
        copy_episodes.match_rule,
        copy_episodes.match_confidence,
        copy_shows.show_id,
        turns_per_copy.last_own_clock_s,
        coalesce(turns_per_copy.turn_count, 0) as turn_count,
        coalesce(turns_per_copy.turn_word_count, 0) as turn_word_count,
        coalesce(turns_per_copy.named_word_count, 0) as named_word_count,
        copies.has_speakers
        or coalesce(2 * turns_per_copy.named_word_count >= turns_per_copy.turn_word_count, false) as has_known_speakers,
        coalesce(turns_per_copy.has_known_times, false) as has_known_times,
        max(copies.word_count) over (partition by copy_episodes.episode_id) as longest_word_count,
    from copies
    left join copy_episodes on copies.copy_id = copy_episodes.copy_id
    left join copy_shows on copies.copy_id = copy_shows.copy_id and copy_shows.is_primary
    left join turns_per_copy on copies.copy_id = turns_per_copy.copy_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by episode_id
            order by
                has_transcript desc,
                2 * word_count >= longest_word_count desc,
                is_truncated asc,
                has_speakers desc,
                has_known_times desc,
                word_count desc,
                title is not null desc,
                length(coalesce(description, '')) desc,
                copy_id asc
        ) as preference_rank,
    from joined
)

select
    * exclude (longest_word_count),
    preference_rank = 1 as is_preferred,
from ranked

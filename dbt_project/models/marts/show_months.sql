with

episodes as (
    select * from {{ ref('episodes') }}
)

select
    date_trunc('month', published_on)::date as month,
    show_id,
    count(*) as episode_count,
    count(*) filter (where has_text) as eligible_episode_count,
    count(*) filter (where has_transcript) as eligible_transcript_count,
    count(*) filter (where has_speakers) as speaker_episode_count,
    count(*) filter (where has_timestamps) as timestamp_episode_count,
    coalesce(sum(word_count) filter (where has_text), 0)::bigint as eligible_word_count,
from episodes
group by month, show_id
order by month, show_id

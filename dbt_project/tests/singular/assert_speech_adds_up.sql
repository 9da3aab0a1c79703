-- Turn and word counts of an episode are those of its published turns, and people share no more than was said.
with

spoken as (
    select
        episode_id,
        count(*) as turn_count,
        sum(word_count) as word_count,
    from {{ ref('speaker_turns') }}
    group by episode_id
),

shared as (
    select
        episode_id,
        sum(talk_share) as talk_share,
    from {{ ref('appearances') }}
    group by episode_id
)

select
    episodes.episode_id,
    episodes.turn_count,
    spoken.turn_count as turns_found,
    episodes.word_count,
    spoken.word_count as words_found,
    shared.talk_share,
from {{ ref('episodes') }} as episodes
left join spoken on episodes.episode_id = spoken.episode_id
left join shared on episodes.episode_id = shared.episode_id
where
    episodes.turn_count <> coalesce(spoken.turn_count, 0)
    or episodes.word_count <> coalesce(spoken.word_count, 0)
    or shared.talk_share > 1.01

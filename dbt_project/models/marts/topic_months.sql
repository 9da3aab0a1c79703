with

mentioned as (
    {{ entity_months('topic') | indent(4) }}
),

episode_topics as (
    select * from {{ ref('episode_topics') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

show_months as (
    select * from {{ ref('show_months') }}
),

-- An episode may be about a topic that it never calls by a keyphrase, by the entities that it names alone.
main_topics as (
    select
        date_trunc('month', episodes.published_on)::date as month,
        episodes.show_id,
        episode_topics.topic_id,
        count(*) as primary_episode_count,
    from episode_topics
    inner join episodes on episode_topics.episode_id = episodes.episode_id
    where episode_topics.is_primary
    group by month, episodes.show_id, episode_topics.topic_id
),

combined as (
    select
        coalesce(mentioned.month, main_topics.month) as month,
        coalesce(mentioned.show_id, main_topics.show_id) as show_id,
        coalesce(mentioned.topic_id, main_topics.topic_id) as topic_id,
        coalesce(mentioned.mention_count, 0) as mention_count,
        coalesce(mentioned.content_mention_count, 0) as content_mention_count,
        coalesce(mentioned.episode_count, 0) as episode_count,
        coalesce(main_topics.primary_episode_count, 0) as primary_episode_count,
        coalesce(mentioned.speaker_count, 0) as speaker_count,
    from mentioned
    full outer join main_topics
        on
            mentioned.month is not distinct from main_topics.month
            and mentioned.show_id is not distinct from main_topics.show_id
            and mentioned.topic_id = main_topics.topic_id
)

select
    combined.*,
    sum(combined.mention_count) over show_month::bigint as all_mention_count,
    sum(combined.content_mention_count) over show_month::bigint as all_content_mention_count,
    round(combined.mention_count / nullif(sum(combined.mention_count) over show_month, 0), 4) as share_of_voice,
    round(
        combined.content_mention_count / nullif(sum(combined.content_mention_count) over show_month, 0), 4
    ) as content_share_of_voice,
    show_months.eligible_episode_count,
    show_months.eligible_transcript_count,
    show_months.eligible_word_count,
from combined
inner join show_months
    on
        combined.month is not distinct from show_months.month
        and combined.show_id is not distinct from show_months.show_id
window show_month as (partition by combined.month, combined.show_id)
order by combined.month, combined.show_id, combined.topic_id

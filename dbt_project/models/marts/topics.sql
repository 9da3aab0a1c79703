with recursive

topics as (
    select * from {{ ref('stg_catalog_topics') }}
),

episode_topics as (
    select * from {{ ref('episode_topics') }}
),

aliases as (
    select * from {{ ref('int_entity_aliases') }}
),

-- `union` without `all` ends even where a catalogue wrongly makes a topic its own ancestor.
lineage as (
    select
        topic_id,
        topic_id as descendant_id,
    from topics
    union
    select
        lineage.topic_id,
        topics.topic_id as descendant_id,
    from lineage
    inner join topics on lineage.descendant_id = topics.parent_topic_id
),

own_episodes as (
    select
        topic_id,
        count(*) as episode_count,
        sum(mention_count)::bigint as mention_count,
    from episode_topics
    group by topic_id
),

rolled_up_episodes as (
    select
        lineage.topic_id,
        count(distinct episode_topics.episode_id) as episode_count,
    from lineage
    inner join episode_topics on lineage.descendant_id = episode_topics.topic_id
    group by lineage.topic_id
)

select
    topics.topic_id,
    topics.name,
    topics.parent_topic_id,
    coalesce(aliases.aliases, []) as aliases,
    coalesce(own_episodes.mention_count, 0) as mention_count,
    coalesce(own_episodes.episode_count, 0) as episode_count,
    coalesce(rolled_up_episodes.episode_count, 0) as episode_count_with_descendants,
from topics
left join aliases on topics.topic_id = aliases.entity_id
left join own_episodes on topics.topic_id = own_episodes.topic_id
left join rolled_up_episodes on topics.topic_id = rolled_up_episodes.topic_id
order by topics.topic_id

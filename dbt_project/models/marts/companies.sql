with

companies as (
    select * from {{ ref('stg_catalog_companies') }}
),

aliases as (
    select * from {{ ref('int_entity_aliases') }}
),

mentions as (
    select * from {{ ref('mentions') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

mentions_per_company as (
    select
        mentions.entity_id as company_id,
        count(*) as mention_count,
        count(*) filter (where {{ is_content('mentions.segment_kind') }}) as content_mention_count,
        count(distinct mentions.episode_id) as episode_count,
        count(distinct episodes.show_id) as show_count,
        min(episodes.published_on) as first_mentioned_on,
        max(episodes.published_on) as last_mentioned_on,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    where mentions.entity_type = 'company' and {{ is_counted('mentions.field') }}
    group by mentions.entity_id
)

select
    companies.company_id,
    companies.name,
    companies.domain,
    companies.category,
    coalesce(aliases.aliases, []) as aliases,
    coalesce(mentions_per_company.mention_count, 0) as mention_count,
    coalesce(mentions_per_company.content_mention_count, 0) as content_mention_count,
    coalesce(mentions_per_company.episode_count, 0) as episode_count,
    coalesce(mentions_per_company.show_count, 0) as show_count,
    mentions_per_company.first_mentioned_on,
    mentions_per_company.last_mentioned_on,
from companies
left join aliases on companies.company_id = aliases.entity_id
left join mentions_per_company on companies.company_id = mentions_per_company.company_id
order by companies.company_id

with

products as (
    select * from {{ ref('stg_catalog_products') }}
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

mentions_per_product as (
    select
        mentions.entity_id as product_id,
        count(*) as mention_count,
        count(*) filter (where {{ is_content('mentions.segment_kind') }}) as content_mention_count,
        count(distinct mentions.episode_id) as episode_count,
        min(episodes.published_on) as first_mentioned_on,
        max(episodes.published_on) as last_mentioned_on,
    from mentions
    inner join episodes on mentions.episode_id = episodes.episode_id
    where mentions.entity_type = 'product' and {{ is_counted('mentions.field') }}
    group by mentions.entity_id
)

select
    products.product_id,
    products.name,
    products.company_id,
    products.kind,
    coalesce(aliases.aliases, []) as aliases,
    coalesce(mentions_per_product.mention_count, 0) as mention_count,
    coalesce(mentions_per_product.content_mention_count, 0) as content_mention_count,
    coalesce(mentions_per_product.episode_count, 0) as episode_count,
    mentions_per_product.first_mentioned_on,
    mentions_per_product.last_mentioned_on,
from products
left join aliases on products.product_id = aliases.entity_id
left join mentions_per_product on products.product_id = mentions_per_product.product_id
order by products.product_id

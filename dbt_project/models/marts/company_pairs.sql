with

mentions as (
    select * from {{ ref('mentions') }}
    where entity_type = 'company' and {{ is_counted('field') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

companies_per_episode as (
    select
        episode_id,
        entity_id as company_id,
        bool_or({{ is_content('segment_kind') }}) as is_in_content,
    from mentions
    group by episode_id, entity_id
)

select
    a.company_id as company_id_a,
    b.company_id as company_id_b,
    count(*) as episode_count,
    count(*) filter (where a.is_in_content and b.is_in_content) as content_episode_count,
    min(episodes.published_on) as first_on,
    max(episodes.published_on) as last_on,
from companies_per_episode as a
inner join companies_per_episode as b on a.episode_id = b.episode_id and a.company_id < b.company_id
inner join episodes on a.episode_id = episodes.episode_id
group by a.company_id, b.company_id
order by a.company_id, b.company_id

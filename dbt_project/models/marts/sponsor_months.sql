with

sponsorships as (
    select * from {{ ref('sponsorships') }}
    where is_preferred_copy
),

episodes as (
    select * from {{ ref('episodes') }}
),

show_months as (
    select * from {{ ref('show_months') }}
),

companies as (
    select * from {{ ref('companies') }}
),

named as (
    select
        sponsorships.*,
        coalesce(companies.name, sponsorships.sponsor_name) as name,
    from sponsorships
    left join companies on sponsorships.company_id = companies.company_id
    where coalesce(companies.name, sponsorships.sponsor_name) is not null
),

counted as (
    select
        date_trunc('month', episodes.published_on)::date as month,
        episodes.show_id,
        lower(named.name) as sponsor_key,
        min(named.name) as sponsor_name,
        any_value(named.company_id) as company_id,
        count(*) filter (where named.kind = 'read') as read_count,
        count(*) filter (where named.kind = 'credit') as credit_count,
        count(distinct named.episode_id) as episode_count,
        round(sum(named.end_s - named.start_s) filter (where named.kind = 'read'), 3) as read_s,
    from named
    inner join episodes on named.episode_id = episodes.episode_id
    group by month, episodes.show_id, sponsor_key
)

select
    counted.month,
    counted.show_id,
    counted.sponsor_name,
    counted.company_id,
    counted.read_count,
    counted.credit_count,
    counted.episode_count,
    counted.read_s,
    show_months.eligible_episode_count,
    show_months.eligible_transcript_count,
from counted
inner join show_months
    on
        counted.month is not distinct from show_months.month
        and counted.show_id is not distinct from show_months.show_id
order by counted.month, counted.show_id, counted.sponsor_name

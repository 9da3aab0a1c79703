with

shows as (
    select * from {{ ref('int_shows') }}
),

aliases as (
    select * from {{ ref('int_entity_aliases') }}
),

episodes as (
    select * from {{ ref('episodes') }}
),

episode_shows as (
    select * from {{ ref('episode_shows') }}
),

appearance_roles as (
    select * from {{ ref('appearance_roles') }}
),

appearances as (
    select * from {{ ref('appearances') }}
),

people as (
    select * from {{ ref('int_people') }}
),

host_claims as (
    select
        show_id,
        unnest(host_ids) as person_id,
        0 as episode_count,
    from shows
    union all
    select
        appearance_roles.show_id,
        appearances.person_id,
        1 as episode_count,
    from appearance_roles
    inner join appearances on appearance_roles.appearance_id = appearances.appearance_id
    where {{ is_host_role('appearance_roles.role') }}
),

hosts_by_use as (
    select
        show_id,
        person_id,
        sum(episode_count) as episode_count,
    from host_claims
    group by show_id, person_id
),

hosts_per_show as (
    select
        hosts_by_use.show_id,
        list(people.name order by hosts_by_use.episode_count desc, people.name asc) as hosts,
    from hosts_by_use
    inner join people on hosts_by_use.person_id = people.person_id
    group by hosts_by_use.show_id
),

-- Episodes of one day are one issue; three gaps are the fewest that a usual one can be told from.
issues as (
    select distinct
        episode_shows.show_id,
        episodes.published_on,
    from episode_shows
    inner join episodes on episode_shows.episode_id = episodes.episode_id
    where episodes.published_on is not null
),

gaps as (
    select
        show_id,
        published_on - lag(published_on) over (partition by show_id order by published_on asc) as gap_days,
    from issues
),

usual_intervals as (
    select
        show_id,
        median(gap_days) as usual_interval_days,
    from gaps
    group by show_id
    having count(gap_days) >= 3
),

as_of as (
    select max(published_on) as as_of_date from episodes
),

episodes_per_show as (
    select
        episode_shows.show_id,
        count(*) as episode_count,
        count(*) filter (where episode_shows.is_primary) as primary_episode_count,
        min(episodes.published_on) as first_published_on,
        max(episodes.published_on) as last_published_on,
    from episode_shows
    inner join episodes on episode_shows.episode_id = episodes.episode_id
    group by episode_shows.show_id
)

select
    shows.show_id,
    shows.name,
    coalesce(aliases.aliases, []) as aliases,
    coalesce(hosts_per_show.hosts, []) as hosts,
    shows.is_listed,
    coalesce(episodes_per_show.episode_count, 0) as episode_count,
    coalesce(episodes_per_show.primary_episode_count, 0) as primary_episode_count,
    episodes_per_show.first_published_on,
    episodes_per_show.last_published_on,
    usual_intervals.usual_interval_days,
    coalesce(
        as_of.as_of_date - episodes_per_show.last_published_on > 3 * usual_intervals.usual_interval_days, false
    ) as is_silent,
from shows
cross join as_of
left join aliases on shows.show_id = aliases.entity_id
left join hosts_per_show on shows.show_id = hosts_per_show.show_id
left join episodes_per_show on shows.show_id = episodes_per_show.show_id
left join usual_intervals on shows.show_id = usual_intervals.show_id
order by shows.show_id

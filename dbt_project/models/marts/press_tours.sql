with

visits as (
    select distinct
        appearances.person_id,
        episodes.episode_id,
        episodes.show_id,
        episodes.published_on,
    from {{ ref('appearances') }} as appearances
    inner join {{ ref('episodes') }} as episodes on appearances.episode_id = episodes.episode_id
    where appearances.role = 'guest' and episodes.published_on is not null and episodes.show_id is not null
),

starts as (
    select distinct
        person_id,
        published_on as started_on,
    from visits
),

windows as (
    select
        starts.person_id,
        starts.started_on,
        max(visits.published_on) as ended_on,
        count(distinct visits.show_id) as show_count,
        count(distinct visits.episode_id) as episode_count,
        list(distinct visits.show_id order by visits.show_id) as show_ids,
        list(distinct visits.episode_id order by visits.episode_id) as episode_ids,
    from starts
    inner join visits
        on
            starts.person_id = visits.person_id
            and starts.started_on <= visits.published_on
            and starts.started_on + 30 > visits.published_on
    group by starts.person_id, starts.started_on
    having show_count >= 2
),

-- Of windows that overlap, the one with most shows is the tour, the earliest of equals.
tours as (
    select windows.*
    from windows
    where not exists (
        select 1
        from windows as better
        where
            windows.person_id = better.person_id
            and windows.started_on <> better.started_on
            and abs(windows.started_on - better.started_on) < 30
            and (
                better.show_count > windows.show_count
                or (better.show_count = windows.show_count and better.started_on < windows.started_on)
            )
    )
),

spans as (
    select
        min(published_on) as first_on,
        max(published_on) as last_on,
    from {{ ref('episodes') }}
),

visits_per_person as (
    select
        person_id,
        count(distinct episode_id) as total_episode_count,
    from visits
    group by person_id
)

select
    tours.person_id,
    tours.started_on,
    tours.ended_on,
    tours.show_count,
    tours.episode_count,
    tours.show_ids,
    tours.episode_ids,
    visits_per_person.total_episode_count,
    spans.last_on - spans.first_on + 1 as corpus_days,
    if(
        spans.last_on - spans.first_on + 1 > 30,
        round(
            30.0 * (visits_per_person.total_episode_count - tours.episode_count)
            / (spans.last_on - spans.first_on + 1 - 30),
            3
        ),
        null
    ) as baseline_episode_count,
from tours
inner join visits_per_person on tours.person_id = visits_per_person.person_id
cross join spans
order by tours.person_id, tours.started_on

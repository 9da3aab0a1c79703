with

evidence as (
    select * from {{ ref('stg_appearance_evidence') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

episode_shows as (
    select * from {{ ref('int_episode_shows') }}
),

shows as (
    select * from {{ ref('int_shows') }}
),

weights as (
    select
        unnest([
            'stated', 'self_introduction', 'host_introduction', 'roster', 'title', 'show_notes', 'speaker_label'
        ]) as kind,
        unnest([4, 3, 3, 3, 2, 2, 1]) as weight,
),

people as (
    select distinct
        copies.episode_id,
        evidence.person_id,
    from evidence
    inner join copies on evidence.copy_id = copies.copy_id
),

-- A person in an episode on each of its shows; show_id is NULL where no show of the episode is known.
candidates as (
    select
        people.episode_id,
        people.person_id,
        episode_shows.show_id,
        coalesce(episode_shows.is_primary, true) as is_primary,
    from people
    left join episode_shows on people.episode_id = episode_shows.episode_id
),

catalog_hosts as (
    select
        show_id,
        unnest(host_ids) as person_id,
    from shows
),

reasons as (
    select distinct
        copies.episode_id,
        evidence.person_id,
        evidence.show_id,
        evidence.kind,
        evidence.role,
        coalesce(weights.weight, 0.5) as weight,
    from evidence
    inner join copies on evidence.copy_id = copies.copy_id
    left join weights on evidence.kind = weights.kind
    union all
    select
        candidates.episode_id,
        candidates.person_id,
        candidates.show_id,
        'catalog' as kind,
        'host' as role,
        4.0 as weight,
    from candidates
    inner join catalog_hosts
        on
            candidates.show_id = catalog_hosts.show_id
            and candidates.person_id = catalog_hosts.person_id
),

-- Reasons of the show itself (or of no show in particular), each kind once for a role, and those of the other shows.
reasons_for_show as (
    select distinct
        candidates.episode_id,
        candidates.person_id,
        candidates.show_id,
        reasons.kind,
        reasons.weight,
        coalesce(reasons.show_id <> candidates.show_id, false) as is_elsewhere,
        case
            when reasons.show_id <> candidates.show_id and {{ is_host_role('reasons.role') }} then 'guest'
            else reasons.role
        end as role,
    from candidates
    inner join reasons
        on
            candidates.episode_id = reasons.episode_id
            and candidates.person_id = reasons.person_id
),

scores as (
    select
        episode_id,
        person_id,
        show_id,
        is_elsewhere,
        sum(weight) filter (where role = 'host') as host_score,
        sum(weight) filter (where role = 'co_host') as co_host_score,
        sum(weight) filter (where role = 'guest') as guest_score,
        sum(weight) filter (where role = 'other') as other_score,
        sum(weight) filter (where role = 'unknown') as unknown_score,
    from reasons_for_show
    group by episode_id, person_id, show_id, is_elsewhere
),

filled as (
    select
        episode_id,
        person_id,
        show_id,
        is_elsewhere,
        coalesce(co_host_score, 0) > coalesce(host_score, 0) as is_co_host,
        coalesce(host_score, 0) + coalesce(co_host_score, 0) as host_score,
        coalesce(guest_score, 0) as guest_score,
        coalesce(other_score, 0) as other_score,
        coalesce(unknown_score, 0) as unknown_score,
    from scores
),

decided as (
    select
        *,
        greatest(host_score, guest_score, other_score) as best_score,
        host_score + guest_score + other_score as total_score,
        case
            when greatest(host_score, guest_score, other_score) < 1 then 'unknown'
            when host_score >= greatest(guest_score, other_score) then if(is_co_host, 'co_host', 'host')
            when guest_score >= other_score then 'guest'
            else 'other'
        end as role,
    from filled
),

-- What the show itself says wins; what other shows say decides only where it leaves the role unknown.
chosen as (
    select *
    from decided
    qualify row_number() over (
        partition by episode_id, person_id, show_id
        order by role = 'unknown' asc, is_elsewhere asc
    ) = 1
)

select
    candidates.episode_id,
    candidates.person_id,
    candidates.show_id,
    candidates.is_primary,
    chosen.role,
    round(
        if(chosen.role = 'unknown', chosen.unknown_score + chosen.total_score, chosen.best_score)
        / (1 + if(chosen.role = 'unknown', chosen.unknown_score + chosen.total_score, chosen.total_score)),
        3
    ) as confidence,
from candidates
inner join chosen
    on
        candidates.episode_id = chosen.episode_id
        and candidates.person_id = chosen.person_id
        and candidates.show_id is not distinct from chosen.show_id

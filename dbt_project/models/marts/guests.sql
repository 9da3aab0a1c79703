with

appearances as (
    select * from {{ ref('appearances') }}
    where role = 'guest'
),

episodes as (
    select * from {{ ref('episodes') }}
),

people as (
    select * from {{ ref('int_people') }}
),

evidence as (
    select * from {{ ref('appearance_evidence') }}
),

company_names as (
    select * from {{ ref('int_company_names') }}
    where is_company
),

companies as (
    select * from {{ ref('stg_catalog_companies') }}
),

affiliations as (
    select
        evidence.person_id,
        evidence.episode_id,
        coalesce(companies.name, evidence.affiliation) as affiliation,
        -- A sentence that says what somebody does here says where from; any other may be about former times.
        if(evidence.role = 'unknown', 1, 2) as weight,
    from evidence
    left join company_names on lower(evidence.affiliation) = company_names.folded_name
    left join companies on company_names.company_id = companies.company_id
    where evidence.affiliation is not null
    -- What the catalogue knows stands in only where no copy states anything.
    qualify
        coalesce(evidence.affiliation_source, 'stated') = 'stated'
        or not bool_or(
            coalesce(evidence.affiliation_source, 'stated') = 'stated'
        ) over (partition by evidence.person_id)
),

-- What several copies of an episode repeat counts once.
affiliations_per_episode as (
    select
        person_id,
        episode_id,
        affiliation,
        max(weight) as weight,
    from affiliations
    group by person_id, episode_id, affiliation
),

supported_affiliations as (
    select
        affiliations_per_episode.person_id,
        affiliations_per_episode.affiliation,
        sum(affiliations_per_episode.weight) as support,
        max(episodes.published_on) as last_stated_on,
    from affiliations_per_episode
    left join episodes on affiliations_per_episode.episode_id = episodes.episode_id
    group by affiliations_per_episode.person_id, affiliations_per_episode.affiliation
),

affiliations_per_person as (
    select
        person_id,
        list(affiliation order by support desc, last_stated_on desc nulls last, affiliation asc) as affiliations,
    from supported_affiliations
    group by person_id
),

guests as (
    select
        appearances.person_id,
        count(*) as episode_count,
        count(distinct episodes.show_id) as show_count,
        min(episodes.published_on) as first_seen_on,
        max(episodes.published_on) as last_seen_on,
        round(sum(appearances.speaking_s), 3) as speaking_s,
        sum(appearances.word_count)::bigint as word_count,
    from appearances
    inner join episodes on appearances.episode_id = episodes.episode_id
    group by appearances.person_id
)

select
    guests.person_id,
    people.name,
    guests.episode_count,
    guests.show_count,
    guests.first_seen_on,
    guests.last_seen_on,
    guests.speaking_s,
    guests.word_count,
    coalesce(affiliations_per_person.affiliations, []) as affiliations,
from guests
inner join people on guests.person_id = people.person_id
left join affiliations_per_person on guests.person_id = affiliations_per_person.person_id
order by guests.person_id

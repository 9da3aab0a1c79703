with

guest_shows as (
    select distinct
        appearances.person_id,
        episodes.show_id,
    from {{ ref('appearances') }} as appearances
    inner join {{ ref('episodes') }} as episodes on appearances.episode_id = episodes.episode_id
    where appearances.role = 'guest' and episodes.show_id is not null
),

guests_per_show as (
    select
        show_id,
        count(*) as guest_count,
    from guest_shows
    group by show_id
)

select
    a.show_id as show_id_a,
    b.show_id as show_id_b,
    count(*) as shared_guest_count,
    list(a.person_id order by a.person_id) as person_ids,
    any_value(guests_a.guest_count) as guest_count_a,
    any_value(guests_b.guest_count) as guest_count_b,
from guest_shows as a
inner join guest_shows as b on a.person_id = b.person_id and a.show_id < b.show_id
inner join guests_per_show as guests_a on a.show_id = guests_a.show_id
inner join guests_per_show as guests_b on b.show_id = guests_b.show_id
group by a.show_id, b.show_id
order by a.show_id, b.show_id

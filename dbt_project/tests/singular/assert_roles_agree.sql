-- The role of an appearance is the one on the primary show, and a turn carries the role of its speaker's appearance.
select
    appearances.appearance_id,
    appearances.role,
    primary_roles.role as role_on_primary_show,
    turns.role as role_in_turn,
from {{ ref('appearances') }} as appearances
left join {{ ref('appearance_roles') }} as primary_roles
    on appearances.appearance_id = primary_roles.appearance_id and primary_roles.is_primary
left join {{ ref('speaker_turns') }} as turns
    on appearances.episode_id = turns.episode_id and appearances.person_id = turns.person_id
where
    appearances.role <> primary_roles.role
    or appearances.role <> turns.role

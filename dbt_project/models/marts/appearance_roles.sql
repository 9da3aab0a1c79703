select
    {{ stable_id('appearance', ['episode_id', 'person_id']) }} as appearance_id,
    show_id,
    role,
    confidence,
    is_primary,
from {{ ref('int_appearance_roles') }}
where show_id is not null
order by appearance_id, show_id

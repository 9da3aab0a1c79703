select
    episode_id,
    show_id,
    is_primary,
    copy_count,
from {{ ref('int_episode_shows') }}
order by episode_id, show_id

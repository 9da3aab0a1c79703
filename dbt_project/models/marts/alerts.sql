select
    alert_id,
    watch_id,
    release_id,
    entity_id,
    entity_name,
    condition,
    channel,
    momentum,
    show_id,
    episode_id,
    episode_title,
    mention_id,
    quote,
    url_at_time,
    created_at,
from {{ ref('stg_alerts') }}
order by created_at, release_id, watch_id, alert_id

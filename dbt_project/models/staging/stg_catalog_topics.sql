select
    topic_id,
    name,
    parent_topic_id,
from {{ source('catalog', 'topics') }}

select
    alias,
    entity_id,
    kind,
from {{ source('catalog', 'aliases') }}

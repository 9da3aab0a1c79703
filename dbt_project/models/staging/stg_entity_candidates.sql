select * from {{ source('lake', 'entity_candidates') }}

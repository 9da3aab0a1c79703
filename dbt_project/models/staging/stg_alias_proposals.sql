select * from {{ source('lake', 'alias_proposals') }}

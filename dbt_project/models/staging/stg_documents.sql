select * from {{ source('lake', 'documents') }}

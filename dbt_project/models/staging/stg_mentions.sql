select * from {{ source('lake', 'mentions') }}

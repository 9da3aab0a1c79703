select * from {{ source('lake', 'links') }}

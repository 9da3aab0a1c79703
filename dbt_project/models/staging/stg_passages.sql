select * from {{ source('lake', 'passages') }}

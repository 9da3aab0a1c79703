select * from {{ source('lake', 'rejects') }}

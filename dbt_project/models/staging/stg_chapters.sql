select * from {{ source('lake', 'chapters') }}

select * from {{ source('lake', 'copy_shows') }}

select * from {{ source('lake', 'copy_links') }}

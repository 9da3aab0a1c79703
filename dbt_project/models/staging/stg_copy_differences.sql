select * exclude (spans) from {{ source('lake', 'copy_differences') }}

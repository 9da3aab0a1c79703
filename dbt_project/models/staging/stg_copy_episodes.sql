select * from {{ source('lake', 'copy_episodes') }}

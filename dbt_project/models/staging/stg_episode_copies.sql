select * from {{ source('lake', 'episode_copies') }}

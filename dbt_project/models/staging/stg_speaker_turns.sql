select * exclude (spans) from {{ source('lake', 'speaker_turns') }}

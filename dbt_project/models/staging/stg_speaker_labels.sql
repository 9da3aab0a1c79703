select * from {{ source('lake', 'speaker_labels') }}

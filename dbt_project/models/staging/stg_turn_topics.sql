select * from {{ source('lake', 'turn_topics') }}

select * from {{ source('lake', 'copy_topics') }}

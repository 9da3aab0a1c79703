select * from {{ source('lake', 'chapter_topics') }}

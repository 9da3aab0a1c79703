select * from {{ source('lake', 'copy_alignments') }}

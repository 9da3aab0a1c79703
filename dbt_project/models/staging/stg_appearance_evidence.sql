select * from {{ source('lake', 'appearance_evidence') }}

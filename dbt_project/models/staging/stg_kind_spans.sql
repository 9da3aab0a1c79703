select * from {{ source('lake', 'kind_spans') }}

select * from {{ source('history', 'alerts') }}

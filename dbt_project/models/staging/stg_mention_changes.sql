select * from {{ source('history', 'mention_changes') }}

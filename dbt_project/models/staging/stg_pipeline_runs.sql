select * from {{ source('history', 'pipeline_runs') }}

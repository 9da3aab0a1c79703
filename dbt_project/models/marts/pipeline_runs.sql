select
    release_id,
    built_at,
    as_of_date,
    status,
    reason,
    code_version,
    method_versions,
    row_counts,
from {{ ref('stg_pipeline_runs') }}
order by built_at, release_id

select
    release_id,
    built_at,
    as_of_date,
    status,
    reason,
    served_release_id,
    release_key,
    code_version,
    method_versions,
    catalog_version,
    duration_s,
    row_counts,
    mentions_appeared,
    mentions_vanished,
    mentions_changed,
from {{ ref('stg_pipeline_runs') }}
order by built_at, release_id

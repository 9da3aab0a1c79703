select
    reject_id,
    document_id,
    path,
    locator,
    reason,
    remedy,
from {{ ref('stg_rejects') }}
order by path, locator, reject_id

select
    copy_id_a,
    copy_id_b,
    rule,
    score,
    evidence,
    is_accepted,
from {{ ref('stg_copy_links') }}
order by copy_id_a, copy_id_b, rule

select
    area,
    source,
    rule,
    measure,
    value::double as value,
    right_count::bigint as right_count,
    total_count::bigint as total_count,
    low::double as low,
    high::double as high,
    measured_on,
from {{ source('catalog', 'measured_quality') }}

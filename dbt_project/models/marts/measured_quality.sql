with

measured_quality as (
    select * from {{ ref('stg_catalog_measured_quality') }}
)

select
    area,
    source,
    rule,
    measure,
    value,
    right_count,
    total_count,
    low,
    high,
    measured_on,
from measured_quality
order by measured_on, area, source, rule, measure

select
    match_rule,
    description,
    precision::double as precision,
    precision_low::double as precision_low,
    judged::bigint as judged,
    source,
from {{ source('catalog', 'mention_rules') }}

select
    show_id,
    name,
    coalesce(string_split(host_ids, '|'), []) as host_ids,
    coalesce(string_split(domains, '|'), []) as domains,
from {{ source('catalog', 'shows') }}

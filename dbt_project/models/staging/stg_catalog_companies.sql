select
    company_id,
    name,
    category,
    domain,
from {{ source('catalog', 'companies') }}

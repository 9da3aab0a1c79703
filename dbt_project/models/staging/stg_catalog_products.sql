select
    product_id,
    name,
    company_id,
    kind,
from {{ source('catalog', 'products') }}

select
    person_id,
    name,
    company_id,
from {{ source('catalog', 'people') }}

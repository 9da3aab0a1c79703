{{ entity_months('company') }}

{{ entity_months('topic') }}

-- A show that has not published for three times its usual interval: perhaps it ended, perhaps its feed moved or is not
-- fetched any more. It warns and lets the release through.
{{ config(severity = 'warn') }}

select
    name,
    last_published_on,
    usual_interval_days,
from {{ ref('shows') }}
where is_silent

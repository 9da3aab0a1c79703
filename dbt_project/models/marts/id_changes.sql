select
    null::varchar as old_id,
    null::varchar as new_id,
    null::varchar as entity_kind,
    null::varchar as reason,
    null::varchar as release_id,
where false

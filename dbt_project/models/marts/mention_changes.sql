-- Publishing adds the changes of this release itself, which makes ten releases.
select
    change_id,
    release_id,
    previous_release_id,
    change,
    cause,
    changed_columns,
    alike_count,
    mention_id,
    previous_mention_id,
    episode_id,
    document_id,
    path,
    field,
    entity_id,
    entity_type,
    entity_name,
    surface,
    context,
from {{ ref('stg_mention_changes') }}
qualify dense_rank() over (order by release_id desc) <= 9
order by release_id, change, cause, path, change_id

-- Every copy of the lake, and no other, is in `episode_copies`: nothing is dropped silently.
select
    copy_id,
    lake.copy_id is null as is_missing_from_lake,
from {{ ref('stg_episode_copies') }} as lake
full join {{ ref('episode_copies') }} as mart using (copy_id)
where lake.copy_id is null or mart.copy_id is null

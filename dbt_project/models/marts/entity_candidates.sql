select
    candidate_id,
    name,
    score,
    kind_guess,
    kind_evidence,
    occurrence_count,
    episode_count,
    show_count,
    lower_case_count,
    catalog_id,
    known_part_id,
    catalog_file,
    catalog_line,
    alias_line,
    contexts,
from {{ ref('stg_entity_candidates') }}
order by score desc, candidate_id asc

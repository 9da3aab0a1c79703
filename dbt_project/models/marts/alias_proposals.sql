select
    proposal_id,
    surface,
    entity_id,
    entity_name,
    heard_as,
    score,
    similarity,
    expectation,
    shared_words,
    is_ordinary_word,
    occurrence_count,
    episode_count,
    expecting_episode_count,
    alias_line,
    seen_in,
    contexts,
from {{ ref('stg_alias_proposals') }}
order by score desc, proposal_id asc

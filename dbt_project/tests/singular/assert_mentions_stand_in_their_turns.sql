-- The surface of a mention in the transcript is exactly the characters of its turn that it points to (code points).
select
    mentions.mention_id,
    mentions.surface,
    substr(turns.text, mentions.text_start + 1, mentions.text_end - mentions.text_start) as text_found,
from {{ ref('mentions') }} as mentions
left join {{ ref('speaker_turns') }} as turns on mentions.turn_id = turns.turn_id
where
    mentions.field = 'transcript'
    and substr(turns.text, mentions.text_start + 1, mentions.text_end - mentions.text_start)
    is distinct from mentions.surface

with

alignments as (
    select * from {{ ref('stg_copy_alignments') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    alignments.copy_id,
    alignments.other_copy_id,
    copies.episode_id,
    alignments.char_start,
    alignments.char_end,
    alignments.other_char_start,
    alignments.other_char_end,
    alignments.start_s,
    alignments.end_s,
    alignments.word_count,
    alignments.matched_share,
from alignments
inner join copies on alignments.copy_id = copies.copy_id
order by alignments.copy_id, alignments.other_copy_id, alignments.char_start

with

passages as (
    select * from {{ ref('stg_passages') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    passages.passage_id,
    passages.copy_id,
    copies.episode_id,
    copies.is_preferred as is_preferred_copy,
    passages.passage_index,
    passages.field,
    passages.text,
    passages.document_id,
    passages.char_start,
    passages.char_end,
from passages
inner join copies on passages.copy_id = copies.copy_id
order by passages.copy_id, passages.passage_index

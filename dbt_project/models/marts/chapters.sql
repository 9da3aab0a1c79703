with

chapters as (
    select * from {{ ref('stg_chapters') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    chapters.chapter_id,
    chapters.copy_id,
    copies.episode_id,
    copies.is_preferred as is_preferred_copy,
    chapters.chapter_index,
    chapters.title,
    chapters.start_s,
    chapters.end_s,
    chapters.document_id,
    chapters.char_start,
    chapters.char_end,
    {{ url_at_time('copies.url', 'copies.video_id', 'chapters.start_s') }} as url_at_time,
from chapters
inner join copies on chapters.copy_id = copies.copy_id
order by chapters.copy_id, chapters.chapter_index

with

links as (
    select * from {{ ref('stg_links') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    links.link_id,
    links.copy_id,
    copies.episode_id,
    copies.is_preferred as is_preferred_copy,
    links.link_index,
    links.url,
    links.rel,
    links.document_id,
    links.char_start,
    links.char_end,
from links
inner join copies on links.copy_id = copies.copy_id
order by links.copy_id, links.link_index

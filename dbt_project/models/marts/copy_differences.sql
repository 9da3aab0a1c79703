with

differences as (
    select * from {{ ref('stg_copy_differences') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

kind_spans as (
    select * from {{ ref('stg_kind_spans') }}
),

-- What most of the stretch is, where a marked stretch covers at least half of it.
kinds as (
    select
        differences.difference_id,
        kind_spans.segment_kind,
        sum(
            least(differences.char_end, kind_spans.char_end) - greatest(differences.char_start, kind_spans.char_start)
        ) as shared_length,
    from differences
    inner join kind_spans
        on
            differences.copy_id = kind_spans.copy_id
            and differences.char_start < kind_spans.char_end
            and differences.char_end > kind_spans.char_start
    group by differences.difference_id, kind_spans.segment_kind
    qualify row_number() over (
        partition by differences.difference_id
        order by shared_length desc, kind_spans.segment_kind asc
    ) = 1
)

select
    differences.difference_id,
    copies.episode_id,
    differences.copy_id,
    differences.other_copy_id,
    differences.kind,
    if(
        2 * kinds.shared_length >= differences.char_end - differences.char_start,
        kinds.segment_kind::varchar,
        'content'
    ) as segment_kind,
    differences.start_s,
    differences.end_s,
    differences.word_count,
    differences.other_word_count,
    differences.text,
    differences.document_id,
    differences.char_start,
    differences.char_end,
    differences.other_char_start,
    {{ url_at_time('copies.url', 'copies.video_id', 'differences.start_s') }} as url_at_time,
from differences
inner join copies on differences.copy_id = copies.copy_id
left join kinds on differences.difference_id = kinds.difference_id
order by differences.copy_id, differences.other_copy_id, differences.char_start

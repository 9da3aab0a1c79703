{#-
    One row where the books of two tables do not balance, none where they do: every row of `source_rows` must be in
    `mart_rows`, or in `rows_left_out`, never in both, and nothing else may be in `mart_rows`. Rows are told apart by
    their ids, so that a lost row and an invented one do not cancel each other out.
    Arguments: names of source and mart for the reader; queries with one column `row_id` each.
-#}
{%- macro unbalanced(source, mart, source_rows, mart_rows, rows_left_out=none) -%}
select
    '{{ source }}' as source,
    '{{ mart }}' as mart,
    count(*) filter (where is_in_source) as source_row_count,
    count(*) filter (where is_in_mart) as mart_row_count,
    count(*) filter (where is_left_out) as left_out_row_count,
    source_row_count - mart_row_count - left_out_row_count as difference,
    count(*) filter (where is_wrong) as wrong_row_count,
    min(row_id) filter (where is_wrong) as for_example,
from (
    select
        row_id,
        bool_or(place = 'source') as is_in_source,
        bool_or(place = 'mart') as is_in_mart,
        bool_or(place = 'left_out') as is_left_out,
        is_in_source::integer <> is_in_mart::integer + is_left_out::integer as is_wrong,
    from (
        select
            row_id,
            'source' as place,
        from ({{ source_rows }})
        union all
        select
            row_id,
            'mart' as place,
        from ({{ mart_rows }})
        {%- if rows_left_out %}
        union all
        select
            row_id,
            'left_out' as place,
        from ({{ rows_left_out }})
        {%- endif %}
    )
    group by row_id
)
having wrong_row_count > 0
{%- endmacro -%}

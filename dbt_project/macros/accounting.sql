{#-
    One row where the books of two tables do not balance, none where they do: every row of `source_rows` must be in
    `mart_rows`, or in `rows_left_out`, never in both, and nothing else may be in `mart_rows`. Rows are told apart by
    their ids, so that a lost row and an invented one do not cancel each other out.
    Arguments: names of source and mart for the reader; queries with one column `row_id` each, all of one type.
-#}
{%- macro unbalanced(source, mart, source_rows, mart_rows, rows_left_out=none) -%}
select
    wrong.* exclude (example_hash),
    min(ids.row_id::varchar) as for_example,
from (
    select
        '{{ source }}' as source,
        '{{ mart }}' as mart,
        count(*) filter (where is_in_source) as source_row_count,
        count(*) filter (where is_in_mart) as mart_row_count,
        count(*) filter (where is_left_out) as left_out_row_count,
        source_row_count - mart_row_count - left_out_row_count as difference,
        count(*) filter (where is_wrong) as wrong_row_count,
        min(row_hash) filter (where is_wrong) as example_hash,
    from (
        select
            row_hash,
            bool_or(place = 'source') as is_in_source,
            bool_or(place = 'mart') as is_in_mart,
            bool_or(place = 'left_out') as is_left_out,
            is_in_source::integer <> is_in_mart::integer + is_left_out::integer as is_wrong,
        from (
            {#- Hashes, because the ids of all rows would fill memory and disk; the id of the example is looked up. -#}
            select
                hash(row_id) as row_hash,
                'source' as place,
            from ({{ source_rows }})
            union all
            select
                hash(row_id) as row_hash,
                'mart' as place,
            from ({{ mart_rows }})
            {%- if rows_left_out %}
            union all
            select
                hash(row_id) as row_hash,
                'left_out' as place,
            from ({{ rows_left_out }})
            {%- endif %}
        )
        group by row_hash
    )
    having wrong_row_count > 0
) as wrong
inner join (
    select
        hash(row_id) as row_hash,
        row_id,
    from ({{ source_rows }})
    union all
    select
        hash(row_id) as row_hash,
        row_id,
    from ({{ mart_rows }})
    {%- if rows_left_out %}
    union all
    select
        hash(row_id) as row_hash,
        row_id,
    from ({{ rows_left_out }})
    {%- endif %}
) as ids
    on wrong.example_hash = ids.row_hash
group by all
{%- endmacro -%}

{#-
    Fails for each value outside the listed ones; NULL passes. One query for all such columns of a table, otherwise like
    core's `accepted_values`. `values`: a mapping from a column to the list of its values.
-#}
{% test known_values(model, values) %}
    {%- for column, accepted in values.items() %}
    select
        '{{ column }}' as column_name,
        {{ column }} as value_found,
        count(*) as row_count,
    from {{ model }}
    where {{ column }} not in ('{{ accepted | join("', '") }}')
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endtest %}

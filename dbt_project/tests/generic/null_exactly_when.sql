{#- Fails for each row in which the column is NULL although `condition` is not true, or has a value although it is. -#}
{% test null_exactly_when(model, column_name, condition) %}
    select
        {{ column_name }} as value_found,
        ({{ condition }}) is true as must_be_null,
        count(*) as row_count,
    from {{ model }}
    where ({{ column_name }} is null) <> (({{ condition }}) is true)
    group by all
{% endtest %}

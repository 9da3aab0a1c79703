{#-
    Fails for each row that does not stand after the one before it in the order of `columns`, none of which is ever NULL:
    so no two rows are equal in them, and the table is stored in their order. Takes neither a sort nor memory, as
    counting the rows of each combination does.
-#}
{% test unique_ascending(model, columns) %}
    select *
    from (
        select
            {%- for column in columns %}
            {{ column }},
            lag({{ column }}) over () as {{ column }}_before,
            {%- endfor %}
        from {{ model }}
    )
    where
        {{ columns[0] }}_before is not null
        and ({{ columns | join('_before, ') }}_before) >= ({{ columns | join(', ') }})
{% endtest %}

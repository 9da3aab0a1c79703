{#-
    Fails for each value that is missing from the table it refers to; NULL refers to nothing. One query for all keys of
    a table, which is much faster than core's `relationships` one by one.
    `references`: a list of {column, to, field}; `field` is `column` unless given.
-#}
{% test foreign_keys(model, references) %}
    {%- for reference in references %}
    select
        '{{ reference.column }}' as foreign_key,
        child.{{ reference.column }} as missing_value,
        '{{ reference.to.identifier }}' as missing_from,
        count(*) as row_count,
    from {{ model }} as child
    anti join {{ reference.to }} as parent
        on child.{{ reference.column }} = parent.{{ reference.field | default(reference.column) }}
    where child.{{ reference.column }} is not null
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endtest %}

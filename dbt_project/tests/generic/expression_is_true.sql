{#- Fails for each row for which one of `expressions` (a mapping from a name to SQL) is not true; NULL is not true. -#}
{% test expression_is_true(model, expressions) %}
    {%- for name, expression in expressions.items() %}
    select
        '{{ name }}' as broken_rule,
        model_rows::varchar as row_found,
    from {{ model }} as model_rows
    where ({{ expression }}) is not true
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endtest %}

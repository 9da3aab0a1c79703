{#- Fails for each row in which one of `columns` is below zero; NULL passes. -#}
{% test not_negative(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}{{ column }} < 0
        {%- endfor %}
{% endtest %}

{#- The 20 hexadecimal digits that identify a key: the same key gives the same id in every rebuild. -#}
{%- macro stable_id(kind, columns) -%}
    left(md5(concat_ws(chr(31), '{{ kind }}', {{ columns | join(', ') }})), 20)
{%- endmacro -%}

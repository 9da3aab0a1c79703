{#- Conditions that several marts must share word for word. -#}

{#- A speaker's own label is no mention: counts leave it out. -#}
{%- macro is_counted(field) -%}
    {{ field }} <> 'speaker_label'
{%- endmacro -%}

{#- Conversation, as opposed to what is paid for or cross-promoted. -#}
{%- macro is_content(segment_kind) -%}
    {{ segment_kind }} not in ('sponsor', 'promo')
{%- endmacro -%}

{%- macro is_host_role(role) -%}
    {{ role }} in ('host', 'co_host')
{%- endmacro -%}

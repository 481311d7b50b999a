{#-
    Use the schema that the model names, without the target's schema before it, and with the prefix
    that a shop may set (alsolike/schemas.py).
-#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ env_var('ALSOLIKE_SCHEMA_PREFIX', '') ~ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro -%}

{#- Gather the planner's statistics of the table that was just built; views have none. -#}
{%- macro analyze_relation() -%}
    {%- if model.config.materialized != 'view' -%}analyze {{ this }}{%- endif -%}
{%- endmacro -%}

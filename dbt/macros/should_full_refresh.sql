{#-
    Whether to build an incremental model from nothing: by dbt's own rule, and if the table of an
    earlier version has other columns than the model describes. So an upgrade needs no
    `--full-refresh`, and the old table stays readable until the new one is complete. The model's
    contract keeps descriptions and columns the same.
-#}
{%- macro should_full_refresh() -%}
    {%- set wanted = config.get('full_refresh') -%}
    {%- if wanted is none -%}{%- set wanted = flags.FULL_REFRESH -%}{%- endif -%}
    {%- do return(wanted or has_other_columns()) -%}
{%- endmacro -%}

{#- Whether the incremental model's table exists and has other columns than the model describes. -#}
{%- macro has_other_columns() -%}
    {%- if config.get('materialized') != 'incremental' -%}{%- do return(false) -%}{%- endif -%}
    {%- set relation = load_cached_relation(this) -%}
    {%- if relation is none -%}{%- do return(false) -%}{%- endif -%}
    {%- set found = adapter.get_columns_in_relation(relation) | map(attribute='name') | sort -%}
    {%- do return(found | list != model.columns.keys() | sort | list) -%}
{%- endmacro -%}

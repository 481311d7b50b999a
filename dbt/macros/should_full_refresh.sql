{#-
    Whether an incremental model is built from nothing: dbt's own rule, and also where the table has
    other columns than the model's descriptions, as one has that an earlier version built. So an
    upgrade needs no `--full-refresh`, and the old table stays readable until the new one is whole.
    The model's contract keeps its descriptions and its columns the same.
-#}
{%- macro should_full_refresh() -%}
    {%- set wanted = config.get('full_refresh') -%}
    {%- if wanted is none -%}{%- set wanted = flags.FULL_REFRESH -%}{%- endif -%}
    {%- do return(wanted or has_other_columns()) -%}
{%- endmacro -%}

{#- Whether the incremental model's table is there and has other columns than are described. -#}
{%- macro has_other_columns() -%}
    {%- if config.get('materialized') != 'incremental' -%}{%- do return(false) -%}{%- endif -%}
    {%- set relation = load_cached_relation(this) -%}
    {%- if relation is none -%}{%- do return(false) -%}{%- endif -%}
    {%- set found = adapter.get_columns_in_relation(relation) | map(attribute='name') | sort -%}
    {%- do return(found | list != model.columns.keys() | sort | list) -%}
{%- endmacro -%}

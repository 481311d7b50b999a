{#- dbt's renames and drops of relations that others read: see patiently. -#}

{%- macro postgres__rename_relation(from_relation, to_relation) -%}
    {%- set name = adapter.quote_as_configured(to_relation.identifier, 'identifier') -%}
    {%- call statement('rename_relation') -%}
        {{ patiently('alter table ' ~ from_relation.render() ~ ' rename to ' ~ name, from_relation) }}
    {%- endcall -%}
{%- endmacro -%}

{%- macro postgres__drop_table(relation) -%}
    {{ patiently('drop table if exists ' ~ relation.render() ~ ' cascade', relation) }}
{%- endmacro -%}

{%- macro postgres__drop_view(relation) -%}
    {{ patiently('drop view if exists ' ~ relation.render() ~ ' cascade', relation) }}
{%- endmacro -%}

{#-
    Build the indexes and statistics of a table before it is swapped in, so that readers do not wait
    for them.
-#}
{%- macro postgres__create_indexes(relation) -%}
    {%- do default__create_indexes(relation) -%}
    {%- do run_query('analyze ' ~ relation.render()) -%}
{%- endmacro -%}

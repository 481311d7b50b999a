{#-
    Replace a view in its place. dbt's own way renames the former view and drops it with all views
    upon it, which are then gone until they are built again: whoever reads them meanwhile fails.
    Only where a column is gone, renamed or of another type, as in a new version, the former view
    has to be dropped.
-#}
{%- materialization view, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_view -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- set replace -%}
        do $replace$
        begin
            {{ get_replace_view_sql(target, sql) }}
        exception when invalid_table_definition then
            drop view {{ target.render() }} cascade;
            {{ get_create_view_as_sql(target, sql) }}
        end
        $replace$
    {%- endset -%}
    {%- call statement('main') -%}
        {{ patiently(replace, target) }}
    {%- endcall -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=existing is not none) -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization -%}

{#- Grant what a model's config says, unless there are no roles to grant it to (ALSOLIKE_ROLES). -#}
{%- macro postgres__apply_grants(relation, grant_config, should_revoke=True) -%}
    {%- if env_var('ALSOLIKE_ROLES', '') | lower not in ['false', '0', 'no', 'off'] -%}
        {%- do default__apply_grants(relation, grant_config, should_revoke) -%}
    {%- endif -%}
{%- endmacro -%}

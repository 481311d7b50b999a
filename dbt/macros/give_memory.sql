{#- Let the sorts and hashes of one model stay in memory; ends with the model's transaction. -#}
{%- macro give_memory(size='256MB') -%}
    set local work_mem = '{{ size }}'
{%- endmacro -%}

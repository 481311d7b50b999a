{#- Give the sorts and hashes of one model more memory, until its transaction ends. -#}
{%- macro give_memory(size='256MB') -%}
    set local work_mem = '{{ size }}'
{%- endmacro -%}

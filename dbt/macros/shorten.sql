{#- Text on one line, cut at a number of characters, without outer blanks; null if empty. -#}
{%- macro shorten(text, characters) -%}
    nullif(trim(left(trim(regexp_replace({{ text }}, '\s+', ' ', 'g')), {{ characters }})), '')
{%- endmacro -%}

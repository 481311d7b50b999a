{#- One line of text of at most so many characters, without outer blanks; null where empty. -#}
{%- macro shorten(text, characters) -%}
    nullif(trim(left(trim(regexp_replace({{ text }}, '\s+', ' ', 'g')), {{ characters }})), '')
{%- endmacro -%}

{#- Whether two rows are of the same day, place, model and step; a model may be null. -#}
{%- macro is_same_list(one, other) -%}
    {{ one }}.served_on = {{ other }}.served_on
    and {{ one }}.place = {{ other }}.place
    and {{ one }}.model is not distinct from {{ other }}.model
    and {{ one }}.tier = {{ other }}.tier
{%- endmacro -%}

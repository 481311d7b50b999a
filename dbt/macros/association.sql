{#-
    How strongly two products, or categories, go together; above 0 where the lift is above 1. The
    logarithm limits pairs of what is rare, the fraction pairs that met by chance.
    together: number of baskets that hold both; lift: how many times as often as chance has it.
-#}
{%- macro association(together, lift) -%}
    {{ together }}::double precision
        / ({{ together }} + {{ var('complement_shrinkage') }})
        * ln({{ lift }})
{%- endmacro -%}

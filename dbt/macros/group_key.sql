{#-
    What a product has in common with its variants, as one key; one without variants is a group of
    its own. products: a relation with the columns of stg_products.
-#}
{%- macro group_key(products) -%}
    coalesce('group ' || {{ products }}.variant_group_id, 'product ' || {{ products }}.product_id)
{%- endmacro -%}

{#-
    Place of a product group within its basket, from 1, in an order that is random and always the
    same: the first few are a sample. baskets: a relation with the columns basket_id and group_key.
-#}
{%- macro place_in_draw(baskets) -%}
    row_number() over (
            partition by {{ baskets }}.basket_id
            order by
                md5({{ baskets }}.basket_id::text || {{ baskets }}.group_key)::uuid asc,
                {{ baskets }}.group_key asc
        )
{%- endmacro -%}

-- What is shown of products that a model's neighbours name: themselves, where the question allows
-- them; else of their variants that it allows the first by id, in stock before sold out, as
-- recs.fitting_variant has it in Postgres.
-- A row: number, of a product; shown_number, of what is shown, null: nothing.
create temporary view shown_products as
select
    s.number,
    coalesce(
        (select a.number from allowed_products as a where a.number = s.number),
        (
            select a.number
            from allowed_products as a
            where a.variant_group_id = s.variant_group_id
            order by a.is_in_stock desc, a.product_id asc
            limit 1
        )
    ) as shown_number
from products as s

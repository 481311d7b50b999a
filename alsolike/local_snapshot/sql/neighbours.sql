-- The nearest products of a product.
-- product_id: the product; k: rows wanted; exclude: a JSON list of ids to leave out; category: path
-- of a category, itself and all below it; brands: a JSON list; price_min, price_max: both included;
-- attributes: a JSON object that the product's must contain; is_in_stock: 1 or 0; candidates: a
-- JSON list of ids to choose among. Each of these null: any.
-- A row: the score, then a product, best first. Columns stand in the order of SnapshotProduct.
select
    n.score,
    p.product_id,
    p.title,
    p.description,
    p.category,
    p.brand,
    p.price,
    p.currency,
    p.image_url,
    p.attributes,
    p.is_in_stock,
    p.created_at,
    p.rating_average,
    p.review_count
from products as own
inner join neighbours as n on own.number = n.product_number
inner join products as p on n.neighbour_number = p.number
where
    own.product_id = :product_id
    and p.product_id not in (select e.value from json_each(:exclude) as e)
    and (:is_in_stock is null or p.is_in_stock = :is_in_stock)
    and (
        :category is null
        or p.category = :category
        or substr(p.category, 1, length(:category) + 3) = :category || ' > '
    )
    and (:brands is null or p.brand in (select e.value from json_each(:brands) as e))
    and (:candidates is null or p.product_id in (select e.value from json_each(:candidates) as e))
    and (:price_min is null or cast(p.price as real) >= :price_min)
    and (:price_max is null or cast(p.price as real) <= :price_max)
    and (:attributes is null or has_attributes(p.attributes, :attributes))
order by n.rank
limit :k

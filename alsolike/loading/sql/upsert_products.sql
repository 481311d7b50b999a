-- Put the usable staged products into raw; a product that is there is updated where it differs.
-- columns: the columns that the file has. Another column keeps what is known of the product.
-- is_complete: whether the file has all products that are sold; one without a stock value is sold.
-- A row: one product, new or changed.
insert into raw.products as k (
    product_id, title, description, category, brand, price, currency, image_url, attributes,
    is_in_stock, created_at
)
select distinct on (s.product_id)
    s.product_id,
    s.title,
    case
        when 'description' = any(%(columns)s::text []) then s.description else p.description
    end,
    case when 'category' = any(%(columns)s::text []) then s.category else p.category end,
    case when 'brand' = any(%(columns)s::text []) then s.brand else p.brand end,
    case
        when 'price' = any(%(columns)s::text []) then s.price::numeric(12, 2) else p.price
    end,
    case
        when 'currency' = any(%(columns)s::text []) then upper(s.currency) else p.currency
    end,
    case when 'image_url' = any(%(columns)s::text []) then s.image_url else p.image_url end,
    coalesce(
        case
            when 'attributes' = any(%(columns)s::text []) then s.attributes::jsonb
            else p.attributes
        end,
        '{}'
    ),
    coalesce(
        case
            when 'in_stock' = any(%(columns)s::text [])
                then is_in_stock(s.in_stock)
            when %(is_complete)s then true
            else p.is_in_stock
        end,
        true
    ),
    coalesce(s.created_at::timestamptz, p.created_at, now())
from usable as s
left join raw.products as p on s.product_id = p.product_id
order by s.product_id, s.line
on conflict (product_id) do update
    set
        title = excluded.title,
        description = excluded.description,
        category = excluded.category,
        brand = excluded.brand,
        price = excluded.price,
        currency = excluded.currency,
        image_url = excluded.image_url,
        attributes = excluded.attributes,
        is_in_stock = excluded.is_in_stock,
        created_at = excluded.created_at,
        loaded_at = now()
    where
    (
        k.title, k.description, k.category, k.brand, k.price, k.currency, k.image_url,
        k.attributes, k.is_in_stock, k.created_at
    ) is distinct from (
        excluded.title, excluded.description, excluded.category, excluded.brand,
        excluded.price, excluded.currency, excluded.image_url, excluded.attributes,
        excluded.is_in_stock, excluded.created_at
    )

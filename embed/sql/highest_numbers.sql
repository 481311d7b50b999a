-- The highest number of a shopper and of a product that was acted on, 0 where there is none.
select
    coalesce(max(i.shopper_number), 0) as shopper_number,
    coalesce(max(i.product_number), 0) as product_number
from numbered_interactions as i

-- For summing up each product.
create index numbered_interactions_by_product
on numbered_interactions (product_number, shopper_number)

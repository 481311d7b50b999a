-- For summing up each shopper.
create index numbered_interactions_by_shopper
on numbered_interactions (shopper_number, product_number)

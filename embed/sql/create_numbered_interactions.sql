-- A table of this session for what shoppers did, both sides numbered. Personal data: it goes with
-- the session.
-- A row: shopper_number and product_number from 1, weight above 0.
create temporary table numbered_interactions (
    shopper_number integer not null,
    product_number integer not null,
    weight real not null
)

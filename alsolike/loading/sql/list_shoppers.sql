-- The shoppers that the staged file of shoppers has, to tell the files after it.
-- A row: one shopper.
copy (
    select distinct s.shopper_id
    from staged as s
    where s.shopper_id is not null
) to stdout

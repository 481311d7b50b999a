-- Everything that is kept of a shopper; see ops.shopper_data.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id.
-- A row: an object with a list of rows for each table.
select ops.shopper_data(%(shopper_id)s::text, %(shopper_hash)s::bytea) as kept

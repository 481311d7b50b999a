-- Everything that is kept of a shopper, row by row; see ops.shopper_rows.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id.
-- A row: its table, and its content as JSON. Tables come one after the other.
select
    r.kept_in,
    r.content::text as content
from ops.shopper_rows(%(shopper_id)s::text, %(shopper_hash)s::bytea) as r

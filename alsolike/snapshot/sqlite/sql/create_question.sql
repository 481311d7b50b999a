-- What the next list is asked for, in a table of the connection's own.
-- The one row: product_filter, a JSON object as recs.product_filter has it, null: products in
-- stock; excluded, a JSON list of product ids to leave out; candidates, a JSON list of ids to
-- choose among, null: any.
create temporary table question (
    product_filter text,
    excluded text not null,
    candidates text
)

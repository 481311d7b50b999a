-- Tell the planner how many products are to be exported: autovacuum never sees a temporary table.
analyze snapshot_products

-- Stream what a purchase of a product counts towards its neighbours of the same category: model_id,
-- product_id, factor from 0 to below 1, and a bit for each neighbour by rank, 1 for those.
copy recs.repurchase_factors (model_id, product_id, factor, is_own_category) from stdin

-- Stream a model's priors in: model_id, product_id, prior above 0.
copy recs.product_priors (model_id, product_id, prior) from stdin

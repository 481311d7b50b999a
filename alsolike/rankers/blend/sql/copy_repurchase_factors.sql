-- Stream a model's factors in: model_id, category, factor from 0 to below 1.
copy recs.repurchase_factors (model_id, category, factor) from stdin

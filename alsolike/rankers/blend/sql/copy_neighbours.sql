-- Stream a model's neighbours in: model_id, product_id, rank from 1, neighbour_id, score above 0.
copy recs.neighbours (model_id, product_id, rank, neighbour_id, score) from stdin

-- For what the model scores for everybody: some hundreds of products.
create index products_prior on products (prior) where prior is not null

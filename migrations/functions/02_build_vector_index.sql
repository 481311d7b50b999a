-- Build the HNSW index over a model's vectors, unless it is there. Called after the bulk of them
-- is written: building once is many times faster than inserting one by one.
-- p_model_id: the model. Returns whether an index was built.
create or replace function recs.build_vector_index(p_model_id integer) returns boolean
language plpgsql
set search_path = pg_catalog, public
as $$
declare
    length integer;
begin
    if to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null then
        return false;
    end if;

    select m.dimension into strict length from recs.models as m where m.model_id = p_model_id;
    execute format(
        'create index product_vectors_%s_hnsw on recs.product_vectors_%s '
        'using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)',
        p_model_id, p_model_id, length
    );
    execute format('analyze recs.product_vectors_%s', p_model_id);
    return true;
end;
$$;

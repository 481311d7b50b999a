-- The products most like a product, for its page.
-- p_product_id: the product; p_k: rows wanted, 0 or more; p_exclude: product ids to leave out;
-- p_category: path of a category, itself and all below it, null: any; p_model: name of a model,
-- null: the serving one.
-- A row: rank from 1, product_id, cosine similarity (null where the row only fills up), the
-- model's name and the row's source: 'vectors', or 'popular' for a product that has no vector yet:
-- first its own category's, then any.
-- An unknown product or model raises no_data_found.
create or replace function recs.similar_products(
    p_product_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_category text default null, p_model text default null
) returns table (rank integer, product_id text, score real, model text, source text)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    used record;
    query halfvec;
    own_category text;
    left_out constant text [] := coalesce(p_exclude, '{}') || p_product_id;
    found_ids text [];
begin
    select m.model_id, m.name into used from recs.model_of(p_model) as m;
    if used.model_id is null and p_model is not null then
        raise no_data_found using message = format('There is no model %L.', p_model);
    end if;

    select v.embedding into query
    from recs.product_vectors as v
    where v.model_id = used.model_id and v.product_id = p_product_id;

    if query is not null then
        return query
        select n.position::integer, n.product_id, n.score, used.name, 'vectors'
        from
            recs.nearest_products(query, used.model_id, p_k, left_out, p_category)
            with ordinality as n (product_id, score, position);
        return;
    end if;

    select p.category into own_category from raw.products as p where p.product_id = p_product_id;
    if not found then
        raise no_data_found using message = format('There is no product %L.', p_product_id);
    end if;

    select coalesce(array_agg(n.product_id), '{}') into found_ids
    from recs.popular_products(p_k, left_out, coalesce(p_category, own_category)) as n;
    if cardinality(found_ids) < p_k and p_category is null and own_category is not null then
        select found_ids || coalesce(array_agg(n.product_id), '{}') into found_ids
        from recs.popular_products(p_k - cardinality(found_ids), left_out || found_ids) as n;
    end if;

    return query
    select n.position::integer, n.product_id, null::real, used.name, 'popular'
    from unnest(found_ids) with ordinality as n (product_id, position);
end;
$$;

-- How many vectors a category and those below it have, counted up to a limit.
-- p_model_id: the model; p_category: path of the category; p_most: where to stop counting.
-- Returns the number, p_most + 1 where there are more.
create or replace function recs.category_size(
    p_model_id integer, p_category text, p_most integer
) returns integer
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    vector_count integer;
begin
    -- One operator at a time, so that the count comes off the index alone. Planned for this very
    -- category: a generic plan knows no beginning to look for.
    execute format(
        'select count(*) from ('
        '  select from recs.product_vectors_%1$s as v where v.category = $1'
        '  union all'
        '  select from recs.product_vectors_%1$s as v where v.category ^@ ($1 || '' > '')'
        '  limit $2 + 1'
        ') as c',
        p_model_id
    ) into vector_count using p_category, p_most;
    return vector_count;
end;
$$;

-- The products that a filter keeps, if they are few: a search then goes by this list instead.
-- p_filter: see recs.product_filter; p_candidates: choose among these products alone, however many,
-- null: among all; p_limit: so many products are few; null: recs.list_limit('vectors').
-- Returns their ids, in no order; null if there are more, or neither a filter nor candidates.
create or replace function recs.few_eligible(
    p_filter recs.product_filter, p_candidates text [] default null,
    p_limit integer default null
) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    few constant integer := coalesce(p_limit, recs.list_limit('vectors'));
    product_ids text [];
begin
    if p_candidates is not null then
        return array(
            select p.product_id
            from raw.products as p
            where p.product_id = any (p_candidates) and recs.fits(p, p_filter)
        );
    end if;
    if p_filter is null then
        return null;
    end if;
    -- Planned for this very filter: the planner must know its values to choose an index by them.
    execute
        'select coalesce(array_agg(e.product_id), ''{}'') from ('
        '  select p.product_id from raw.products as p where recs.fits(p, $1) limit $2 + 1'
        ') as e'
        into product_ids
        using p_filter, few;
    return case when cardinality(product_ids) <= few then product_ids end;
end;
$$;

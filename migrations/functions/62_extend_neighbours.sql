-- Add products that came after the training to a trained model's neighbours.
-- p_model_id: the model, an unknown one raises no_data_found, one that did not learn what a text
-- alone is worth (`newcomer_scale` in recs.models.learned) invalid_parameter_value; p_product_ids:
-- those with a vector and no neighbours yet are the newcomers, the others stay as they are; p_k:
-- most rows of a product, at least 1: as many as the training gave.
-- A newcomer gets its p_k nearest products, and each of them gets the newcomer, at the score
-- newcomer_scale * cosine similarity where that is above 0. Rows that fall behind the p_k best of
-- their product are cut; a product that no newcomer enters is not touched. A newcomer also gets the
-- factor that the training learned of its category (`repurchase_factors` in recs.models.learned).
-- Returns the number of rows written. One session at a time: the model's row is locked.
create or replace function recs.extend_neighbours(
    p_model_id integer, p_product_ids text [], p_k integer
) returns bigint
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    scale double precision;
    -- By category; null: a training of before did not say.
    factors jsonb;
    newcomers text [];
    -- The rows that the touched products are to have.
    wanted recs.neighbours [];
    written bigint;
begin
    if p_k is null or p_k < 1 then
        raise invalid_parameter_value using message = 'The number of neighbours must be 1 or more.';
    end if;
    select (m.learned ->> 'newcomer_scale')::double precision, m.learned -> 'repurchase_factors'
    into strict scale, factors
    from recs.models as m
    where m.model_id = p_model_id
    for no key update;
    if scale is null then
        raise invalid_parameter_value using message = format(
            'Model %s did not learn what a text alone is worth: train it anew.', p_model_id
        );
    end if;

    select array_agg(v.product_id) into newcomers
    from recs.product_vectors as v
    where
        v.model_id = p_model_id
        and v.product_id = any (p_product_ids)
        and not exists (
            select from recs.neighbours as n
            where n.model_id = p_model_id and n.product_id = v.product_id
        );
    if newcomers is null then
        return 0;
    end if;

    -- The nearest by cosine similarity; their scores are computed from it below.
    perform recs.write_neighbours(p_model_id, newcomers, p_k);

    wanted := array(
        with nearest as materialized (
            select n.product_id, n.neighbour_id, (scale * n.score)::real as score
            from recs.neighbours as n
            where
                n.model_id = p_model_id
                and n.product_id = any (newcomers)
                and scale * n.score > 0
        ),

        incoming as materialized (
            select b.product_id, b.neighbour_id, max(b.score) as score
            from (
                select n.product_id, n.neighbour_id, n.score from nearest as n
                union all
                select n.neighbour_id, n.product_id, n.score from nearest as n
            ) as b
            group by b.product_id, b.neighbour_id
        ),

        -- The neighbours that touched products of the training have.
        present as materialized (
            select n.product_id, n.neighbour_id, n.score
            from (select distinct i.product_id from incoming as i) as t
            inner join recs.neighbours as n
                on n.model_id = p_model_id and t.product_id = n.product_id
            where t.product_id <> all (newcomers)
        ),

        bounds as (
            select p.product_id, count(*) as row_count, min(p.score) as lowest
            from present as p
            group by p.product_id
        ),

        entering as materialized (
            select i.product_id, i.neighbour_id, i.score
            from incoming as i
            left join bounds as b on i.product_id = b.product_id
            where b.product_id is null or b.row_count < p_k or i.score > b.lowest
        ),

        merged as (
            select a.product_id, a.neighbour_id, max(a.score) as score
            from (
                select e.product_id, e.neighbour_id, e.score from entering as e
                union all
                select p.product_id, p.neighbour_id, p.score
                from present as p
                where p.product_id in (select e.product_id from entering as e)
            ) as a
            group by a.product_id, a.neighbour_id
        ),

        -- Of a group of variants the best that is shown and in stock, at the score of the best.
        apart as (
            select distinct on (
                m.product_id, p.variant_group_id,
                case when p.variant_group_id is null then m.neighbour_id end
            ) m.product_id, m.neighbour_id,
                max(m.score) over (
                    partition by
                        m.product_id, p.variant_group_id,
                        case when p.variant_group_id is null then m.neighbour_id end
                ) as score
            from merged as m
            left join raw.products as p
                on m.neighbour_id = p.product_id and p.variant_group_id is not null
            order by m.product_id, p.variant_group_id,
                case when p.variant_group_id is null then m.neighbour_id end,
                p.is_in_stock and not p.is_hidden desc, m.score desc, m.neighbour_id
        ),

        ranked as (
            select a.product_id, a.neighbour_id, a.score,
                row_number() over (
                    partition by a.product_id order by a.score desc, a.neighbour_id asc
                ) as rank
            from apart as a
        )

        select (p_model_id, r.product_id, r.rank, r.neighbour_id, r.score)::recs.neighbours
        from ranked as r
        where r.rank <= p_k
    );

    delete from recs.neighbours as n
    where
        n.model_id = p_model_id
        and n.product_id in (
            select unnest(newcomers) union select w.product_id from unnest(wanted) as w
        );

    insert into recs.neighbours select w.* from unnest(wanted) as w;
    get diagnostics written = row_count;

    -- Their neighbours have other ranks now. What has a factor keeps it.
    insert into recs.repurchase_factors as f (model_id, product_id, factor, is_own_category)
    select p_model_id, o.product_id, o.factor,
        string_agg(
            (o.category is not distinct from q.category)::integer::text, '' order by w.rank
        )::bit varying
    from unnest(wanted) as w
    inner join (
        select p.product_id, p.category,
            coalesce(k.factor, (factors ->> p.category)::real) as factor
        from raw.products as p
        left join recs.repurchase_factors as k
            on k.model_id = p_model_id and p.product_id = k.product_id
    ) as o on w.product_id = o.product_id and o.factor is not null
    left join raw.products as q on w.neighbour_id = q.product_id
    group by o.product_id, o.factor
    on conflict (model_id, product_id) do update
    set is_own_category = excluded.is_own_category;
    return written;
end;
$$;

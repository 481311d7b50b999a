-- How a model answers: what its options say, and the default of what they leave out.
-- p_serving: the column `serving` of recs.models; unknown keys and null mean nothing.
-- One row:
-- decay: what an action counts against the next later one, above 0, at most 1;
-- actions: latest products of a shopper that count, at least 1;
-- purchase_weight, review_weight, view_weight: what a kind counts, 0 or more (key kind_weights);
-- neighbour_rows: about so many neighbours are added up, at least 1: see recs.scored_products;
-- pool: candidates that are re-ranked for diversity, at least 1;
-- diversity: weight of the likeness to what is already picked, against relevance, 0 or more;
-- category_share, brand_share: most of the picks that one may have, above 0, at most 1 (no limit);
-- visit: the share that a long current visit has of the weight of all actions, below 1; 0: it is
-- not told from what came before: see recs.recent_actions;
-- full_weight: the sum of the weights of actions from which on priors count in full, 0 or more: see
-- recs.scored_products;
-- viewed_days: days after which a product that was viewed and not bought may be listed again, 0 or
-- more.
-- A value out of its range raises invalid_parameter_value.
create or replace function recs.serving_options(p_serving jsonb)
returns table (
    decay double precision, actions integer,
    purchase_weight double precision, review_weight double precision, view_weight double precision,
    neighbour_rows integer, pool integer, diversity double precision,
    category_share double precision, brand_share double precision,
    visit double precision, full_weight double precision, viewed_days double precision
)
language plpgsql
immutable
rows 1
set search_path = pg_catalog, public, pg_temp
as $$
begin
    decay := coalesce((p_serving ->> 'decay')::double precision, 0.85);
    actions := coalesce((p_serving ->> 'actions')::integer, 20);
    purchase_weight := coalesce((p_serving #>> '{kind_weights,purchase}')::double precision, 3);
    review_weight := coalesce((p_serving #>> '{kind_weights,review}')::double precision, 2);
    view_weight := coalesce((p_serving #>> '{kind_weights,view}')::double precision, 1);
    neighbour_rows := coalesce((p_serving ->> 'neighbour_rows')::integer, 750);
    pool := coalesce((p_serving ->> 'pool')::integer, 30);
    diversity := coalesce((p_serving ->> 'diversity')::double precision, 0);
    category_share := coalesce((p_serving ->> 'category_share')::double precision, 1);
    brand_share := coalesce((p_serving ->> 'brand_share')::double precision, 1);
    visit := coalesce((p_serving ->> 'visit')::double precision, 0.47);
    full_weight := coalesce((p_serving ->> 'full_weight')::double precision, 0);
    viewed_days := coalesce((p_serving ->> 'viewed_days')::double precision, 14);

    -- Written so that NaN, which sorts above every number, fails as well.
    if not (
        decay > 0 and decay <= 1
        and actions between 1 and 1000
        and purchase_weight >= 0 and purchase_weight <= 1e6
        and review_weight >= 0 and review_weight <= 1e6
        and view_weight >= 0 and view_weight <= 1e6
        and neighbour_rows between 1 and 1000000
        and pool between 1 and 10000
        and diversity >= 0 and diversity <= 1e6
        and category_share > 0 and category_share <= 1
        and brand_share > 0 and brand_share <= 1
        and visit >= 0 and visit < 1
        and full_weight >= 0 and full_weight <= 1e9
        and viewed_days >= 0 and viewed_days <= 1e6
    ) then
        raise invalid_parameter_value using message = format(
            'The serving options %s are out of range: 0 < decay <= 1, 1 <= actions <= 1000, '
            'kind_weights >= 0, 1 <= neighbour_rows <= 1000000, 1 <= pool <= 10000, '
            'diversity >= 0, 0 < category_share, brand_share <= 1, 0 <= visit < 1, '
            'full_weight >= 0, viewed_days >= 0.',
            p_serving
        );
    end if;
    return next;
end;
$$;

-- Functions of before that are gone, or whose parameters or rows are others today: dropped in the
-- transaction that makes those of today, so that no reader meets a moment without them.
drop function if exists
recs.acted_left_out, recs.all_but_one, recs.exact_limit, recs.nearest_statement,
recs.nearest_variants, recs.one_of_each_group, recs.popular_variants, recs.recommend_by,
recs.recommend_from_neighbours, recs.recommend_popular, recs.similar_by,
recs.similar_from_neighbours, recs.similar_popular, recs.taste_products;
drop function if exists recs.diversified(
    integer, text [], real [], integer, double precision, double precision, double precision
);
drop function if exists recs.diversified(
    integer, recs.scored_product [], integer, double precision, double precision, double precision
);
drop function if exists recs.goes_with(text, integer, text [], recs.product_filter);
drop function if exists recs.is_exact_search(text, tsquery);
drop function if exists recs.left_out(text, timestamptz);
drop function if exists recs.left_out(text, recs.action [], jsonb, text [], timestamptz);
drop function if exists recs.left_out(
    text, recs.action [], jsonb, text [], timestamptz, double precision
);
drop function if exists recs.left_out(
    text, recs.action [], jsonb, text [], timestamptz, double precision, text, boolean
);
drop function if exists recs.serving_options(jsonb);
drop function if exists recs.nearest_products(
    halfvec, integer, integer, text [], recs.product_filter, text []
);
drop function if exists recs.neighbours_statement(integer, integer, boolean);
drop function if exists recs.popular_products(integer, text [], recs.product_filter, text []);
drop function if exists recs.recent_actions(text, text, jsonb, timestamptz, jsonb);
drop function if exists recs.recommend_with_reasons(
    text, text, integer, text [], recs.product_filter, text [], text, text, jsonb, boolean,
    timestamptz, timestamptz
);
drop function if exists recs.recommend_with_reasons(
    text, text, integer, text [], recs.product_filter, text [], text, text, jsonb, boolean,
    timestamptz, timestamptz, text
);
drop function if exists recs.scored_products(
    integer, text [], real [], text [], recs.product_filter, text [], integer, integer
);
drop function if exists recs.scored_products(
    integer, recs.action [], text [], recs.product_filter, text [], integer, integer
);
drop function if exists recs.scored_products(
    integer, recs.action [], text [], recs.product_filter, text [], integer, integer, integer,
    double precision, double precision
);
drop function if exists recs.scored_products(
    integer, recs.action [], text [], recs.product_filter, text [], integer, integer, integer,
    double precision, double precision, boolean
);
drop function if exists recs.scored_products(
    integer, recs.action [], text [], recs.product_filter, text [], integer, integer, integer,
    double precision, double precision, boolean, bit varying [], real []
);
drop function if exists recs.search_products(
    text, halfvec, integer, integer, text, double precision, text
);
drop function if exists recs.search_products(
    text, halfvec, integer, integer, text, double precision, text, boolean
);
drop function if exists recs.similar_products(
    text, integer, text [], recs.product_filter, text [], text, boolean
);
drop function if exists recs.actions_before_visit(
    text, text, integer, timestamptz [], timestamptz
);
drop function if exists recs.typed_query(text);
drop function if exists recs.visit_length(timestamptz [], timestamptz);
drop function if exists raw.event_permission(text, text, bytea);
drop function if exists raw.is_agreed(text);
drop function if exists ops.erase_shopper(text, bytea, text, text);

-- Functions of before that are gone, or whose parameters or rows are others today: dropped in the
-- transaction that makes those of today, so that no reader meets a moment without them.
drop function if exists recs.acted_left_out(text [], text []);
drop function if exists recs.exact_limit(integer, double precision);
drop function if exists recs.left_out(text, timestamptz);
drop function if exists recs.nearest_statement(integer, integer, text);
drop function if exists recs.recent_actions(text, text, jsonb, timestamptz, jsonb);
drop function if exists recs.scored_products(
    integer, text [], real [], text [], recs.product_filter, text [], integer, integer
);

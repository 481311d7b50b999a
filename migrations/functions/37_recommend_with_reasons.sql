-- "You may also like" for a shopper or an anonymous session, each row with the event behind it.
-- p_shopper_id, p_session_id: who asks, either may be null; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_filter: see recs.product_filter, null: in stock; p_candidates: choose
-- among these products alone, null: among all; p_model: name of a model, null: the serving one;
-- p_diversity: see recs.diversity_level; p_history: actions that the caller tells of, see
-- recs.recent_actions; p_with_reasons: whether to look the reasons up; p_until: only what happened
-- strictly before makes the taste, null: all, so that a next page is of the same taste; p_as_of:
-- answer from what happened strictly before, null: from all.
-- A row: rank from 1, product_id, score, the model's name, source ('personal' or 'popular'), and
-- the reason: its kind ('viewed', 'bought', 'reviewed', 'in_basket' or 'popular'), the event's id,
-- that event's product, and of 'popular' the number of recent actions.
-- The score is relevance. Of a model of kind 'average': cosine similarity to the taste. Of a
-- trained one: recs.scored_products; below those, shares of the last by cosine similarity. Null
-- for products that only fill up. It falls with the rank unless diversity is asked for: the rank is
-- the order to show.
-- Left out: recs.left_out, and what does not fit the filter.
-- Always min(p_k, eligible) rows, except with p_as_of: what is popular today was not known then, so
-- the answer ends with what the model itself holds.
-- Without the shopper's consent nothing they did counts, their wish to hide a product does.
-- An unknown model raises LS001.
-- Runs with the caller's rights, so that only who may read the events sees them.
create or replace function recs.recommend_with_reasons(
    p_shopper_id text, p_session_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null, p_diversity text default null,
    p_history jsonb default null, p_with_reasons boolean default true,
    p_until timestamptz default null, p_as_of timestamptz default null
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_event_id text, reason_product_id text, reason_count integer
)
language sql
stable
rows 20
as $$
    select r.*
    from recs.recommend_by(
        'vectors', p_shopper_id, p_session_id, p_k, p_exclude, p_filter, p_candidates, p_model,
        p_diversity, p_history, p_with_reasons, p_until, p_as_of
    ) as r;
$$;

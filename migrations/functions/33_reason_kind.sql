-- What a reason is called.
-- p_action_kind: kind of the action that explains a product, as of recs.recent_actions; null: no
-- action does, the product is popular.
create or replace function recs.reason_kind(p_action_kind text) returns text
language sql
immutable
as $$
    select case p_action_kind
        when 'purchase' then 'bought'
        when 'review' then 'reviewed'
        when 'basket' then 'in_basket'
        when 'view' then 'viewed'
        when 'more' then 'asked_for'
        else 'popular'
    end;
$$;

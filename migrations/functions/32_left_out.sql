-- What must not be recommended to a shopper or visitor, whichever way recommendations are found:
--   what they bought and kept, unless products like it are bought again and again;
--   what they asked not to see;
--   what they looked at in the last p_viewed_days days, or reviewed lately;
--   what lies in their basket;
--   what the request excludes.
-- p_shopper_id: a shopper, null: nobody; p_acted: what they did lately, of recs.recent_actions;
-- p_history: as in recs.recent_actions, for the basket; p_exclude: product ids, null: none;
-- p_as_of: what they bought or hid strictly before, null: all; p_viewed_days: after so many days a
-- product that was looked at and not bought may come back; p_session_id: the session of p_acted;
-- p_is_cut: whether there may be more actions than p_acted has: then views are looked up, the last
-- 200 of the shopper and of the session, and all that the caller tells counts.
-- Returns the product ids, some of them maybe twice. Without the shopper's consent nothing they
-- bought is read; their wish to hide a product counts all the same.
create or replace function recs.left_out(
    p_shopper_id text, p_acted recs.action [] default '{}', p_history jsonb default null,
    p_exclude text [] default '{}', p_as_of timestamptz default null,
    p_viewed_days double precision default 14, p_session_id text default null,
    p_is_cut boolean default false
) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- Null: nobody, or somebody without consent.
    consenting constant text := (
        select c.shopper_id from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id
    );
    until constant timestamptz := coalesce(p_as_of, now());
    since constant timestamptz := until - p_viewed_days * interval '1 day';
    -- Of what is not in p_acted: what was looked at or reviewed, and what was bought.
    acted_ids constant text [] := array(select a.product_id from unnest(p_acted) as a);
    seen text [] := '{}';
    bought text [] := '{}';
begin
    if p_is_cut then
        seen := array(
            (
                select v.product_id
                from raw.views as v
                where
                    v.shopper_id = consenting
                    and v.viewed_at > since
                    and v.viewed_at < until
                order by v.viewed_at desc
                limit 200
            )
            union all
            (
                select v.product_id
                from raw.views as v
                where
                    v.session_id = p_session_id
                    and v.shopper_id is null
                    and v.viewed_at > since
                    and v.viewed_at < until
                    and (p_shopper_id is null or consenting is not null)
                order by v.viewed_at desc
                limit 200
            )
            union all
            select h.product_id
            from jsonb_to_recordset(coalesce(p_history, '[]')) as h (
                kind text, product_id text, acted_at timestamptz
            )
            where h.product_id is not null
            group by h.product_id
            having
                not bool_or(h.kind = 'purchase')
                and bool_or(h.kind = 'review' or h.kind = 'view' and h.acted_at > since)
        );
        seen := array(
            select s.product_id
            from unnest(seen) as s (product_id)
            where s.product_id <> all (acted_ids)
        );
        bought := array(
            select h.product_id
            from jsonb_to_recordset(coalesce(p_history, '[]')) as h (kind text, product_id text)
            where h.kind = 'purchase' and h.product_id <> all (acted_ids)
        );
    end if;
    return
        recs.not_bought_again(
            array(
                select distinct b.product_id
                from raw.purchases as b
                where
                    b.shopper_id = consenting
                    and b.returned_quantity < b.quantity
                    and b.purchased_at < coalesce(p_as_of, 'infinity')
            )
            || array(select a.product_id from unnest(p_acted) as a where a.kind = 'purchase')
            || bought
        )
        || array(
            select a.product_id
            from unnest(p_acted) as a
            where
                a.kind <> 'purchase'
                and (a.kind <> 'view' or a.acted_at > since)
        )
        || array(
            select h.product_id
            from recs.hides as h
            where h.shopper_id = p_shopper_id and h.hidden_at < coalesce(p_as_of, 'infinity')
        )
        || array(
            select h ->> 'product_id'
            from jsonb_array_elements(p_history) as h
            where h ->> 'kind' = 'basket' and h ->> 'product_id' is not null
        )
        || seen
        || coalesce(array_remove(p_exclude, null), '{}');
end;
$$;

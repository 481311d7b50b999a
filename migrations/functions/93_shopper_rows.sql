-- Everything that is kept of a shopper, row by row: the right of access.
-- Tables are those of ops.shopper_tables without what dbt computes, so that a new one is told of
-- too. Left out are hashes and what opens something: columns of bytes, and those whose names say
-- so. Anonymous rows of a session are the shopper's as an erasure takes them, by
-- ops.linked_sessions.
-- Runs with its owner's rights: rejected rows and accounts are for nobody else.
-- p_shopper_id: the shopper; p_shopper_hash: keyed hash of the id.
-- A row: one of the shopper's. kept_in: its table, without a prefix of the schemas; content: its
-- columns, with the title of its product if it has one, null if the catalogue lost it. Tables come
-- one after the other.
create or replace function ops.shopper_rows(p_shopper_id text, p_shopper_hash bytea)
returns table (kept_in text, content jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    found record;
    sessions constant text [] := ops.linked_sessions(p_shopper_id);
    own_name constant text := '^.*(raw|recs|ops)[.]';
begin
    for found in
        select
            k.name,
            regexp_replace(k.label, own_name, '\1.') as label,
            case
                when k.name = 'raw.rejected_rows'::regclass then 't.shopper_hash = $2'
                when 'session_id' = any(k.columns)
                    then
                        '(t.shopper_id = $1'
                        ' or (t.shopper_id is null and t.session_id = any($3)))'
                else 't.shopper_id = $1'
            end as condition,
            bool_or(a.attname = 'product_id') as has_product,
            coalesce(
                array_agg(a.attname::text) filter (
                    where
                        a.atttypid = 'bytea'::regtype
                        or a.attname ~ 'hash|password|secret|token'
                ),
                '{}'
            ) as left_out
        from (
            select
                s.name,
                s.label,
                s.columns
            from ops.shopper_tables() as s
            -- What a session holds is told below.
            where
                'shopper_id' = any(s.columns)
                and not s.is_computed
                and s.name <> 'ops.sessions'::regclass
            union all
            select 'raw.rejected_rows'::regclass, 'raw.rejected_rows', '{}'
        ) as k
        inner join pg_attribute as a on k.name = a.attrelid
        where a.attnum > 0 and not a.attisdropped
        group by k.name, k.label, k.columns
        order by 2
    loop
        return query execute format(
            'select $4::text, to_jsonb(t) - $5::text[] %s from %s as t %s where %s',
            case
                when found.has_product then '|| jsonb_build_object(''product_title'', p.title)'
                else ''
            end,
            found.name,
            case
                when found.has_product
                    then 'left join raw.products as p on t.product_id = p.product_id'
                else ''
            end,
            found.condition
        ) using p_shopper_id, p_shopper_hash, sessions, found.label, found.left_out;
    end loop;

    -- A line names the basket alone, and a return the purchase.
    return query
    select
        regexp_replace('raw.basket_lines', own_name, '\1.'),
        to_jsonb(l) || jsonb_build_object('product_title', p.title)
    from raw.baskets as b
    inner join raw.basket_lines as l on b.basket_id = l.basket_id
    left join raw.products as p on l.product_id = p.product_id
    where b.shopper_id = p_shopper_id;

    return query
    select
        regexp_replace('raw.returns', own_name, '\1.'),
        to_jsonb(r)
        || jsonb_build_object('product_id', o.product_id, 'product_title', p.title)
    from raw.purchases as o
    inner join raw.returns as r on o.purchase_id = r.purchase_id
    left join raw.products as p on o.product_id = p.product_id
    where o.shopper_id = p_shopper_id;

    return query
    select
        regexp_replace('ops.sessions', own_name, '\1.'),
        jsonb_build_object(
            'created_at', s.created_at,
            'expires_at', s.expires_at,
            'browser', s.data -> 'browser' ->> 'browser',
            'system', s.data -> 'browser' ->> 'system',
            'searches', coalesce(s.data -> 'searches', '[]'),
            'hidden', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object(
                            'product_id', h.product_id, 'product_title', p.title
                        )
                        order by h.place
                    ),
                    '[]'
                )
                from
                    jsonb_array_elements_text(coalesce(s.data -> 'hidden', '[]'))
                    with ordinality as h (product_id, place)
                left join raw.products as p on h.product_id = p.product_id
            )
        )
    from ops.sessions as s
    where s.shopper_id = p_shopper_id;
end;
$$;

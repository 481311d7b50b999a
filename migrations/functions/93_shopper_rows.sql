-- Everything that is kept of a shopper, row by row: the right of access.
-- Tables are found as in ops.erase_shopper, so that a new one is told of too; what dbt computes
-- from them is left out. So are hashes and what opens something: columns of bytes, and those whose
-- names say so. Anonymous rows of a session are the shopper's as an erasure takes them: where a row
-- links the session to them and none to another.
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
    sessions text [] := '{}';
    linked text [];
    own_name constant text := '^.*(raw|recs|ops)[.]';
begin
    for found in
        select c.oid::regclass as name
        from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and not a.attisdropped
            and a.attname in ('shopper_id', 'session_id')
            and c.relnamespace in (
                select k.relnamespace
                from pg_class as k
                where
                    k.oid in (
                        'raw.shoppers'::regclass, 'recs.hides'::regclass, 'ops.runs'::regclass
                    )
            )
        group by c.oid
        having count(*) = 2
    loop
        execute format(
            'select array_agg(s.session_id) from ('
            'select session_id from %s where shopper_id = $1 and session_id is not null'
            ' except select session_id from %s where shopper_id <> $1) as s',
            found.name, found.name
        ) into linked using p_shopper_id;
        sessions := sessions || coalesce(linked, '{}');
    end loop;

    for found in
        select
            c.oid::regclass as name,
            regexp_replace(n.nspname || '.' || c.relname, own_name, '\1.') as label,
            case
                when c.oid = 'raw.rejected_rows'::regclass then 't.shopper_hash = $2'
                when bool_or(a.attname = 'session_id')
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
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on c.oid = a.attrelid
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and a.attnum > 0
            and not a.attisdropped
            -- What a session holds is told below.
            and c.oid <> 'ops.sessions'::regclass
            and c.relnamespace in (
                select k.relnamespace
                from pg_class as k
                where
                    k.oid in (
                        'raw.shoppers'::regclass, 'recs.hides'::regclass, 'ops.runs'::regclass
                    )
            )
            -- A table of the shop's own is theirs.
            and c.relowner = (
                select k.relowner from pg_class as k where k.oid = 'raw.shoppers'::regclass
            )
        group by c.oid, n.nspname, c.relname
        having bool_or(a.attname = 'shopper_id') or c.oid = 'raw.rejected_rows'::regclass
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

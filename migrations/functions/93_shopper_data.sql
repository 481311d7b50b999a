-- Everything that is kept of a shopper: the right of access.
-- Tables are found as in ops.erase_shopper; what dbt computes from them is left out.
-- Runs with its owner's rights: rejected rows are for nobody else.
-- p_shopper_id: the shopper; p_shopper_hash: keyed hash of the id.
-- An object: for each table with rows of the shopper, their list.
create or replace function ops.shopper_data(p_shopper_id text, p_shopper_hash bytea)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    found record;
    kept jsonb := '{}';
    part jsonb;
begin
    for found in
        select
            c.oid::regclass as name,
            n.nspname || '.' || c.relname as label,
            a.attname as key,
            a.attname = 'shopper_hash' as is_hash
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on c.oid = a.attrelid
        where
            c.relkind in ('r', 'p')
            and not c.relispartition
            and not a.attisdropped
            and (
                a.attname = 'shopper_id'
                or (a.attname = 'shopper_hash' and c.oid = 'raw.rejected_rows'::regclass)
            )
            and c.relnamespace in (
                select k.relnamespace
                from pg_class as k
                where k.oid in ('raw.shoppers'::regclass, 'recs.hides'::regclass)
            )
        order by 2
    loop
        execute format(
            'select jsonb_agg(to_jsonb(t) - ''shopper_hash'') from %s as t where %I = $%s',
            found.name, found.key, case when found.is_hash then 2 else 1 end
        )
        into part
        using p_shopper_id, p_shopper_hash;
        if part is not null then
            kept := kept || jsonb_build_object(found.label, part);
        end if;
    end loop;
    -- A return names the purchase alone.
    select jsonb_agg(to_jsonb(r))
    into part
    from raw.returns as r
    inner join raw.purchases as p on r.purchase_id = p.purchase_id
    where p.shopper_id = p_shopper_id;
    if part is not null then
        kept := kept || jsonb_build_object('raw.returns', part);
    end if;
    -- A line names the basket alone.
    select jsonb_agg(to_jsonb(l))
    into part
    from raw.basket_lines as l
    inner join raw.baskets as b on l.basket_id = b.basket_id
    where b.shopper_id = p_shopper_id;
    if part is not null then
        kept := kept || jsonb_build_object('raw.basket_lines', part);
    end if;
    select jsonb_agg(jsonb_build_object('created_at', s.created_at, 'expires_at', s.expires_at))
    into part
    from ops.sessions as s
    where s.shopper_id = p_shopper_id;
    if part is not null then
        kept := kept || jsonb_build_object('ops.sessions', part);
    end if;
    select
        jsonb_agg(
            jsonb_build_object(
                'email', a.email, 'created_at', a.created_at, 'verified_at', a.verified_at
            )
        )
    into part
    from ops.accounts as a
    where a.shopper_id = p_shopper_id;
    if part is not null then
        kept := kept || jsonb_build_object('ops.accounts', part);
    end if;
    select
        jsonb_agg(
            jsonb_build_object(
                'purpose', l.purpose, 'email', l.email, 'display_name', l.display_name,
                'created_at', l.created_at, 'expires_at', l.expires_at
            )
        )
    into part
    from ops.account_links as l
    where l.shopper_id = p_shopper_id;
    if part is not null then
        kept := kept || jsonb_build_object('ops.account_links', part);
    end if;
    return kept;
end;
$$;

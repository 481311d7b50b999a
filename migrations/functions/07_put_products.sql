-- Put products that the shop sent over HTTP into the catalogue, by the rules of the loader, from
-- which the parts in braces come (alsolike/loading/put_products.py). Runs with the owner's rights:
-- the app may write products by it alone.
-- p_items: JSON array of objects, one per product; their keys are columns of a file of products,
-- their values texts or null. A column that is left out keeps its value, and so does the title of a
-- product that is known; a product that was removed is as one that is not there.
-- A row: one item. line: its place from 1; outcome: created, updated, unchanged, rejected; reason:
-- why it was rejected; notes: what was wrong with single fields, and what became of them. Items of
-- one product with the same content count as one; with other content, the first counts.
create or replace function raw.put_products(p_items jsonb)
returns table (line bigint, outcome text, reason text, notes text [])
language plpgsql
security definer
set search_path = raw, pg_temp
as $$
#variable_conflict use_column
begin
    -- Who changes one of these products at this moment is waited for, and built upon below. The
    -- order keeps two of us from waiting for each other.
    perform
    from raw.products as p
    where p.product_id in (select i ->> 'product_id' from jsonb_array_elements(p_items) as i)
    order by p.product_id
    for no key update;

    return query
    with sent as (
        select i.line, i.item, array(select jsonb_object_keys(i.item)) as given
        from jsonb_array_elements(p_items) with ordinality as i (item, line)
    ),

    known as (
        select p.*
        from raw.products as p
        where
            p.product_id in (select s.item ->> 'product_id' from sent as s)
            and p.removed_at is null
    ),

    staged as (
        select s.line, s.item, s.given, null::text as problem, {staged}
        from sent as s
        cross join lateral jsonb_to_record(s.item) as r ({sent_columns})
        left join known as p on r.product_id = p.product_id
    ),

    repairs as ({repairs}),

    repaired_lines as (
        select
            r.line,
            jsonb_object_agg(r.field, r.value) as fields,
            array_agg(r.field || ' ' || r.reason order by r.field) as notes
        from repairs as r
        group by r.line
    ),

    repaired as (
        select s.line, s.item, s.given, s.problem, f.notes, {repaired}
        from staged as s
        left join repaired_lines as f on s.line = f.line
    ),

    checked as (
        select s.*, {fault} as reason
        from repaired as s
    ),

    usable as (
        select
            c.*,
            first_value(c.line) over of_product as first_line,
            first_value(c.item) over of_product as first_item
        from checked as c
        where c.reason is null
        window of_product as (partition by c.product_id order by c.line)
    ),

    put as (
        insert into raw.products as k (product_id, {columns})
        select s.product_id, {values}
        from usable as s
        left join known as p on s.product_id = p.product_id
        where s.line = s.first_line
        order by s.product_id
        on conflict (product_id) do update
            set ({columns}, loaded_at, removed_at) = ({excluded}, now(), null)
            where
                k.removed_at is not null
                or ({stored}) is distinct from ({excluded})
        -- An inserted row was never locked.
        returning k.product_id, k.xmax = 0 as is_new
    )

    select
        c.line,
        case
            when c.reason is not null or u.item is distinct from u.first_item then 'rejected'
            when w.product_id is null then 'unchanged'
            when w.is_new or p.product_id is null then 'created'
            else 'updated'
        end,
        case
            when c.reason is not null then c.reason
            when u.item is distinct from u.first_item
                then
                    'product_id is ''' || shown(c.product_id) || ''', which products['
                    || u.first_line - 1
                    || '] has with other content: expected one item for a product'
        end,
        coalesce(c.notes, '{{}}')
    from checked as c
    left join usable as u on c.line = u.line
    left join put as w on u.product_id = w.product_id
    left join known as p on w.product_id = p.product_id
    order by c.line;
end;
$$;

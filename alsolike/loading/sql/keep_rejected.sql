-- Store the rejected rows with their reason, line and ids, without their content.
-- A line that names several shoppers is kept once.
-- source: name of the file; run_id: the run that loads it, or null; ids: columns of ids to keep;
-- inner_pad, outer_pad: the key of the shopper's hash, see ops.keyed_hash.
-- A row: one line of the file.
insert into raw.rejected_rows (source, line, reason, run_id, ids, shopper_hash)
select distinct on (l.line)
    %(source)s,
    l.line,
    l.reason,
    %(run_id)s,
    coalesce((
        select jsonb_object_agg(e.key, e.value)
        from jsonb_each_text(to_jsonb(s)) as e
        where
            e.key = any(%(ids)s::text [])
            and octet_length(e.value) <= 500
            and e.value not like '%%@%%'
    ), '{}'),
    ops.keyed_hash(
        coalesce(
            to_jsonb(s) ->> 'shopper_id',
            -- A return names the purchase alone.
            (
                select p.shopper_id from raw.purchases as p
                where p.purchase_id = to_jsonb(s) ->> 'purchase_id'
            )
        ),
        %(inner_pad)s,
        %(outer_pad)s
    )
from left_out as l
-- By place, because staged has no index and may be long.
inner join staged as s on l.place = s.ctid
where l.reason is not null
order by l.line, l.place
on conflict (source, line) do update
    set
        reason = excluded.reason,
        run_id = excluded.run_id,
        ids = excluded.ids,
        shopper_hash = excluded.shopper_hash,
        rejected_at = now()

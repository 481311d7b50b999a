-- Delete the staged rows of erased shoppers, so that nothing of the load keeps any of them. An id
-- that no shopper has and that looks like an erased one is taken for it: a spreadsheet makes 7.0
-- of 7.
-- inner_pad, outer_pad: the key of the list, see ops.keyed_hash; of_sessions: which rows of
-- sessions go too.
-- A row: one line of the file.
with erased as (
    select n.shopper_id
    from (
        select distinct s.shopper_id, look(s.shopper_id) as look
        from staged as s
        where s.shopper_id is not null
    ) as n
    where
        exists (
            select from raw.erased_shoppers as e
            where e.shopper_hash = ops.keyed_hash(n.shopper_id, %(inner_pad)s, %(outer_pad)s)
        )
        or (
            n.look <> n.shopper_id
            and exists (
                select from raw.erased_shoppers as e
                where e.shopper_hash = ops.keyed_hash(n.look, %(inner_pad)s, %(outer_pad)s)
            )
            and not exists (
                select from raw.shoppers as k
                where k.shopper_id = n.shopper_id
            )
        )
)

delete from staged as s
where s.shopper_id in (select e.shopper_id from erased as e) or {of_sessions}

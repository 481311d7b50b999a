-- Delete the staged rows of erased shoppers, so that nothing of the load keeps any of them.
-- inner_pad, outer_pad: the key of the list, see ops.keyed_hash; of_sessions: which rows of
-- sessions go too.
-- A row: one line of the file.
with erased as (
    select n.shopper_id
    from (select distinct s.shopper_id from staged as s where s.shopper_id is not null) as n
    inner join raw.erased_shoppers as e
        on ops.keyed_hash(n.shopper_id, %(inner_pad)s, %(outer_pad)s) = e.shopper_hash
)

delete from staged as s
where s.shopper_id in (select e.shopper_id from erased as e) or {of_sessions}

-- Whether shoppers are on the list of erased ones.
-- key_id: the key of this process.
-- A row: whether there are any, and whether there are some by another key.
select
    exists(select from raw.erased_shoppers) as has_any,
    exists(select from raw.erased_shoppers as e where e.key_id <> %(key_id)s) as has_others

-- The receipt of an erasure as it stands.
-- erasure_id: its number, which says nothing about whose it is.
-- A row: the number, when, when before, rows by table, what still waits, and when nothing did.
select
    e.erasure_id,
    e.erased_at,
    e.erased_before,
    e.counts,
    array(
        select w.step
        from unnest(e.waits_for) with ordinality as w (step, place)
        where
            e.completed_at is null
            and case w.step
                when 'transform' then e.transformed_at
                when 'embed' then e.embedded_at
                when 'train' then e.trained_at
                when 'export' then e.exported_at
            end is null
        order by w.place
    ) as waits_for,
    e.completed_at
from ops.erasures as e
where e.erasure_id = %(erasure_id)s

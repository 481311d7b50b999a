-- The receipts of erasures, the latest first.
-- A row: one erasure: its number, when, by whom asked, rows by table, and what still waits.
select
    e.erasure_id,
    e.erased_at,
    e.source,
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
order by e.erased_at desc

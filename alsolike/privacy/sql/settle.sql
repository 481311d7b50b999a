-- Note what was computed without the shoppers of open erasures, by the runs that did it.
-- A run counts if it began after what it builds on was done, so that it read nothing of them.
-- A row: one erasure.
update ops.erasures as e
set
    transformed_at = t.done_at,
    embedded_at = v.done_at,
    trained_at = m.done_at,
    exported_at = x.done_at,
    completed_at = case
        when
            ('transform' <> all(e.waits_for) or t.done_at is not null)
            and ('embed' <> all(e.waits_for) or v.done_at is not null)
            and ('train' <> all(e.waits_for) or m.done_at is not null)
            and ('export' <> all(e.waits_for) or x.done_at is not null)
            then greatest(t.done_at, v.done_at, m.done_at, x.done_at)
    end
from ops.erasures as o
left join lateral (
    select coalesce(o.transformed_at, min(r.finished_at)) as done_at
    from ops.runs as r
    where
        r.is_success
        and r.started_at > o.erased_at
        and (
            (r.command = 'transform' and r.arguments ->> 'select' is null)
            or (r.command = 'worker' and r.arguments ->> 'task' = 'refresh')
        )
) as t on true
left join lateral (
    select coalesce(o.embedded_at, min(r.finished_at)) as done_at
    from ops.runs as r
    where
        r.is_success
        and r.started_at > t.done_at
        and (
            r.command = 'embed'
            or (r.command = 'worker' and r.arguments ->> 'task' = 'finish')
        )
) as v on true
left join lateral (
    select
        coalesce(
            o.trained_at,
            case
                -- A serving model that averages vectors learns nothing of its own.
                when
                    v.done_at is not null
                    and not exists (
                        select
                        from recs.serving_model as s
                        inner join recs.models as k on s.model_id = k.model_id
                        where
                            k.kind = 'trained'
                            and not exists (
                                select from ops.runs as r
                                where
                                    r.command = 'train'
                                    and r.is_success
                                    and r.started_at > t.done_at
                                    and r.counts ->> 'model' = k.name
                            )
                    )
                    then now()
            end
        ) as done_at
) as m on true
left join lateral (
    select coalesce(o.exported_at, min(s.created_at)) as done_at
    from ops.snapshots as s
    where
        s.created_at > v.done_at
        and ('train' <> all(o.waits_for) or s.created_at > m.done_at)
        and s.manifest ->> 'scope' = 'whole'
) as x on true
where e.erasure_id = o.erasure_id and e.completed_at is null

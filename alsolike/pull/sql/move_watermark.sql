-- Note how far a mapping view was pulled.
-- view, fingerprint, watermark, columns: see ops.pulls; is_compared: whether all its rows were
-- compared.
-- A row: the view.
insert into ops.pulls as k (view, fingerprint, watermark, compared_at, pulled_at, columns)
values (%(view)s, %(fingerprint)s, %(watermark)s, now(), now(), %(columns)s)
on conflict (view) do update
    set
        fingerprint = excluded.fingerprint,
        watermark = excluded.watermark,
        compared_at = case when %(is_compared)s then now() else k.compared_at end,
        pulled_at = now(),
        columns = array(
            select distinct c.name
            from unnest(k.columns || excluded.columns) as c (name)
            order by c.name
        )

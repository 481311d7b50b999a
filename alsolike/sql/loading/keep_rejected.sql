-- Keep the rejected rows with their reasons, each once.
-- source: name of the file.
-- A row: one line of the file.
insert into raw.rejected_rows (source, line, content, reason)
select
    %(source)s,
    r.line,
    coalesce(
        s.raw,
        (jsonb_strip_nulls(to_jsonb(s)) - array['line', 'problem', 'raw'])::text
    ),
    r.reason
from rejected as r
-- By place, because staged has no index and may be long.
inner join staged as s on r.place = s.ctid
order by r.line
on conflict (source, line, md5(content), reason) do nothing

-- How far the mapping views were pulled.
-- A row: one view: fingerprint, watermark, seconds since all its rows were compared, and columns.
select
    p.view,
    p.fingerprint,
    p.watermark,
    extract(epoch from now() - p.compared_at)::float8 as compared_seconds_ago,
    p.columns
from ops.pulls as p

-- How far the mapping views were pulled.
-- A row: one view: fingerprint, watermark, and seconds since all its rows were compared.
select
    p.view,
    p.fingerprint,
    p.watermark,
    extract(epoch from now() - p.compared_at)::float8 as compared_seconds_ago
from ops.pulls as p

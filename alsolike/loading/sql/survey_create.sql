-- Whom the files of a load name, before any of it is stored.
-- A row: one shopper in one file; is_stated: whether the file says what they decided.
create temporary table surveyed (source text, shopper_id text, is_stated boolean) on commit drop

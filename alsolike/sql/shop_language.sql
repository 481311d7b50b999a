-- The language of products that name none.
-- One row: language, and whether the words of all of them are of it.
select
    s.language,
    s.is_applied
from raw.shop_language as s

-- Make a language that of products that name none.
-- language: a BCP 47 tag. No rows.
update raw.shop_language
set (language, is_applied, set_at) = (%(language)s::text, false, now())

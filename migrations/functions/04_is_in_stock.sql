-- Whether a stock word says that the product can be ordered; null if it is unreadable.
-- Yes and no, the words of Google, WooCommerce, Shopify and schema.org, and counts: whole numbers
-- from 0.
-- value: text of a file.
create or replace function raw.is_in_stock(value text) returns boolean
language sql
immutable
parallel safe
return case
    when raw.is_true(value) is not null then raw.is_true(value)
    when value ~ '^[0-9]+([.]0*)?$' then value ~ '[1-9]'
    when
        regexp_replace(lower(value), '^https?://schema[.]org/|[ _-]', '', 'g') in (
            'instock', 'available', 'lowstock', 'limited', 'limitedavailability', 'backorder',
            'onbackorder', 'preorder', 'presale'
        )
        then true
    when
        regexp_replace(lower(value), '^https?://schema[.]org/|[ _-]', '', 'g') in (
            'outofstock', 'soldout', 'unavailable', 'notavailable', 'notinstock', 'discontinued'
        )
        then false
end;

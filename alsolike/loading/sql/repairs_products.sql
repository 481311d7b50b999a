-- Fields of the staged products that cannot be used as they are, and what replaces them: a
-- bad field never rejects the product. Limits: a text search vector holds 1 MiB.
-- A row: one field of one line; value: what replaces it; null empties it.
select
    s.line,
    p.field,
    null::text as value,
    'left empty: expected a number like 1299.50, with no more decimals than its currency has'
        as reason
from staged as s
cross join lateral (values ('price', s.price), ('sale_price', s.sale_price)) as p (field, value)
where not is_price(p.value, s.currency)
union all
select s.line, 'sale_price', null, 'left empty: expected less than the price'
from staged as s
where
    case
        when is_price(s.price, s.currency) and is_price(s.sale_price, s.currency)
            then s.sale_price::numeric >= s.price::numeric
    end
union all
select
    s.line, 'currency', c.code,
    case
        when c.code is not null then 'written as its ISO 4217 code'
        else 'left empty: expected an ISO 4217 code like EUR'
    end
from staged as s
cross join
    lateral (
        select
            case upper(s.currency) when '€' then 'EUR' when '£' then 'GBP' when 'RMB' then 'CNY' end
    ) as c (code)
where not is_currency(s.currency)
union all
select
    s.line, 'attributes', null,
    'left empty: expected a JSON object, nested at most 16 deep, without NUL characters and '
    || 'numbers of more than 300 digits'
from staged as s
where
    not case
        when s.attributes is null then true
        when not pg_input_is_valid(s.attributes, 'jsonb') then false
        else jsonb_typeof(s.attributes::jsonb) = 'object'
    end
union all
select
    s.line, 'attributes', s.attributes,
    'kept, but item_group_id has to be a column, to make variants of one product'
from staged as s
where
    s.item_group_id is null
    and case
        -- Almost all; the test of the rest costs more.
        when strpos(s.attributes, '"item_group_id"') = 0 then false
        when not pg_input_is_valid(s.attributes, 'jsonb') then false
        else (s.attributes::jsonb -> 'item_group_id') is not null
    end
union all
select
    s.line, 'in_stock', 'false',
    'taken as not in stock: expected true or false, yes or no, in stock or out of stock, or a '
    || 'whole number'
from staged as s
where s.in_stock is not null and is_in_stock(s.in_stock) is null
union all
select s.line, 'is_hidden', 'true', 'taken as hidden: expected true or false, yes or no'
from staged as s
where s.is_hidden is not null and hides(s.is_hidden) is null
union all
select
    s.line, 'url', null,
    'left empty: expected an address that begins with https://, http:// or one /'
from staged as s
where s.url !~ '^(https?://[^/]|/([^/]|$))'
union all
select
    s.line, 'image_url', s.image_url,
    'kept, but our pages show only addresses that begin with https:// or one /'
from staged as s
where s.image_url !~ '^(https://|data:image/|/([^/]|$))'
union all
select
    s.line, 'more_image_urls', null,
    'left empty: expected a JSON list of at most 50 addresses, of at most 10000 bytes each'
from staged as s
where
    not case
        when s.more_image_urls is null then true
        when not pg_input_is_valid(s.more_image_urls, 'jsonb') then false
        when jsonb_typeof(s.more_image_urls::jsonb) <> 'array' then false
        else
            jsonb_array_length(s.more_image_urls::jsonb) <= 50
            and not exists (
                select from jsonb_array_elements(s.more_image_urls::jsonb) as e (value)
                where jsonb_typeof(e.value) <> 'string' or octet_length(e.value #>> '{}') > 10000
            )
    end
union all
select s.line, 'language', null, 'left empty: expected a tag like de or pt-BR'
from staged as s
where s.language !~ '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$'
union all
select s.line, 'gtin', null, 'left empty: expected 8, 12, 13 or 14 digits'
from staged as s
where regexp_replace(s.gtin, '[ -]', '', 'g') !~ '^([0-9]{8}|[0-9]{12,14})$'
union all
select s.line, 'created_at', null, 'left empty: ' || time_fault(s.created_at)
from staged as s
where time_fault(s.created_at) is not null
union all
select s.line, f.field, null, 'left empty: expected at most ' || f.most || ' bytes'
from (
    values
    ('description', 250000), ('category', 2000), ('brand', 2000), ('image_url', 10000),
    ('url', 10000), ('item_group_id', 500)
) as f (field, most)
inner join staged as s
    on
        f.most < octet_length(
            case f.field
                when 'description' then s.description
                when 'category' then s.category
                when 'brand' then s.brand
                when 'image_url' then s.image_url
                when 'url' then s.url
                else s.item_group_id
            end
        )

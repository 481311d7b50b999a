-- Whether a text is a price that can be stored as it stands; null if it is missing. `1.299` may
-- mean one thousand two hundred ninety-nine, so three decimals are a price only in a currency that
-- has three, and more than a currency has only if the rest are zeros.
-- value: text of a file; currency: ISO 4217 code or null, which stands for one of two decimals.
create or replace function raw.is_price(value text, currency text) returns boolean
language sql
immutable
parallel safe
return case
    -- Most prices; the test of the rest costs more.
    when currency is null and value ~ '^[0-9]{1,10}([.][0-9]{1,2})?$' then true
    else
        value ~ '^[+]?([0-9]{1,10}([.][0-9]{0,20})?|[.][0-9]{1,20})$'
        and length(rtrim(split_part(value, '.', 2), '0')) <= raw.decimals(currency)
        and (length(split_part(value, '.', 2)) <> 3 or raw.decimals(currency) = 3)
end;

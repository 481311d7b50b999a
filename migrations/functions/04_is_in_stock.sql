-- Whether a stock word says that the product can be ordered; null if it is unreadable.
-- Yes and no, the words of Google, WooCommerce, Shopify and schema.org, those of common languages,
-- and counts: whole numbers from 0, with commas between thousands, as a bound (`>10`, `10+`), or
-- with the words in stock behind them. What is sold in the shop's rooms alone cannot be ordered.
-- value: text of a file.
create or replace function raw.is_in_stock(value text) returns boolean
language sql
immutable
parallel safe
return case
    when raw.is_true(value) is not null then raw.is_true(value)
    when value ~ '^[0-9]+([.]0*)?$' then value ~ '[1-9]'
    when value ~ '^[0-9]{1,3}(,[0-9]{3})+$' then value ~ '[1-9]'
    when value ~ '^([1-9][0-9]{0,8} ?[+]|> ?[0-9]{1,9}|(>=|≥) ?[1-9][0-9]{0,8})$' then true
    when value ~* '^[0-9]{1,9} (in stock|available|left|pcs|pieces|auf lager|stück|en stock)$'
        then value ~ '^0*[1-9]'
    when
        regexp_replace(lower(value), '^https?://schema[.]org/|[ _-]', '', 'g') in (
            'instock', 'available', 'lowstock', 'limited', 'limitedavailability', 'backorder',
            'onbackorder', 'preorder', 'presale', 'unlimited', 'onlineonly', 'madetoorder',
            'auflager', 'vorrätig', 'lieferbar', 'sofortlieferbar', 'verfügbar', 'enstock',
            'disponible', 'disponibile', 'disponível', 'oplager', 'opvoorraad', 'вналичии'
        )
        then true
    when
        regexp_replace(lower(value), '^https?://schema[.]org/|[ _-]', '', 'g') in (
            'outofstock', 'soldout', 'unavailable', 'notavailable', 'notinstock', 'discontinued',
            'instoreonly', 'nichtauflager', 'nichtvorrätig', 'nichtlieferbar', 'nichtverfügbar',
            'ausverkauft', 'vergriffen', 'rupturedestock', 'enrupture', 'épuisé', 'indisponible',
            'agotado', 'sinstock', 'esaurito', 'nondisponibile', 'esgotado', 'uitverkocht',
            'нетвналичии'
        )
        then false
end;

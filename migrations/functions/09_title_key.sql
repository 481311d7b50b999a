-- What the titles of a product's variants have in common: products of one key are taken for
-- variants that differ in colour, size or material alone. docs/input.md has the rule. After a
-- change of it, a new version empties raw.title_keys, so that all keys are made again.
-- p_title, p_brand, p_category, p_attributes: the product's own.
-- Null: without a brand, and where nothing but colours, sizes and materials is left of the title.
create or replace function raw.title_key(
    p_title text, p_brand text, p_category text, p_attributes jsonb
)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    colour constant text :=
        '(?:(?:light|dark|bright|pale|deep|hell|dunkel)[ -]?)?(?:'
        'black|white|gr[ae]y|red|blue|green|yellow|purple|pink|brown|beige|navy|teal|turquoise'
        '|gold|silver|ivory|khaki|burgundy|maroon|charcoal|anthracite|multi-?colou?r(?:ed)?'
        '|schwarz|wei(?:ß|ss)|grau|rot|blau|grün|gelb|lila|rosa|braun|türkis|silber'
        '|noire?|blanc(?:he)?|grise?|rouge|bleue?|verte?|jaune|violet(?:te)?|marron'
        '|negr[oa]|blanc[oa]|roj[oa]|azul|verde|amarill[oa]|morad[oa]'
        '|ner[oa]|bianc[oa]|ross[oa]|azzurr[oa]|blu|giall[oa]|grigi[oa]'
        '|zwart|wit|rood|blauw|groen|geel|grijs|bruin|paars)';
    material constant text :=
        '(?:organic |recycled |vegan |stainless |solid |bio-?)?(?:cotton|linen|wool|merino|leather'
        '|silk|cashmere|polyester|nylon|denim|velvet|suede|steel|brass|alumini?um|titanium|bamboo'
        '|oak|walnut|ceramic|silicone|baumwolle|leder|leinen|wolle|seide|holz|edelstahl|eiche'
        '|nussbaum|coton|cuir|lin|laine|soie|acier|algodón|cuero|lana|acero|cotone|pelle|seta)';
    measure constant text :=
        '[0-9]+(?:[.,][0-9]+)?(?: ?[x×] ?[0-9]+(?:[.,][0-9]+)?){0,2} ?(?:mm|cm|m|inch(?:es)?|in|ft'
        '|["”]|ml|cl|dl|l|lit(?:re|er)s?|mg|g|kg|oz|fl\.? oz|lbs?|gb|tb)';
    pack constant text :=
        '(?:pack|set|box|paquet|lot) (?:of|de) [0-9]+'
        '|[0-9]+[ -]?(?:packs?|pcs\.?|pieces|count|ct|er[ -]?(?:pack|set)|stück|stk\.?|pièces)';
    size constant text :=
        '(?:size|größe|groesse|gr\.|taille|talla|taglia|maat|eu|uk|us) ?'
        '(?:[0-9]{1,3}(?:[.,]5)?|x{0,4}[sl]|m)'
        '|x{1,4}[sl]|[2-6]xl|small|medium|large|extra[ -](?:large|small)|one size';
    between constant text := '[][[:space:],;:/|()&+–—-]';
    -- What stands behind the name. A single letter is a size behind a comma, slash, bracket or
    -- dash, or behind another of these words: a "Model S" is none.
    tail constant text :=
        '(?:' || between || '+(?:(?:in|aus|en|and|und|et|y|e|x|×) )?'
        || '(?:' || concat_ws('|', colour, material, measure, pack, size) || ')'
        || '(?: [sml])?(?![[:alnum:]])'
        || '| +[,/|(–—-] +[sml](?![[:alnum:]]))+' || between || '*$';
    -- With spaces around every word and sign.
    rest text := regexp_replace(
        ' ' || regexp_replace(lower(p_title), '([],;:/|()&+[])', ' \1 ', 'g') || ' ',
        '\s+', ' ', 'g'
    );
    brand constant text := btrim(regexp_replace(lower(p_brand), '[^[:alnum:]]+', ' ', 'g'));
    word text;
begin
    if brand = '' or p_brand is null then
        return null;
    end if;
    for word in select v.word from raw.variant_values(p_attributes) as v (word)
    loop
        rest := replace(rest, ' ' || word || ' ', ' | ');
    end loop;
    rest := regexp_replace(rest, tail, '');
    rest := btrim(regexp_replace(rest, '[^[:alnum:]]+', ' ', 'g'));
    -- A brand alone, or a number, is no name.
    if replace(' ' || rest || ' ', ' ' || brand || ' ', ' ') !~ '[[:alpha:]]{2}' then
        return null;
    end if;
    return md5(concat_ws(E'\n', brand, lower(coalesce(p_category, '')), rest));
end;
$$;

-- The values of a product's attributes that tell variants apart: colours, sizes and materials.
-- p_attributes: the product's own; null, or no object: no values.
-- A row: a value in small letters, at most 60; of a list, or of one text with commas, slashes or
-- brackets, each part by itself. The longest come first.
create or replace function raw.variant_values(p_attributes jsonb) returns setof text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Names of such attributes.
    key_pattern constant text :=
        '(^|[^[:alpha:]])(colou?rs?|sizes?|materials?|fabric|colorway|shade'
        '|farben?|größen?|groessen?|material|stoff'
        '|couleurs?|tailles?|matières?|matieres?|coloris'
        '|tallas?|tamaños?|materiale?s?|colore|taglia|tessuto'
        '|kleur|maat|materiaal|cor|tamanho|kolor|rozmiar|materiał|barva|velikost'
        '|färg|farge?|storlek|størrelse|väri|koko|цвет|размер|материал)([^[:alpha:]]|$)';
begin
    if jsonb_typeof(p_attributes) = 'object' and p_attributes <> '{}' then
        return query
            select w.word
            from
                jsonb_each(p_attributes) as a (name, value),
                jsonb_path_query(
                    a.value, '$[*] ? (@.type() == "string" || @.type() == "number")'
                ) as v (value),
                regexp_split_to_table(lower(v.value #>> '{}'), '\s*[,:/;&+|()]\s*') as w (word)
            where
                lower(a.name) ~ key_pattern
                and length(w.word) <= 60
                and w.word ~ '[[:alnum:]]'
            group by w.word
            order by length(w.word) desc, w.word asc;
    end if;
end;
$$;

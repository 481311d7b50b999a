-- Some parts of each product's text, as they are embedded: the name comes before the details.
-- parts: names of the parts.
-- A row: product_id and content, the parts on a line each; products without any are left out.
select
    d.product_id,
    string_agg(d.content, E'\n' order by d.part desc) as content
from marts.product_documents as d
where d.part = any(%(parts)s)
group by d.product_id

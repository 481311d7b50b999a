-- What fine-tuning reads of each product: its name, then its details.
-- A row: product_id and its text.
select
    d.product_id,
    string_agg(d.content, E'\n' order by d.part desc) as content
from marts.product_documents as d
where d.part in ('name', 'details')
group by d.product_id

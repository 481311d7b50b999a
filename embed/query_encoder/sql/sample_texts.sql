-- Names of products as they are embedded, drawn by their hash: the same ones on every run.
-- encoder_id: the encoder, of which only embedded products count; row_count: rows at most.
-- A row: content.
select d.content
from marts.product_documents as d
inner join recs.embeddings as e
    on e.encoder_id = %(encoder_id)s and d.product_id = e.product_id and d.part = e.part
where d.part = 'name'
order by md5(d.product_id)
limit %(row_count)s

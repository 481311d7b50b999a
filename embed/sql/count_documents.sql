-- How many parts there are to embed at all.
select count(*) as documents from marts.product_documents

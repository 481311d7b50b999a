-- Whether dbt has built the documents.
select to_regclass('marts.product_documents') is not null as has_documents

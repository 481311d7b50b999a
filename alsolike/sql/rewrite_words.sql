-- Make the search words of a batch of the products that name no language anew.
-- language: whose words they are; last: id of the last product of the batch before; row_count:
-- products of a batch.
-- One row: the id of its last product, null after the last batch, and how many were rewritten.
with batch as (
    select
        p.product_id,
        p.language
    from raw.products as p
    where p.product_id > %(last)s::text
    order by p.product_id
    limit %(row_count)s::integer
),

rewritten as (
    update raw.products as p
    set
        search = raw.product_words(
            raw.search_configuration(%(language)s::text),
            p.title, p.brand, p.category, p.description, p.attributes
        )
    from batch as b
    where p.product_id = b.product_id and b.language is null
    returning p.product_id
)

select
    (select max(b.product_id) from batch as b) as last_id,
    (select count(*) from rewritten) as rewritten_count

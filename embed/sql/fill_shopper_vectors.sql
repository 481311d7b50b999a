-- A shopper is the weighted mean of the text vectors of the products they acted on, normalised.
-- first, last: range of shopper numbers; dimension: length of the vectors.
insert into shopper_vectors (shopper_number, embedding)
select
    i.shopper_number,
    l2_normalize(
        sum(t.embedding * array_fill(i.weight, array[%(dimension)s::integer])::vector)
    )::halfvec as embedding
from numbered_interactions as i
inner join text_vectors as t on i.product_number = t.product_number
where i.shopper_number between %(first)s and %(last)s
group by i.shopper_number

-- Delete one of a shopper's reviews. The next transform writes the product's text without it.
-- shopper_id: who wrote it; review_id: which.
-- A row: the review; none of somebody else's.
delete from raw.reviews as r
where r.review_id = %(review_id)s and r.shopper_id = %(shopper_id)s
returning r.review_id

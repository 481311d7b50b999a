-- Change one of a shopper's reviews. It is new then: the next transform takes it up by loaded_at,
-- and writes the product's text anew, which the worker encodes.
-- shopper_id: who wrote it; shopper_hash: keyed hash of the id; review_id: which; rating: 1 to 5
-- stars; title, body: null: none.
-- A row: the review if there is one of the shopper's, whether or not it differs.
with asked as (
    select e.has_shopper and not e.is_erased as is_there
    from raw.event_permission(
        null, %(shopper_id)s::text, %(shopper_hash)s::bytea
    ) as e
),

known as (
    select r.review_id
    from raw.reviews as r
    cross join asked as a
    where
        a.is_there
        and r.review_id = %(review_id)s::text
        and r.shopper_id = %(shopper_id)s::text
),

written as (
    update raw.reviews as r
    set
        rating = %(rating)s::smallint,
        title = %(title)s::text,
        body = %(body)s::text,
        reviewed_at = now(),
        loaded_at = now()
    from known as k
    where
        r.review_id = k.review_id
        and (r.rating, r.title, r.body)
        is distinct from (%(rating)s::smallint, %(title)s::text, %(body)s::text)
)

select k.review_id
from known as k

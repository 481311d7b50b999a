-- Write what a shopper thinks of a product, or change what they wrote before; of several reviews
-- that were loaded, the newest. Its author publishes it, so it needs no consent.
-- shopper_id; shopper_hash: keyed hash of the shopper; product_id; rating: 1 to 5 stars; title,
-- body: null: none.
-- A row: whether the product is shown, whether the shopper is known and was not erased, and what
-- became of the review: new, changed, or same.
-- A new one has an id that follows from the two, so that a form that is sent twice at once makes
-- one row. It counts the former products of the id, because their reviews have theirs
-- (raw.keep_former_products).
with asked as (
    select
        exists(
            select 1 from raw.products as p
            where p.product_id = %(product_id)s and not p.is_hidden
        ) as has_product,
        a.has_shopper and not a.is_erased as has_shopper
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

known as (
    select r.review_id
    from raw.reviews as r
    where r.shopper_id = %(shopper_id)s and r.product_id = %(product_id)s
    order by r.reviewed_at desc, r.review_id asc
    limit 1
),

former as (
    select count(*) as reviews
    from raw.reviews as r
    where
        r.shopper_id = %(shopper_id)s
        and starts_with(r.product_id, %(product_id)s || ' (until ')
),

written as (
    insert into raw.reviews as k (
        review_id, shopper_id, product_id, rating, reviewed_at, title, body
    )
    select
        coalesce(
            (select w.review_id from known as w),
            'web-' || md5(
                encode(%(shopper_hash)s::bytea, 'hex')
                || ' ' || f.reviews || ' ' || %(product_id)s::text
            )
        ),
        %(shopper_id)s::text,
        %(product_id)s::text,
        %(rating)s::smallint,
        now(),
        %(title)s::text,
        %(body)s::text
    from asked as a
    cross join former as f
    where a.has_product and a.has_shopper
    on conflict (review_id) do update
        set
            rating = excluded.rating,
            reviewed_at = excluded.reviewed_at,
            title = excluded.title,
            body = excluded.body,
            loaded_at = now()
        where
        k.shopper_id = excluded.shopper_id
        and k.product_id = excluded.product_id
        and (k.rating, k.title, k.body)
        is distinct from (excluded.rating, excluded.title, excluded.body)
    returning k.review_id
)

select
    a.has_product,
    a.has_shopper,
    case
        when not exists (select 1 from written) then 'same'
        when exists (select 1 from known) then 'changed'
        else 'new'
    end as outcome
from asked as a

-- Record a review, or what became of it when it was edited. Its author published it, so it needs no
-- consent. An unknown shopper is made in the same statement, as by a purchase.
-- event_id: its id; shopper_hash: keyed hash of the shopper, null without one; product_id;
-- shopper_id; may_make: whether an unknown shopper may be made; occurred_at: when; is_time_told:
-- whether the sender said so; rating: 1 to 5 stars; title, body: null: none.
-- A row: as in record_view, consent always true. Another rating or text is no other content, but an
-- edited review, unless it is older than what is there; another shopper or product is.
with asked as (
    select
        -- It may arrive after its product was removed.
        exists(
            select 1 from raw.products as p
            where p.product_id = %(product_id)s
        ) as has_product,
        a.has_shopper,
        a.has_consent,
        a.is_erased
    from raw.event_permission(
        %(product_id)s, %(shopper_id)s, %(shopper_hash)s
    ) as a
),

known as (
    select
        raw.is_of_product(k.product_id, %(product_id)s::text)
        and coalesce(k.shopper_id = %(shopper_id)s::text, false) as is_same
    from raw.reviews as k
    where k.review_id = %(event_id)s
),

written as (
    insert into raw.reviews as k (
        review_id, shopper_id, product_id, rating, reviewed_at, title, body
    )
    select
        %(event_id)s::text,
        %(shopper_id)s::text,
        %(product_id)s::text,
        %(rating)s::smallint,
        %(occurred_at)s::timestamptz,
        %(title)s::text,
        %(body)s::text
    from asked
    where has_product and not is_erased and (has_shopper or %(may_make)s::boolean)
    on conflict (review_id) do update
        set
            rating = excluded.rating,
            reviewed_at = excluded.reviewed_at,
            title = excluded.title,
            body = excluded.body,
            loaded_at = now()
        where
        k.shopper_id = excluded.shopper_id
        and raw.is_of_product(k.product_id, excluded.product_id)
        and k.reviewed_at <= excluded.reviewed_at
        and (
            (k.rating, k.title, k.body)
            is distinct from (excluded.rating, excluded.title, excluded.body)
            or (k.reviewed_at <> excluded.reviewed_at and %(is_time_told)s::boolean)
        )
    returning k.review_id
),

made as (
    insert into raw.shoppers (shopper_id)
    select %(shopper_id)s::text
    from asked
    where not has_shopper and exists (select 1 from written)
    on conflict (shopper_id) do nothing
)

select
    a.has_product,
    a.has_shopper,
    true as has_consent,
    a.is_erased,
    exists(select 1 from written) as is_recorded,
    (select k.is_same from known as k) as is_same,
    false as is_left_out
from asked as a

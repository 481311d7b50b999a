"""A shop of which analysts may be told something: a crowd, and a few people who must not show."""

from alsolike.database import connect
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

PRODUCTS = 24

# Of the crowd c01 … c24 everybody agreed to everything and was shown v00001 … v00010, at home and
# last week; half of them clicked, and bought v00001 in an order with v00002. Everybody bought
# v00003 and v00004 three months ago. The few f1 … f3 alone saw v00011, and saw it in a block called
# secret; hid v00012, reviewed v00013 and bought v00014 in dollars.
_ROWS = """
    update raw.products
    set
        title = 'Thing ' || product_id,
        brand = case
            when product_id < 'v00005' then 'Plainly'
            when product_id < 'v00011' then 'Sturdy'
            when product_id = 'v00011' then 'Rare'
            else 'Ours'
        end,
        category = case when right(product_id, 1) in ('1', '3', '5', '7', '9') then 'Home > Lamps'
            else 'Kitchen > Pots' end,
        price = 5 + right(product_id, 2)::integer * 3,
        currency = case when product_id = 'v00014' then 'USD' else 'EUR' end,
        is_in_stock = product_id <> 'v00010';

    insert into raw.shoppers (shopper_id)
    select 'c' || lpad(n::text, 2, '0') from generate_series(1, 24) as n
    union all
    values ('f1'), ('f2'), ('f3');
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select s.shopper_id, p.purpose, true, 'test'
    from raw.shoppers as s
    cross join (values ('personalisation'), ('measurement')) as p (purpose);

    insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score)
    select m.model_id, 'v00001', n, 'v' || lpad((n + 1)::text, 5, '0'), 1.0 / n
    from recs.serving_model as m
    cross join generate_series(1, 5) as n;
    insert into recs.promotions (kind, model_id, model)
    select 'promote', s.model_id, 'average' from recs.serving_model as s;
    insert into recs.evaluations (split, k, cutoff, data_fingerprint, shopper_count)
    values ('time', 10, now(), 'x', 20);
    insert into recs.evaluation_metrics (evaluation_id, model, slice, metric, value, low, high)
    select e.evaluation_id, 'average', 'all', 'recall', 0.2, 0.1, 0.3 from recs.evaluations as e;

    insert into raw.purchases
        (purchase_id, shopper_id, product_id, purchased_at, order_id, unit_price, loaded_at)
    select
        'old ' || s.shopper_id || p.product_id, s.shopper_id, p.product_id,
        date_trunc('month', now(), 'UTC') - interval '3 months', 'old ' || s.shopper_id, 10, now()
    from raw.shoppers as s
    cross join (values ('v00003'), ('v00004')) as p (product_id)
    where s.shopper_id like 'c%';
    insert into raw.purchases
        (purchase_id, shopper_id, product_id, purchased_at, order_id, unit_price, loaded_at)
    select
        'new ' || s.shopper_id || p.product_id, s.shopper_id, p.product_id,
        now(), 'new ' || s.shopper_id, 20, now()
    from raw.shoppers as s
    cross join (values ('v00001'), ('v00002')) as p (product_id)
    where s.shopper_id between 'c01' and 'c12';
    insert into raw.purchases
        (purchase_id, shopper_id, product_id, purchased_at, order_id, unit_price, loaded_at)
    select 'few ' || s.shopper_id, s.shopper_id, 'v00014', now(), 'few', 77, now()
    from raw.shoppers as s
    where s.shopper_id like 'f%';

    insert into recs.hides (shopper_id, product_id)
    select s.shopper_id, case when s.shopper_id like 'f%' then 'v00012' else 'v00015' end
    from raw.shoppers as s;
    insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at)
    select
        s.shopper_id, s.shopper_id,
        case when s.shopper_id like 'f%' then 'v00013' else 'v00003' end,
        1 + row_number() over (order by s.shopper_id) % 5, now() - interval '1 hour'
    from raw.shoppers as s;

    create table recs.impressions_before partition of recs.impressions
        for values from ('2000-01-01') to (date_trunc('month', now(), 'UTC'));
    insert into recs.impressions
        (impression_id, served_at, answer_id, position, seen_at, clicked_at, product_id,
        shopper_id, place, model, tier, reason_kind)
    select
        gen_random_uuid(), now() - interval '7 days', gen_random_uuid(), n,
        now() - interval '7 days',
        case when s.shopper_id < 'c13' and n in (1, 4) then now() - interval '7 days' end,
        'v' || lpad(n::text, 5, '0'), s.shopper_id, 'home', 'average', 'live',
        case when n < 6 then 'viewed' else 'popular' end
    from raw.shoppers as s
    cross join generate_series(1, 10) as n
    where s.shopper_id like 'c%';
    insert into recs.impressions
        (impression_id, served_at, answer_id, position, clicked_at, product_id,
        shopper_id, place, model, tier, reason_kind)
    select
        gen_random_uuid(), now() - interval '7 days', gen_random_uuid(), 11,
        now() - interval '7 days', p.product_id, s.shopper_id, p.place, 'average', 'live', 'gift'
    from raw.shoppers as s
    cross join (
        values ('v00011', 'home'), ('v00011', 'secret'), ('v00014', 'secret')
    ) as p (product_id, place)
    where s.shopper_id like 'f%';
    insert into recs.impression_counts
        (day, place, model, tier, position, product_id, is_bot, served, seen, clicked)
    select
        current_date - 7, 'home', 'average', 'popular', n, 'v' || lpad((n + 15)::text, 5, '0'),
        false, 40, 20, 2
    from generate_series(1, 4) as n;
"""


def make_crowd() -> None:
    """Add the crowd, the few and what they did, without marts."""
    add_vectors(clusters(PRODUCTS))
    with connect() as connection:
        connection.execute(_ROWS.encode())

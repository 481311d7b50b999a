"""A shop large enough that reading a whole table of it is not the cheapest way to anything."""

from alsolike.progress import ignore_progress
from alsolike.runs import recorded_run
from alsolike.transform import transform
from tests.shop.database import execute
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

PRODUCTS = 12_000
AVERAGE = 1
TRAINED = 2

# In the place of a query's vector: that of this product.
VECTOR_OF = "v00001"

# Products are filed under six departments of ten shelves each; every word of a title but the last
# is that of many products. An order is of three products, and is repeated a month later.
_CATALOGUE = """
    update raw.products as p
    set
        title = 'Lamp ' || (array['oak', 'brass', 'glass', 'steel'])[1 + n.n % 4]
            || ' word' || n.n % 500 || ' name' || n.n
            || ' quill' || translate(to_char(n.n % 4000, 'fm0000'), '0123456789', 'bdfghklmpt'),
        description = 'Made by hand, number ' || n.n || ' of a series ' || repeat('and so on ', 10),
        category = 'Department ' || n.n % 6 || ' > Shelf ' || n.n % 60,
        brand = 'Brand ' || n.n % 200,
        price = n.n % 1000,
        currency = 'EUR',
        image_url = 'https://shop.test/' || n.n || '.jpg',
        attributes = jsonb_build_object('size', n.n % 300),
        is_in_stock = n.n % 20 <> 7,
        created_at = '2026-01-01'::timestamptz - n.n * interval '1 minute'
    from (
        select q.product_id, substr(q.product_id, 2)::integer as n from raw.products as q
    ) as n
    where p.product_id = n.product_id
"""

_HISTORY = """
    create function pg_temp.product(n integer) returns text language sql immutable
    return 'v' || to_char(n % 12000, 'fm00000');

    insert into raw.shoppers (shopper_id, display_name)
    select 's' || n, 'Shopper ' || n from generate_series(0, 3999) as n;

    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select 's' || n, 'personalisation', decision.is_granted, 'test'
    from generate_series(0, 3999) as n
    cross join (values (1, false), (2, true)) as decision (place, is_granted)
    order by decision.place, n;

    insert into raw.views (view_id, product_id, viewed_at, shopper_id, session_id)
    select
        'v' || n, pg_temp.product(n * 7919),
        '2026-03-01'::timestamptz - n * interval '1 minute',
        case when n % 5 > 0 then 's' || n % 4000 end, 'session' || n % 1000
    from generate_series(0, 59999) as n;

    -- Two that look at more than any list goes back to.
    insert into raw.views (view_id, product_id, viewed_at, shopper_id, session_id)
    select
        'm' || n || coalesce(who.shopper_id, ''), pg_temp.product(n * 31),
        '2026-03-02'::timestamptz - n * interval '1 minute', who.shopper_id, 'busy'
    from generate_series(0, 1999) as n
    cross join (values ('s7'), (null)) as who (shopper_id);

    insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id)
    select
        'p' || o || '-' || line || '-' || month, 's' || o % 4000,
        pg_temp.product(o % 4000 * 3 + line),
        '2026-02-01'::timestamptz - o * interval '1 minute' + month * interval '30 days',
        'o' || o || '-' || month
    from generate_series(0, 7999) as o
    cross join generate_series(0, 2) as line
    cross join generate_series(0, 1) as month
    where o % 2 = 0 or month = 0;

    insert into raw.returns (return_id, purchase_id, returned_at)
    select 'r' || p.purchase_id, p.purchase_id, p.purchased_at + interval '1 day'
    from raw.purchases as p
    where p.purchase_id like '%-2-1';

    insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at, title, body)
    select
        'r' || n, 's' || n % 4000, pg_temp.product(n * 13),
        3 + n % 3, '2026-03-01'::timestamptz - n * interval '1 minute', 'Title', 'Body'
    from generate_series(0, 29999) as n;

    -- One that everybody writes about.
    insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at, title, body)
    select
        'b' || n, 's' || n, 'v00042', 5, '2026-03-01'::timestamptz - n * interval '1 hour',
        'Title', 'Body'
    from generate_series(0, 499) as n;

    insert into raw.basket_additions (addition_id, product_id, added_at, shopper_id, session_id)
    select
        'a' || n || coalesce(who.shopper_id, ''), pg_temp.product(n * 7),
        '2026-03-01'::timestamptz - n * interval '1 minute', who.shopper_id, 'busy'
    from generate_series(0, 1999) as n
    cross join (values ('s7'), (null)) as who (shopper_id);

    insert into raw.baskets (basket_id, shopper_id, changed_at)
    select 'shopper:s' || n, 's' || n, '2026-03-01'::timestamptz - n * interval '1 minute'
    from generate_series(0, 3999) as n;
    insert into raw.baskets (basket_id, changed_at)
    select 'visitor' || n, '2026-03-01'::timestamptz - n * interval '1 minute'
    from generate_series(0, 999) as n;
    insert into raw.basket_lines (basket_id, product_id, quantity)
    select b.basket_id, pg_temp.product(hashtext(b.basket_id) % 9000 + 9000 + line), 2
    from raw.baskets as b
    cross join generate_series(0, 2) as line;

    insert into raw.clicks (click_id, product_id, clicked_at, session_id)
    select
        'c' || n, pg_temp.product(n), '2026-03-01'::timestamptz,
        case when n < 10 then 'visit' else 'busy' end
    from generate_series(0, 3999) as n;
    insert into raw.clicks (click_id, product_id, clicked_at, shopper_id)
    select 'd' || n, pg_temp.product(n), '2026-03-01'::timestamptz, 's' || n % 400
    from generate_series(0, 3999) as n;

    -- Of this month, which has a partition: ten products to an answer.
    insert into recs.impressions
        (impression_id, answer_id, served_at, position, product_id, shopper_id, session_id, place,
        model, tier)
    select
        (lpad(to_hex(n / 10), 12, '0') || '700080000000000000' || lpad(to_hex(n % 10 + 1), 2, '0'))
        ::uuid,
        (lpad(to_hex(n / 10), 12, '0') || '70008000000000000000')::uuid,
        date_trunc('month', now(), 'UTC') + n / 10 * interval '1 second', n % 10 + 1,
        pg_temp.product(n), case when n < 4000 then 's' || n / 10 % 400 end,
        case when n >= 4000 then case when n < 4020 then 'visit' else 'v' || n / 10 end end,
        'home', 'average', 'live'
    from generate_series(0, 7999) as n;
    insert into recs.experiments
        (name, hypothesis, layer, layer_from, layer_to, salt, arms, places, metric,
        planned_shoppers, window_days)
    values
        ('trial', 'It helps.', 'main', 0, 1, 'salt', '[{"name": "control", "share": 1}]', '{home}',
        'revenue', 1000, 7);
    insert into recs.exposures (exposed_at, experiment, arm, shopper_id)
    select '2026-03-01', 'trial', 'control', s.shopper_id from raw.shoppers as s;
    insert into recs.exposures (exposed_at, experiment, arm, session_id)
    select '2026-03-01', 'trial', 'control', case when n = 0 then 'visit' else 'v' || n end
    from generate_series(0, 3999) as n;
    insert into recs.impression_counts
        (day, place, model, tier, position, product_id, is_bot, served)
    select '2026-03-01', 'home', 'average', 'live', n % 12 + 1, pg_temp.product(n), false, n
    from generate_series(0, 3999) as n;

    insert into ops.accounts (shopper_id, email, password_hash)
    select 's' || n, 's' || n || '@example.com', 'hash'
    from generate_series(1, 3999, 2) as n;
    insert into ops.account_links (token_hash, purpose, shopper_id, email, expires_at)
    select sha256(n::text::bytea), 'reset', 's' || n, 's' || n || '@example.com', 'infinity'
    from generate_series(1, 3999, 2) as n;
    insert into ops.account_attempts (key_hash, free_at)
    select sha256(n::text::bytea), '2026-03-01'
    from generate_series(0, 3999) as n;

    insert into recs.hides (shopper_id, product_id)
    select 's' || n, pg_temp.product(n * 17)
    from generate_series(0, 3999) as n;
    insert into recs.preferences (product_id, shopper_id, direction, stated_at)
    select
        pg_temp.product(n * 19 + 11 * wish), 's' || n, case when wish < 2 then 1 else -1 end,
        '2026-03-01'::timestamptz - wish * interval '1 day'
    from generate_series(0, 3999) as n
    cross join generate_series(0, 2) as wish;
    insert into recs.preferences (product_id, session_id, direction, stated_at)
    select
        pg_temp.product(n * 23 + 5), case when n < 3 then 'busy' else 'v' || n end,
        case when n % 2 = 0 then 1 else -1 end, '2026-03-01'::timestamptz
    from generate_series(0, 3999) as n;

    insert into raw.erased_shoppers (shopper_hash, key_id)
    select sha256(n::text::bytea), 'key'
    from generate_series(0, 3999) as n;
    insert into raw.readmitted_shoppers (shopper_hash, key_id)
    select sha256(n::text::bytea), 'key'
    from generate_series(0, 3999) as n;
"""

_MODELS = """
    insert into recs.query_encoders
        (encoder_id, recipe, fingerprint, agreement, least_similarity)
    select e.encoder_id, 'hand', 'f', 1, 0.1 from recs.encoders as e;

    insert into recs.query_encoder_files (encoder_id, name, position, content)
    select 1, 'weights', n, 'piece' from generate_series(0, 2999) as n;

    insert into recs.embeddings (encoder_id, product_id, part, content_hash, embedding)
    select 1, v.product_id, 'name', 'hash', v.embedding from recs.product_vectors_1 as v;

    update recs.models set kind = 'trained' where model_id = 2;

    -- The quarter of the catalogue that is the least like v00001.
    update raw.products as p
    set attributes = p.attributes || '{"far": true}'
    from (
        select v.product_id
        from recs.product_vectors_1 as v
        cross join recs.product_vectors_1 as one
        where one.product_id = 'v00001'
        order by v.embedding <=> one.embedding desc
        limit 3000
    ) as f
    where p.product_id = f.product_id;

    -- Half of them are of a department of their own.
    update raw.products as p
    set category = 'Far away'
    where p.attributes @> '{"far": true}' and substr(p.product_id, 2)::integer % 2 = 0;

    update recs.product_vectors as v
    set category = p.category
    from raw.products as p
    where v.product_id = p.product_id;

    select recs.write_neighbours(2, array(
        select p.product_id from raw.products as p where p.product_id < 'v03000'
    ), 20);

    insert into recs.product_priors (model_id, product_id, prior)
    select 2, p.product_id, 0.1 from raw.products as p where p.product_id < 'v00200';

    insert into recs.repurchase_factors (model_id, product_id, factor, is_own_category)
    select 2, p.product_id, 0.5, repeat('01', 10)::bit varying
    from raw.products as p
    where p.product_id < 'v03000';
"""


def make_shop() -> None:
    """Fill the database that the `PG*` variables name, and run dbt over it.

    Models `average` (1), which serves, and `trained` (2) have a vector of every product; the
    trained one has 20 neighbours of products v00000 to v02999, of which each second counts half
    after a purchase, and 200 priors.
    """
    # As `alsolike demo` does: what is for its shop alone finds something.
    with recorded_run("demo", {"products": PRODUCTS}):
        pass
    vectors = clusters(PRODUCTS)
    assert add_vectors(vectors) == AVERAGE
    execute(_CATALOGUE)
    assert add_vectors(vectors, "trained") == TRAINED
    execute(_HISTORY)
    execute(_MODELS)
    transform(with_tests=False, report=ignore_progress)
    execute("vacuum analyze")

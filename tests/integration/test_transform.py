"""dbt over a small history of which every number can be worked out by hand."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect, query
from alsolike.errors import TransformError
from alsolike.history import read_history, visitor_of
from alsolike.locks import hold_lock
from alsolike.progress import ignore_progress
from alsolike.transform import (
    TRANSFORM_LOCK,
    ExcludedVisitors,
    NodesFailedError,
    transform,
)
from tests.shop.marts import make_marts

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]

MARTS = (
    "product_documents",
    "shopper_interactions",
    "shopper_events",
    "product_popularity",
    "product_pairs",
    "product_complements",
    "excluded_visitor_counts",
)

# Day 0, to which ages are measured, is that of the latest event that counts. s3 does not consent
# and s4 took consent back; both were on the site later than day 0. Session x is of an anonymous
# visitor, and so is the one that is called as the shopper s1 is; order o9 is a guest's.
HISTORY = """
    insert into raw.products (product_id, title, brand, category, description, attributes)
    values
        ('lamp', 'Desk lamp', 'Lumen', 'Home > Lamps', 'Bright.',
            '{"size_cm": 30, "materials": ["oak", "brass"]}'),
        ('rug', 'Wool rug', null, null, null, '{}'),
        ('vase', 'Glass vase', null, 'Home', null, '{}'),
        ('chair', 'Oak chair', null, null, null, '{}');

    insert into raw.shoppers (shopper_id) values ('s1'), ('s2'), ('s3'), ('s4');
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    values
        ('s1', 'personalisation', true, 'test'),
        ('s2', 'personalisation', false, 'test'),
        ('s2', 'personalisation', true, 'test'),
        ('s4', 'personalisation', true, 'test'),
        ('s4', 'personalisation', false, 'test');

    insert into raw.purchases
        (purchase_id, shopper_id, product_id, purchased_at, order_id, loaded_at)
    select
        id, shopper_id, product_id, '2024-03-01 12:00+00'::timestamptz - days * interval '1 day',
        order_id, loaded_at
    from (
        values
            ('1', 's1', 'lamp', 60, 'o1', timestamptz '2024-03-02 00:00+00'),
            ('2', 's1', 'rug', 60, 'o1', '2024-03-02 00:00+00'),
            ('3', 's2', 'lamp', 120, 'o2', '2024-03-02 00:00+00'),
            ('4', 's2', 'rug', 120, 'o2', '2024-03-02 00:00+00'),
            ('5', 's2', 'vase', 10, null, '2024-03-02 00:00+00'),
            ('6', 's2', 'lamp', 10, null, '2024-03-02 00:00+00'),
            ('7', 's3', 'lamp', -5, 'o3', '2020-01-01 00:00+00'),
            ('8', 's3', 'rug', -5, 'o3', '2020-01-01 00:00+00'),
            ('9', null, 'lamp', 60, 'o9', '2024-03-02 00:00+00'),
            ('10', null, 'rug', 60, 'o9', '2024-03-02 00:00+00')
    ) as line (id, shopper_id, product_id, days, order_id, loaded_at);

    insert into raw.views (view_id, shopper_id, session_id, product_id, viewed_at, loaded_at)
    select
        id, shopper_id, session_id, product_id,
        '2024-03-01 12:00+00'::timestamptz - days * interval '1 day', '2024-03-02 00:00+00'
    from (
        values
            ('1', 's1', null, 'lamp', 0),
            ('2', 's1', null, 'chair', 1),
            ('3', 's1', null, 'vase', 1),
            ('4', 's2', null, 'chair', 7),
            ('5', 's2', 'x', 'vase', 7),
            ('6', 's4', null, 'chair', -9),
            ('7', null, 'x', 'chair', 1),
            ('8', null, 'x', 'vase', 1),
            ('9', null, 's1', 'lamp', 2)
    ) as line (id, shopper_id, session_id, product_id, days);

    insert into raw.reviews
        (review_id, shopper_id, product_id, rating, reviewed_at, title, body, loaded_at)
    values
        ('1', 's1', 'rug', 5, '2024-01-01 12:00+00', 'Soft', 'Warm   and soft.',
            '2024-03-02 00:00+00'),
        ('2', 's3', 'rug', 1, '2024-03-09 12:00+00', 'Scratchy', null, '2020-01-01 00:00+00');
"""


@pytest.fixture
def ask(database: dict[str, str]) -> Iterator[Ask]:
    """Run a statement on the test's database; its rows, if it gives any."""
    assert database
    with connect(autocommit=True) as connection:

        def run(statement: str) -> Rows:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

        yield run


def test_the_marts_hold_the_numbers_of_the_history(ask: Ask) -> None:
    ask(HISTORY)
    reports: list[tuple[str, int, int | None]] = []
    summary = transform(report=lambda *progress: reports.append(progress))

    assert set(summary.nodes) == {"success", "pass"}
    stage, done, total = reports[-1]
    assert (stage, done) == ("transform", total)
    assert total == sum(summary.nodes.values())

    interactions = ask(
        "select visitor_id, product_id, weight, views, purchases, reviews, rating"
        " from marts.shopper_interactions order by visitor_id, product_id"
    )
    assert interactions == [
        ("session:x", "chair", pytest.approx(0.5 ** (1 / 60)), 1, 0, 0, None),
        ("session:x", "vase", pytest.approx(0.5 ** (1 / 60)), 1, 0, 0, None),
        ("shopper:s1", "chair", pytest.approx(0.5 ** (1 / 60)), 1, 0, 0, None),
        ("shopper:s1", "lamp", pytest.approx(3 * 0.5 + 1), 1, 1, 0, None),
        ("shopper:s1", "rug", pytest.approx(3 * 0.5 + 2 * 0.5), 0, 1, 1, 5),
        ("shopper:s1", "vase", pytest.approx(0.5 ** (1 / 60)), 1, 0, 0, None),
        ("shopper:s2", "chair", pytest.approx(0.5 ** (7 / 60)), 1, 0, 0, None),
        ("shopper:s2", "lamp", pytest.approx(3 * 0.25 + 3 * 0.5 ** (10 / 60)), 0, 2, 0, None),
        ("shopper:s2", "rug", pytest.approx(3 * 0.25), 0, 1, 0, None),
        (
            "shopper:s2",
            "vase",
            pytest.approx(3 * 0.5 ** (10 / 60) + 0.5 ** (7 / 60)),
            1,
            1,
            0,
            None,
        ),
    ]

    popularity = ask(
        "select product_id, views_recent, purchases_recent, views_all_time, purchases_all_time,"
        " popularity_recent, popularity_all_time, rank_recent"
        " from marts.product_popularity order by rank_recent"
    )
    bought, viewed = 3 * 0.5 ** (10 / 7), 0.5 + 2 * 0.5 ** (1 / 7)
    assert popularity == [
        ("vase", 3, 1, 3, 1, pytest.approx(bought + viewed), 6, 1),
        ("lamp", 2, 1, 2, 4, pytest.approx(bought + 1 + 0.5 ** (2 / 7)), 14, 2),
        ("chair", 3, 0, 3, 0, pytest.approx(viewed), 3, 3),
        ("rug", 0, 0, 0, 3, 0, 11, 4),
    ]

    pairs = ask(
        "select kind, product_id, other_product_id, together, product_count, other_count, lift"
        " from marts.product_pairs order by kind, product_id"
    )
    assert pairs == [
        # Four baskets: three orders, one of them a guest's, and one day of s2 without an order.
        ("co_bought", "lamp", "rug", 3, 4, 3, 1.0),
        ("co_bought", "rug", "lamp", 3, 3, 4, 1.0),
        # Five baskets: two days of s1, one of s2, and two sessions.
        ("co_viewed", "chair", "vase", 3, 3, 3, pytest.approx(5 / 3)),
        ("co_viewed", "vase", "chair", 3, 3, 3, pytest.approx(5 / 3)),
    ]

    documents = ask("select product_id, part, content from marts.product_documents order by 1, 2")
    # Neither the chair nor any other has an empty part.
    assert documents == [
        ("chair", "name", "Oak chair"),
        (
            "lamp",
            "details",
            "category: Home > Lamps\nbrand: Lumen\nmaterials: oak, brass\nsize cm: 30\nBright.",
        ),
        ("lamp", "name", "Desk lamp\nLumen"),
        ("rug", "details", "reviews:\nSoft. Warm and soft."),
        ("rug", "name", "Wool rug"),
        ("vase", "details", "category: Home"),
        ("vase", "name", "Glass vase"),
    ]
    assert ask(
        "select count(*) from marts.product_documents where content_hash <> md5(content)"
    ) == [(0,)]


def test_the_next_run_takes_over_what_changed_and_nothing_else(ask: Ask) -> None:
    ask(HISTORY)
    run = {"with_tests": False, "report": ignore_progress}

    def marts() -> dict[str, Rows]:
        return {name: sorted(ask(f"select * from marts.{name}"), key=repr) for name in MARTS}

    def shoppers() -> Rows:
        return ask(
            "select distinct shopper_id from marts.shopper_interactions"
            " where shopper_id is not null order by 1"
        )

    transform(**run)
    first = marts()
    kept = ask("select xmin::text, kind, event_id from staging.int_events order by 2, 3")
    transform(**run)
    assert marts() == first
    assert ask("select xmin::text, kind, event_id from staging.int_events order by 2, 3") == kept
    # The function found the mart by its name again.
    assert ask("select product_id from recs.popular_products(2)") == [("vase",), ("lamp",)]

    # s2 takes consent back, s3 gives it long after the history was loaded; a purchase is undone, a
    # review is changed, and one of a session's two views is deleted.
    ask("""
        insert into raw.consents (shopper_id, purpose, is_granted, source)
        values
            ('s2', 'personalisation', false, 'test'),
            ('s3', 'personalisation', true, 'test');
        delete from raw.purchases where purchase_id = '2';
        delete from raw.views where view_id = '8';
        update raw.reviews
        set rating = 4, loaded_at = '2024-03-03 00:00+00'
        where review_id = '1';
    """)
    transform(**run)
    assert shoppers() == [("s1",), ("s3",)]
    assert ask(
        "select purchases, reviews, rating from marts.shopper_interactions"
        " where shopper_id = 's1' and product_id = 'rug'"
    ) == [(0, 1, 4)]
    assert ask(
        "select product_id, purchases from marts.shopper_interactions"
        " where shopper_id = 's3' order by 1"
    ) == [("lamp", 1), ("rug", 1)]
    # What is left of the session is one product: it says nothing of what goes with what.
    assert ask("select visitor_id from marts.shopper_events where shopper_id is null") == []
    changed = set(marts()["product_documents"]) ^ set(first["product_documents"])
    assert {(row[0], row[1]) for row in changed} == {("rug", "details")}

    ask("delete from raw.shoppers where shopper_id = 's3'")
    transform(**run)
    assert shoppers() == [("s1",)]
    assert ask(
        "select distinct shopper_id from staging.int_events where shopper_id is not null"
    ) == [("s1",)]
    assert set(marts()["product_documents"]) == set(first["product_documents"])

    # From nothing or step by step, the outcome is the same.
    step_by_step = marts()
    transform(full_refresh=True, **run)
    assert marts() == step_by_step


def test_a_review_of_the_site_reaches_the_text_of_its_product(
    ask: Ask, database: dict[str, str]
) -> None:
    ask(HISTORY)
    run = {"with_tests": False, "report": ignore_progress}
    transform(**run)
    text = (
        "select content from marts.product_documents where product_id = 'vase' and part = 'details'"
    )
    before = ask(text)

    def write(rating: int, body: str) -> None:
        with connect() as connection:
            connection.execute(
                query("api/reviews/write_review"),
                {
                    "shopper_id": "s1",
                    "shopper_hash": b"a hash",
                    "product_id": "vase",
                    "rating": rating,
                    "title": None,
                    "body": body,
                },
            )

    write(5, "Thin as a leaf.")
    transform(**run)
    assert "Thin as a leaf." in ask(text)[0][0]
    acted = (
        "select rating from marts.shopper_interactions"
        " where shopper_id = 's1' and product_id = 'vase'"
    )
    assert ask(acted) == [(5,)]
    write(1, "Thick as a brick.")
    transform(**run)
    assert "Thin as a leaf." not in ask(text)[0][0]
    assert "Thick as a brick." in ask(text)[0][0]
    assert ask(acted) == [(1,)]
    assert ask(text) != before


def test_a_shop_of_anonymous_sessions_has_popularity_pairs_and_a_history(ask: Ask) -> None:
    ask("""
        insert into raw.products (product_id, title)
        values ('kettle', 'Kettle'), ('tin', 'Tin'), ('tray', 'Tray');
        insert into raw.views (view_id, session_id, product_id, viewed_at)
        select
            'v' || n || product_id, 'sess' || n, product_id,
            '2024-03-01 10:00+00'::timestamptz + n * interval '1 hour'
        from generate_series(1, 9) as n
        cross join (values ('tin'), ('tray')) as seen (product_id);
        -- A look and nothing more.
        insert into raw.views (view_id, session_id, product_id, viewed_at)
        values ('once', 'bounced', 'tin', '2024-03-01 10:00+00');
    """)
    transform(with_tests=False, report=ignore_progress)
    assert ask(
        "select product_id, views_all_time, rank_recent from marts.product_popularity order by 3"
    ) == [("tin", 10, 1), ("tray", 9, 2), ("kettle", 0, 3)]
    assert ask(
        "select product_id, other_product_id, kind, together from marts.product_pairs order by 1"
    ) == [("tin", "tray", "co_viewed", 9), ("tray", "tin", "co_viewed", 9)]
    history = read_history(report=ignore_progress)
    assert len(history) == 18
    assert [visitor_of(visitor) for visitor in history.shopper_ids] == [
        (None, f"sess{n}") for n in range(1, 10)
    ]


def test_one_bot_is_left_out_counted_and_said(ask: Ask) -> None:
    ask("""
        insert into raw.products (product_id, title) values ('mug', 'Mug'), ('cup', 'Cup');
        insert into raw.shoppers (shopper_id)
        select 's' || n from generate_series(1, 3) as n
        union all
        values ('bot'), ('household');
        insert into raw.consents (shopper_id, purpose, is_granted, source)
        select shopper_id, 'personalisation', true, 'test' from raw.shoppers;
        insert into raw.views (view_id, shopper_id, product_id, viewed_at)
        select 'v' || n, 's' || n, 'cup', '2024-03-01 10:00+00' from generate_series(1, 3) as n;
        insert into raw.views (view_id, shopper_id, product_id, viewed_at)
        select 'b' || n, 'bot', 'mug', '2024-03-01 11:00+00'::timestamptz + n * interval '1 second'
        from generate_series(1, 3000) as n;
        insert into raw.views (view_id, session_id, product_id, viewed_at)
        select 'x' || n, 'crawler', 'mug', '2024-03-01 11:00+00' from generate_series(1, 501) as n;
        -- Six hundred lines of one order are a household's.
        insert into raw.purchases (purchase_id, shopper_id, order_id, product_id, purchased_at)
        select 'p' || n, 'household', 'o1', 'cup', '2024-03-01 11:00+00'
        from generate_series(1, 600) as n;
        insert into raw.purchases (purchase_id, shopper_id, order_id, product_id, purchased_at)
        select 'r' || n, 's1', 'r' || n, 'mug', '2024-03-02 11:00+00'
        from generate_series(1, 50) as n;
        insert into raw.purchases (purchase_id, order_id, product_id, purchased_at)
        values ('guest', 'g', 'mug', '2024-03-01 11:00+00');
    """)
    summary = transform(with_tests=False, report=ignore_progress)
    assert summary.excluded == [ExcludedVisitors("acts", 500, 2, 3501)]
    assert "Left out 2 visitors with 3,501 events" in summary.text()
    assert ask(
        "select product_id, views_recent, purchases_recent, popularity_all_time"
        " from marts.product_popularity order by product_id"
    ) == [("cup", 3, 1, 6), ("mug", 0, 2, 6)]
    for table in ("marts.shopper_events", "marts.shopper_interactions"):
        visitors = ask(f"select distinct visitor_id from {table} order by 1")
        assert visitors == [("shopper:household",), *((f"shopper:s{n}",) for n in (1, 2, 3))]
    # Analysts learn how many and not who.
    with connect(role=ANALYST_ROLE, autocommit=True) as connection:
        rows = connection.execute("select * from marts.excluded_visitor_counts").fetchall()
    assert rows == [("acts", 500, 2, 3501)]
    # The bot is served as anyone.
    assert ask("select product_id from recs.recently_viewed('bot', null)") == [("mug",)]

    # One order more is a reseller's.
    ask("""
        insert into raw.purchases (purchase_id, shopper_id, order_id, product_id, purchased_at)
        values ('r51', 's1', 'r51', 'mug', '2024-03-02 12:00+00')
    """)
    summary = transform(with_tests=False, report=ignore_progress)
    assert summary.excluded[1] == ExcludedVisitors("orders", 50, 1, 52)


def test_an_order_reported_three_times_is_one_purchase(ask: Ask) -> None:
    ask("""
        insert into raw.products (product_id, title, category)
        values ('kettle', 'Kettle', 'Kitchen'), ('tin', 'Tin', 'Kitchen');
        insert into raw.shoppers (shopper_id) values ('z');
        insert into raw.consents (shopper_id, purpose, is_granted, source)
        values ('z', 'personalisation', true, 'test');
        insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id)
        select
            'b' || n || product_id, 'z', product_id,
            now() - interval '9 days' + n * interval '7 seconds', 'o1'
        from generate_series(0, 2) as n
        cross join (values ('kettle'), ('tin')) as line (product_id);
        -- Two days later a tin again, told twice in one second without an order.
        insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at)
        select 'c' || n, 'z', 'tin', date_trunc('second', now()) - interval '7 days'
        from generate_series(0, 1) as n;
    """)
    transform(with_tests=False, report=ignore_progress)
    assert ask(
        "select product_id, purchases_all_time, popularity_all_time"
        " from marts.product_popularity order by 1"
    ) == [("kettle", 1, 3), ("tin", 2, 6)]
    assert ask("select product_id, purchases from marts.shopper_interactions order by 1") == [
        ("kettle", 1),
        ("tin", 2),
    ]
    assert ask("select product_id, times, purchase_id from recs.buy_again('z')") == [
        ("tin", 2, "c0")
    ]


def test_what_lies_in_the_future_counts_when_its_time_has_come(ask: Ask) -> None:
    ask("""
        insert into raw.products (product_id, title) values ('mug', 'Mug'), ('cup', 'Cup');
        insert into raw.views (view_id, session_id, product_id, viewed_at)
        values
            ('1', 'x', 'mug', now() - interval '3 days'), ('2', 'x', 'cup', now()),
            ('3', 'x', 'mug', now() + interval '10 hours'), ('4', 'y', 'mug', '2099-12-31');
    """)
    transform(with_tests=False, report=ignore_progress)
    views = "select product_id, views_recent from marts.product_popularity order by 1"
    assert ask(views) == [("cup", 1), ("mug", 1)]
    assert ask("select event_id from marts.shopper_events order by 1") == [("1",), ("2",)]
    latest = "select count(*) from staging.int_latest_event where reference_at <= now()"
    assert ask(latest) == [(1,)]

    # Ten hours later, as far as the event can tell.
    ask(
        "update staging.int_events set occurred_at = now() - interval '1 hour' where event_id = '3'"
    )
    transform(with_tests=False, report=ignore_progress)
    assert ask("select event_id from marts.shopper_events order by 1") == [("1",), ("2",), ("3",)]
    assert ask(views) == [("cup", 1), ("mug", 2)]


def test_a_table_of_events_of_an_earlier_version_is_built_anew(ask: Ask) -> None:
    ask(HISTORY)
    run = {"with_tests": False, "report": ignore_progress}
    # As the first version of the model left it.
    ask("""
        create table staging.int_events as
        select
            'view' as kind, view_id as event_id, shopper_id, product_id, viewed_at as occurred_at,
            null::text as order_id, null::smallint as rating, loaded_at
        from raw.views
        where shopper_id = 's1';
        create view marts.shopper_events as
        select shopper_id, product_id, event_id from staging.int_events;
    """)
    transform(**run)
    upgraded = {name: sorted(ask(f"select * from marts.{name}"), key=repr) for name in MARTS}
    assert ask("select count(distinct visitor_id) from marts.shopper_events") == [(3,)]
    kept = ask("select xmin::text, event_id from staging.int_events order by kind, event_id")
    transform(**run)
    # Once is enough.
    assert (
        ask("select xmin::text, event_id from staging.int_events order by kind, event_id") == kept
    )
    assert upgraded == {
        name: sorted(ask(f"select * from marts.{name}"), key=repr) for name in MARTS
    }


def test_an_empty_shop_passes_and_roles_read_what_is_theirs(ask: Ask) -> None:
    summary = transform(report=ignore_progress)
    assert set(summary.nodes) == {"success", "pass"}
    assert ask("select count(*) from marts.product_popularity") == [(0,)]

    for role in (APP_ROLE, ANALYST_ROLE):
        with connect(role=role, autocommit=True) as connection:
            for name in ("product_popularity", "product_pairs"):
                connection.execute(f"select * from marts.{name}".encode())
            # Reviews are in the documents.
            for name in (
                "marts.product_documents",
                "marts.shopper_interactions",
                "marts.shopper_events",
                "staging.int_events",
                "staging.int_counted_events",
                "staging.int_excluded_visitors",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select * from {name}".encode())


def shape_of(ask: Ask, name: str) -> list[Rows]:
    """Return the columns, the constraints, the indexes and the readers of a table."""
    return [
        ask(f"""
            select attname, format_type(atttypid, atttypmod), attnotnull
            from pg_attribute
            where attrelid = '{name}'::regclass and attnum > 0 and not attisdropped
            order by attnum
        """),
        ask(f"""
            select pg_get_constraintdef(oid) from pg_constraint
            where conrelid = '{name}'::regclass and contype <> 'n' order by 1
        """),
        ask(f"""
            select indisunique, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
            from pg_index where indrelid = '{name}'::regclass order by 1, 2
        """),
        ask(f"""
            select grantee, privilege_type from information_schema.role_table_grants
            where table_schema || '.' || table_name = '{name}' and grantee <> grantor order by 1, 2
        """),
    ]


def test_the_marts_of_the_other_tests_are_as_dbt_makes_them(ask: Ask) -> None:
    transform(with_tests=False, report=ignore_progress)
    tables = [f"marts.{name}" for name in (*MARTS, "rebuyable_products")]
    built = {table: shape_of(ask, table) for table in tables}
    ask("drop schema marts cascade")
    ask("create schema marts")
    make_marts(*(table.removeprefix("marts.") for table in tables))
    assert {table: shape_of(ask, table) for table in tables} == built


def test_a_failing_model_is_named(ask: Ask) -> None:
    ask("alter table raw.products rename column description to story")
    with pytest.raises(NodesFailedError) as caught:
        transform(select="stg_products", with_tests=False, report=ignore_progress)
    assert caught.value.failures == ['model stg_products: column "description" does not exist']
    assert "stg_products" in str(caught.value)
    assert caught.value.log.exists()


def test_an_unknown_selection_is_refused(database: dict[str, str]) -> None:
    assert database
    with pytest.raises(TransformError, match="Nothing was selected"):
        transform(select="no_such_model", report=ignore_progress)


def test_two_transforms_do_not_meet(ask: Ask) -> None:
    assert ask("select 1") == [(1,)]
    with (
        hold_lock(TRANSFORM_LOCK, is_patient=False) as is_ours,
        pytest.raises(TransformError, match="Another transform"),
    ):
        assert is_ours
        transform(report=ignore_progress)


def test_a_password_of_a_service_file_reaches_dbt(
    ask: Ask, database: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    role = f"keeper_{secrets.token_hex(4)}"
    ((rules,),) = ask("show hba_file")
    before = Path(rules).read_text()
    ask(f"create role {role} superuser login password 'odd ''word'")
    try:
        Path(rules).write_text(f"local all {role} scram-sha-256\n{before}")
        ask("select pg_reload_conf()")
        service = tmp_path / "services.conf"
        service.write_text(
            f"[shop]\nhost={database['PGHOST']}\nport={database['PGPORT']}\nuser={role}\n"
            f"password=odd 'word\ndbname={database['PGDATABASE']}\n"
        )
        for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE"):
            monkeypatch.delenv(name)
        # Set here, so that it is taken back after the test.
        monkeypatch.setenv("PGPASSWORD", "")
        monkeypatch.setenv("PGSERVICEFILE", str(service))
        monkeypatch.setenv("PGSERVICE", "shop")
        summary = transform(select="stg_products", with_tests=False, report=ignore_progress)
    finally:
        Path(rules).write_text(before)
        ask("select pg_reload_conf()")
        ask(f"reassign owned by {role} to current_user")
        ask(f"drop role {role}")
    assert summary.nodes == {"success": 1}


def test_a_missing_schema_says_what_to_run(empty_database: dict[str, str]) -> None:
    assert empty_database
    with pytest.raises(TransformError, match="alsolike migrate"):
        transform(report=ignore_progress)


def test_an_interrupted_transform_leaves_nothing_behind(ask: Ask) -> None:
    def interrupt(_stage: str, _done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transform(with_tests=False, report=interrupt)
    others = ask(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
        " and application_name like 'dbt%'"
    )
    assert others == [(0,)]
    transform(select="stg_products", with_tests=False, report=ignore_progress)

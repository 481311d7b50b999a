"""What weighs how much: the long taste, and the visit that somebody is on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from alsolike.history import read_history, visitor_of
from alsolike.history.recent import recent_products
from alsolike.progress import ignore_progress
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart
from tests.shop.models import add_vectors
from tests.shop.shoppers import add_shoppers
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
KIND_WEIGHTS = {"purchase": 3.0, "review": 2.0, "view": 1.0}


def look(session: str, *looks: tuple[int, timedelta]) -> None:
    """Let a session look at products, each so long before noon."""
    add_rows(
        "raw.views",
        (
            {
                "view_id": f"{session} {product} {before}",
                "session_id": session,
                "product_id": name_of(product),
                "viewed_at": NOON - before,
            }
            for product, before in looks
        ),
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def weights(
    session: str, *, as_of: datetime | None = NOON, told: list[Any] | None = None, **serving: float
) -> dict[str, float]:
    statement = "select product_id, weight from unnest(recs.recent_actions(null, %s, %s, %s, %s))"
    history = None if told is None else Jsonb(told)
    return dict(run(statement, (session, Jsonb(serving), as_of, history)))


def test_the_visit_and_the_past_have_shares_of_what_all_weighs() -> None:
    add_vectors(clusters(30))
    look("a", (1, minutes(5)), (2, minutes(35)), (3, minutes(66)), (4, timedelta(days=3)))
    plain = weights("a", decay=0.5, visit=0)
    assert plain == {name_of(1): 1, name_of(2): 0.5, name_of(3): 0.25, name_of(4): 0.125}
    # Two products of the visit, two of before: these keep two thirds of 1 - .6 * 2 / 3.
    past = 0.6 * 2 / 3 * 1.875
    expected = {1: 2, 2: 1, 3: 2, 4: 1}
    changed = weights("a", decay=0.5, visit=0.6)
    assert changed == pytest.approx(
        {name_of(n): part / 3 * (past if n > 2 else 1.875 - past) for n, part in expected.items()},
        rel=1e-6,
    )


def test_more_looks_count_more_and_a_long_taste_stays() -> None:
    add_vectors(clusters(30))
    older = [(10 + n, timedelta(days=n + 1)) for n in range(9)]
    for decay in (0.7, 1):
        for count in range(5):
            session = f"{count} at {decay}"
            look(session, *older, *((n, minutes(n + 1)) for n in range(count)))
            made = weights(session, decay=decay, visit=0.6)
            share = sum(made.get(name_of(n), 0) for n in range(count)) / sum(made.values())
            # Nine products of before: the past loses a tenth for being short.
            expected = 1 - (1 - 0.6 * count / (count + 1)) * 0.9 if count else 0
            assert share == pytest.approx(expected, rel=1e-6)
            assert sum(made.values()) == pytest.approx(
                sum(weights(session, decay=decay, visit=0).values()), rel=1e-6
            )


@pytest.mark.parametrize("before", [minutes(30), minutes(31)])
def test_a_visit_is_over_after_half_an_hour(before: timedelta) -> None:
    add_vectors(clusters(30))
    look("a", (1, before), (2, timedelta(days=1)))
    is_over = before > minutes(30)
    # Of the one product before, a half of 1 - .5 / 2.
    expected = [1, 1] if is_over else [1.25, 0.75]
    assert list(weights("a", decay=1, visit=0.5).values()) == expected


def test_a_first_visit_weighs_as_it_always_did() -> None:
    add_vectors(clusters(30))
    look("a", (1, minutes(5)), (2, minutes(10)), (3, minutes(15)))
    assert weights("a", visit=0.8) == pytest.approx(weights("a", visit=0), rel=1e-6)
    assert weights("nobody", visit=0.8) == {}


def test_what_the_caller_tells_is_of_the_visit() -> None:
    add_vectors(clusters(30))
    run(
        "insert into raw.views (view_id, session_id, product_id, viewed_at) values "
        "('old', 'a', %s, now() - interval '5 days')",
        (name_of(9),),
    )
    told = [
        {"product_id": name_of(n), "kind": "view", "acted_at": datetime.now(UTC).isoformat()}
        for n in (1, 2)
    ]
    made = weights("a", as_of=None, told=told, decay=1, visit=0.6)
    assert made == pytest.approx({name_of(1): 1.05, name_of(2): 1.05, name_of(9): 0.9}, rel=1e-6)


def test_a_model_that_says_nothing_tells_the_visit_apart() -> None:
    add_vectors(clusters(30))
    look("a", (1, minutes(5)), (2, timedelta(days=1)))
    assert weights("a") == weights("a", visit=0.47) != weights("a", visit=0)


@pytest.mark.parametrize("visit", [-0.1, 1, "NaN"])
def test_an_option_out_of_range_is_refused(visit: Any) -> None:
    with pytest.raises(Exception, match="0 <= visit < 1"):
        run("select * from recs.serving_options(%s)", (Jsonb({"visit": visit}),))


def test_a_long_visit_leaves_half_of_the_places_to_what_came_before() -> None:
    add_vectors(clusters(60))
    look("a", *((n, minutes(n + 1)) for n in range(12)))
    look("a", *((20 + n, timedelta(days=n + 1)) for n in range(3)))
    serving: dict[str, Any] = {"decay": 0.9, "actions": 10}
    assert list(weights("a", visit=0, **serving)) == [name_of(n) for n in range(10)]
    # Three came before, and have places of their own; the visit has the others.
    found = weights("a", visit=0.5, **serving)
    assert list(found) == [name_of(n) for n in (*range(7), 20, 21, 22)]
    past = (1 - 0.5 * 7 / 8) * 3 / 4
    assert sum([*found.values()][7:]) / sum(found.values()) == pytest.approx(past, rel=1e-6)
    look("a", *((40 + n, timedelta(days=n + 10)) for n in range(9)))
    assert list(weights("a", visit=0.5, **serving)) == [
        name_of(n) for n in (*range(5), 20, 21, 22, 40, 41)
    ]
    assert list(weights("a", decay=0.9, actions=3)) == [name_of(n) for n in (0, 1, 20)]
    assert list(weights("a", decay=0.9, actions=1)) == [name_of(0)]


@pytest.mark.parametrize("apart", [0.5, 6])
def test_many_page_loads_hide_nothing_of_what_came_before(apart: float) -> None:
    add_vectors(clusters(60))
    # Of five pages, one every half minute; or one every few minutes for hours on end.
    look("a", *((n % 5, minutes(apart * (n + 1))) for n in range(40 if apart > 1 else 300)))
    look("a", *((10 + n, timedelta(days=n + 3)) for n in range(9)))
    look("another", *((30 + n, timedelta(days=n + 2)) for n in range(9)))
    found = weights("a", decay=0.9, actions=8, visit=0.5)
    assert list(found) == [name_of(n) for n in (0, 1, 2, 3, 10, 11, 12, 13)]


def test_what_came_before_a_visit_of_many_page_loads_needs_consent() -> None:
    add_vectors(clusters(60))
    add_shoppers(["s"])
    look("a", *((n % 5, minutes((n + 1) / 2)) for n in range(300)))
    run("update raw.views set shopper_id = 's', session_id = null")
    look("b", *((10 + n, timedelta(days=n + 3)) for n in range(9)))
    run("update raw.views set shopper_id = 's' where session_id = 'b'")
    asked = "select cardinality(recs.recent_actions('s', null, %s, %s))"
    parameters = (Jsonb({"actions": 8, "visit": 0.5}), NOON)
    assert run(asked, parameters) == [(8,)]
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('s', 'personalisation', false, 'test')"
    )
    assert run(asked, parameters) == [(0,)]


def write_history(rows: list[tuple[str, str, str, str, datetime]]) -> None:
    """Write events (kind, id, shopper, product, time), and the mart of them."""
    for kind, verb in (("purchase", "purchased"), ("view", "viewed")):
        columns = (f"{kind}_id", "shopper_id", "product_id", f"{verb}_at")
        own = (row[1:] for row in rows if row[0] == kind)
        add_rows(f"raw.{kind}s", (dict(zip(columns, row, strict=True)) for row in own))
    make_mart(
        "shopper_events",
        [
            {
                "visitor_id": f"shopper:{shopper}",
                "product_id": product,
                "kind": kind,
                "event_id": event,
                "occurred_at": at,
                "weight": KIND_WEIGHTS[kind],
            }
            for kind, event, shopper, product, at in rows
        ],
    )


def served(shopper: str, moment: int, serving: dict[str, Any]) -> dict[str, float]:
    statement = (
        "select product_id, weight from unnest(recs.recent_actions("
        "%s, null, %s, timestamptz 'epoch' + %s * interval '1 microsecond'))"
    )
    return dict(run(statement, (visitor_of(shopper).shopper_id, Jsonb(serving), moment)))


@pytest.mark.parametrize("serving", [{"decay": 0.8, "actions": 6}, {"decay": 1, "actions": 40}])
@pytest.mark.parametrize("visit", [0, 0.65])
def test_training_weighs_as_the_site_does(serving: dict[str, Any], visit: float) -> None:
    add_vectors(clusters(40))
    add_shoppers([f"s{n}" for n in range(6)])
    random = np.random.default_rng(3)
    draws = [
        [int(draw) for draw in random.integers(most, size=240)] for most in (30, 5, 600, 6, 40)
    ]
    rows: list[tuple[str, str, str, str, datetime]] = [
        (
            ("purchase", "view", "view")[number % 3],
            f"e{number}",
            f"s{shopper}",
            name_of(product),
            # A few visits on each day, of many shoppers and within minutes.
            NOON - timedelta(days=32) + timedelta(days=day, seconds=hour * 1200 + second),
        )
        for number, (day, hour, second, shopper, product) in enumerate(zip(*draws, strict=True))
    ]
    write_history(rows)
    history = read_history(report=ignore_progress)
    ids = history.catalogue.product_ids
    drawn = np.sort(random.choice(len(history), 60, replace=False))
    # Some moments at a look, some a while after one, within the visit and not.
    moments = history.times[drawn] + random.integers(0, 45, size=60) * 60_000_000
    recent, plain = (
        recent_products(
            history,
            history.shoppers[drawn],
            kind_weights=KIND_WEIGHTS,
            visit=share,
            moments=moments,
            **serving,
        )
        for share in (visit, 0)
    )
    is_other = (np.abs((recent - plain).toarray()) > 1e-3).any(axis=1)
    assert (is_other.sum() > 10) == (visit > 0)
    for row, (event, moment) in enumerate(zip(drawn, moments.tolist(), strict=True)):
        found = served(
            history.shopper_ids[history.shoppers[event]],
            moment,
            {**serving, "kind_weights": KIND_WEIGHTS, "visit": visit},
        )
        own = recent[row].toarray()[0]
        trained = {ids[product]: float(own[product]) for product in np.flatnonzero(own)}
        assert trained == pytest.approx(found, rel=1e-5)


def test_training_weighs_long_visits_as_the_site_does() -> None:
    add_vectors(clusters(60))
    # So many products of a visit, a minute and a half apart, after so many of a day each.
    sizes = [(n, m) for n in (0, 2, 5, 9, 24) for m in (0, 1, 4, 24)]
    shoppers = [f"s{n} {m}" for n, m in sizes]
    add_shoppers(shoppers)
    random = np.random.default_rng(5)
    rows: list[tuple[str, str, str, str, datetime]] = []
    for shopper, (n, m) in zip(shoppers, sizes, strict=True):
        before = [minutes(1.5 * (place + 1)) for place in range(n)]
        before += [timedelta(days=place + 1) for place in range(m)]
        products = random.permutation(60).tolist()
        rows += [
            (
                "view" if place % 4 else "purchase",
                f"{shopper} {place}",
                shopper,
                name_of(products[place]),
                NOON - ago,
            )
            for place, ago in enumerate(before)
        ]
    write_history(rows)
    history = read_history(report=ignore_progress)
    ids = history.catalogue.product_ids
    moment = int(NOON.timestamp() * 1_000_000)
    numbers = np.arange(len(history.shopper_ids))
    is_cut = 0
    for actions in (1, 5, 10, 40):
        serving: dict[str, Any] = {
            "actions": actions,
            "decay": 0.8,
            "kind_weights": KIND_WEIGHTS,
            "visit": 0.6,
        }
        moments = np.full(len(numbers), moment)
        recent = recent_products(history, numbers, moments=moments, **serving)
        for row, visitor in enumerate(history.shopper_ids):
            own = recent[row].toarray()[0]
            trained = {ids[product]: float(own[product]) for product in np.flatnonzero(own)}
            found = served(visitor, moment, serving)
            assert trained == pytest.approx(found, rel=1e-5), (visitor, actions)
            is_cut += len(found) == actions
    assert is_cut > 20


def test_what_is_told_without_a_kind_was_looked_at() -> None:
    add_vectors(clusters(12))
    told = Jsonb([{"product_id": name_of(3), "acted_at": "2026-03-01T00:00:00Z"}])
    acted = "select kind, product_id from unnest(recs.recent_actions(null, null, p_history => %s))"
    assert run(acted, (told,)) == [("view", name_of(3))]
    rows = run(
        "select reason_kind, reason_product_id, product_id "
        "from recs.recommend_with_reasons(null, null, 5, p_history => %s)",
        (told,),
    )
    assert {row[:2] for row in rows} >= {("viewed", name_of(3))}
    assert all(row[0] == "popular" for row in rows if row[1] is None)


def test_the_visit_is_the_same_for_those_who_read_the_rows() -> None:
    add_vectors(clusters(60))
    # The visit's oldest is left out, which what came before is just over half an hour older than.
    look("a", *((n, minutes(10 * (n + 1))) for n in range(8)))
    look("a", *((20 + n, minutes(110.1 + n)) for n in range(8)))
    statement = (
        "select cardinality(a), recs.visit_length(a, %s) "
        "from recs.recent_actions(null, 'a', %s, %s) as a"
    )
    for actions, length in ((6, 3), (9, 5), (12, 6), (16, 8)):
        assert run(statement, (NOON, Jsonb({"actions": actions}), NOON)) == [(actions, length)]


def test_what_is_told_without_a_time_happened_now_and_is_left_out() -> None:
    add_vectors(clusters(30))
    told = Jsonb([{"product_id": name_of(n)} for n in range(10)])
    rows = run(
        "select product_id from recs.recommend_with_reasons(null, null, 20, p_history => %s)",
        (told,),
    )
    assert len(rows) == 20
    assert {product for (product,) in rows}.isdisjoint(name_of(n) for n in range(10))


@pytest.mark.parametrize("decay", [1e-320, 1e-300, 0.4, 1])
def test_a_weight_is_above_nothing_however_steep_the_decay(decay: float) -> None:
    add_vectors(clusters(30))
    told = [
        {"product_id": name_of(n % 30), "acted_at": datetime.now(UTC).isoformat()}
        for n in range(30)
    ]
    made = weights("a", as_of=None, told=told, decay=decay, actions=1000)
    assert len(made) == 30
    assert all(weight > 0 for weight in made.values())

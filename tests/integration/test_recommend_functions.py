"""The SQL functions that recommend: how many rows, which, in which order, and why."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
import pytest
from pgvector import HalfVector
from psycopg.types.json import Jsonb

from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart, make_marts
from tests.shop.models import add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")

SIMILAR = (
    "select rank, product_id, score, model, source from recs.similar_products("
    "%s, %s, %s, jsonb_populate_record(null::recs.product_filter, %s))"
)


def similar(
    product_id: str, k: int = 10, exclude: list[str] | None = None, category: str | None = None
) -> list[tuple[Any, ...]]:
    return run(SIMILAR, (product_id, k, exclude or [], of_category(category)))


def of_category(category: str | None) -> Jsonb | None:
    return None if category is None else Jsonb({"category": category})


def recommend(
    shopper: str | None,
    k: int = 10,
    *,
    session: str | None = None,
    exclude: list[str] | None = None,
    category: str | None = None,
) -> list[tuple[Any, ...]]:
    return run(
        "select rank, product_id, score, model, source, reason_kind, reason_event_id, "
        "reason_product_id from recs.recommend_with_reasons(%s, %s, %s, %s, "
        "jsonb_populate_record(null::recs.product_filter, %s))",
        (shopper, session, k, exclude or [], of_category(category)),
    )


def pages(shopper: str, size: int) -> list[tuple[Any, ...]]:
    """Ask page after page, each leaving out what was shown, until one is not full."""
    shown: list[tuple[Any, ...]] = []
    while True:
        page = recommend(shopper, size, exclude=ids(shown))
        shown += page
        if len(page) < size:
            return shown


def view(event: str, shopper: str | None, product: str, *, session: str | None = None) -> None:
    run(
        "insert into raw.views (view_id, shopper_id, session_id, product_id, viewed_at) "
        "values (%s, %s, %s, %s, clock_timestamp())",
        (event, shopper, session, product),
    )


def buy(event: str, shopper: str, product: str) -> None:
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "values (%s, %s, %s, clock_timestamp())",
        (event, shopper, product),
    )


def ids(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[1] for row in rows]


def name(number: int) -> str:
    return f"v{number:05}"


def exact(vectors: np.ndarray, query: int, keep: np.ndarray, k: int) -> list[str]:
    scores = vectors @ vectors[query]
    scores[~keep] = -2
    scores[query] = -2
    order = np.argsort(-scores, kind="stable")[:k]
    return [name(i) for i in order if scores[i] > -2]


@pytest.fixture
def catalogue(database: object) -> np.ndarray:
    """Give 6,000 products in categories of many sizes; every tenth is out of stock."""
    vectors = clusters(6000)
    add_vectors(vectors)
    run(
        "update raw.products set is_in_stock = substr(product_id, 2)::int %% 10 <> 0, category = "
        "case when substr(product_id, 2)::int %% 2 = 0 then 'Half' "
        "when substr(product_id, 2)::int %% 100 = 1 then 'Home > Lamps' "
        "when substr(product_id, 2)::int %% 100 = 3 then 'Home' "
        "when substr(product_id, 2)::int %% 1000 = 5 then 'Homely' else 'Rest' end",
        (),
    )
    run("analyze raw.products")
    return vectors


@pytest.mark.parametrize("category", [None, "Half", "Home", "Home > Lamps", "Homely"])
@pytest.mark.parametrize("k", [10, 50])
def test_it_agrees_with_exact_search_under_every_filter(
    catalogue: np.ndarray, category: str | None, k: int
) -> None:
    numbers = np.arange(len(catalogue))
    in_category = {
        None: numbers >= 0,
        "Half": numbers % 2 == 0,
        "Home": np.isin(numbers % 100, [1, 3]),
        "Home > Lamps": numbers % 100 == 1,
        "Homely": numbers % 1000 == 5,
    }[category]
    keep = (numbers % 10 != 0) & in_category
    hits = wanted = 0
    for query in range(7, 6000, 250):
        rows = similar(name(query), k, category=category)
        expected = exact(catalogue, query, keep, k)
        assert len(rows) == len(expected)
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        scores = [row[2] for row in rows]
        assert scores == sorted(scores, reverse=True)
        assert {row[3:] for row in rows} == {("average", "vectors")}
        assert all(keep[int(row[1][1:])] for row in rows)
        hits += len(set(ids(rows)) & set(expected))
        wanted += len(expected)
    assert hits / wanted >= 0.95


@pytest.mark.parametrize("told", ["category", "null", "'Elsewhere'", "'Far > Away'"])
def test_a_far_category_is_found_whatever_the_vectors_were_told(
    catalogue: np.ndarray, told: str
) -> None:
    far = np.argsort(catalogue @ catalogue[1])[:2000]
    run(
        "update raw.products set category = 'Far > Away' where product_id = any(%s)",
        ([name(number) for number in far],),
    )
    run(
        "update recs.product_vectors as v set category = (select "  # pyright: ignore
        + told
        + " from raw.products as p where p.product_id = v.product_id)"
    )
    run("analyze")
    keep = np.isin(np.arange(len(catalogue)), far) & (np.arange(len(catalogue)) % 10 != 0)
    for k in (10, 1795, 2000):
        found = [int(product_id[1:]) for product_id in ids(similar(name(1), k, category="Far"))]
        assert len(found) == len(set(found)) == min(k, keep.sum())
        assert keep[found].all()
        if k == 10:
            # Vectors are kept in half precision, which may tell two neighbours apart otherwise.
            likeness = catalogue @ catalogue[1]
            nearest = np.sort(likeness[keep])[::-1][:k]
            np.testing.assert_allclose(likeness[found], nearest, atol=3e-3)


def test_scores_are_cosine_similarity(catalogue: np.ndarray) -> None:
    rows = similar(name(1), 20)
    assert len(rows) == 20
    for _, product_id, score, _, _ in rows:
        assert score == pytest.approx(catalogue[1] @ catalogue[int(product_id[1:])], abs=3e-3)


def test_exclusions_are_left_out_however_many(catalogue: np.ndarray) -> None:
    nearest = ids(similar(name(1), 20))
    assert ids(similar(name(1), 10, exclude=nearest[:10])) == nearest[10:]
    most = [name(number) for number in range(5990)]
    assert set(ids(similar(name(1), 20, exclude=most))) == {name(n) for n in range(5991, 6000)}
    assert similar(name(1), 5, exclude=[name(number) for number in range(len(catalogue))]) == []
    assert len(run("select * from recs.similar_products('v00001', 5, array[null, 'v00002'])")) == 5
    assert len(run("select * from recs.similar_products('v00001', 5, null)")) == 5


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_tiny_catalogue_gives_all_it_has(count: int) -> None:
    add_vectors(clusters(count))
    assert len(similar(name(0), 10)) == count - 1
    assert similar(name(0), 0) == []
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        similar(name(0), -1)


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("select * from recs.similar_products('nothing')", "LS002"),
        ("select * from recs.goes_with('nothing')", "LS002"),
        ("select * from recs.similar_products('v00000', p_model => 'nothing')", "LS001"),
        ("select * from recs.recommend_with_reasons(null, null, p_model => 'nothing')", "LS001"),
        ("select * from recs.recommend('s', p_model => 'nothing')", "LS001"),
        ("select * from recs.model_of('nothing')", "LS001"),
        ("select recs.write_neighbours(77, '{}', 1)", "P0002"),
        ("select recs.build_vector_index(77)", "P0002"),
    ],
)
def test_what_is_unknown_has_a_state_of_its_own(statement: str, state: str) -> None:
    add_vectors(clusters(3))
    with pytest.raises(psycopg.DatabaseError) as raised:
        run(statement)
    assert raised.value.sqlstate == state


def test_without_a_model_there_is_none_to_miss() -> None:
    assert run("select * from recs.model_of(null)") == []


def test_a_model_name_that_is_taken_by_another_encoder_is_an_error() -> None:
    add_vectors(clusters(3))
    run("insert into recs.encoders (name, sha256, dimension) values ('new', 'new', 8)")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="register another name"):
        run("select recs.add_model('average', 'average', 2, 8, '{}')")


def test_a_product_without_a_vector_shows_what_is_popular_near_it() -> None:
    make_marts()
    run(
        "insert into raw.products (product_id, title, category, created_at) "
        "select 'p' || n, 't', case when n < 4 then 'A > B' else 'C' end, '2026-01-01'::date - n "
        "from generate_series(1, 9) as n"
    )
    run(
        "insert into marts.product_popularity (product_id, popularity_recent, rank_recent) "
        "select 'p' || n, n, 10 - n "
        "from generate_series(1, 8) as n"
    )
    rows = similar("p2", 5)
    assert ids(rows) == ["p3", "p1", "p8", "p7", "p6"]
    assert {row[2:] for row in rows} == {(None, None, "popular")}
    # The one that the mart does not know yet comes last.
    assert ids(similar("p2", 20))[-1] == "p9"


def test_popular_products_respect_the_filters() -> None:
    make_marts()
    add_vectors(clusters(40))
    run("update raw.products set category = 'A' where product_id < 'v00020'")
    run("update raw.products set is_in_stock = false where product_id = 'v00005'")
    run(
        "insert into marts.product_popularity (product_id, popularity_recent, rank_recent) "
        "select product_id, 1, row_number() over (order by product_id desc) "
        "from raw.products where product_id < 'v00035'"
    )

    def popular(
        k: int, category: str | None = None, candidates: list[str] | None = None
    ) -> list[str]:
        rows = run(
            "select product_id from recs.popular_products(%s, '{v00030}', "
            "jsonb_populate_record(null::recs.product_filter, %s), %s)",
            (k, of_category(category), candidates),
        )
        return [row[0] for row in rows]

    everything = popular(100)
    assert everything[:5] == ["v00034", "v00033", "v00032", "v00031", "v00029"]
    assert everything[-5:] == ["v00035", "v00036", "v00037", "v00038", "v00039"]
    assert len(everything) == 38
    assert popular(15) == everything[:15]
    assert popular(100, "A") == [name(n) for n in range(19, -1, -1) if n != 5]
    some = ["v00036", "v00001", "v00030", "v00034", "v00036"]
    assert popular(100, candidates=some) == ["v00034", "v00001", "v00036"]


def test_without_consent_it_is_what_is_popular_without_reasons() -> None:
    add_vectors(clusters(30))
    add_shopper("s", has_consent=False)
    view("e1", "s", name(1), session="mine")
    buy("e2", "s", name(2))
    for rows in (recommend("s", 30), recommend("s", 30, session="mine")):
        assert len(rows) == 30
        assert {(row[2], *row[4:]) for row in rows} == {(None, "popular", "popular", None, None)}
    assert {row[4] for row in recommend(None, 5)} == {"popular"}


def test_before_the_first_vectors_it_is_what_is_popular() -> None:
    add_rows(
        "raw.products",
        [{"product_id": name, "title": name} for name in ("cup", "mug", "pan", "pot")],
    )
    add_shopper("anna")
    add_rows(
        "raw.views",
        [
            {
                "view_id": "v1",
                "shopper_id": "anna",
                "product_id": "cup",
                "viewed_at": datetime.now(UTC),
            }
        ],
    )
    rows = recommend("anna", 3)
    assert [(row[3], row[4]) for row in rows] == [(None, "popular")] * 3
    assert "cup" not in ids(rows)


def test_withdrawing_consent_takes_effect_at_once() -> None:
    add_vectors(clusters(30))
    add_shopper("s")
    view("e1", "s", name(1))
    assert recommend("s", 3)[0][4] == "personal"
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('s', 'personalisation', false, 'test')"
    )
    assert recommend("s", 3)[0][4] == "popular"


def test_an_event_changes_the_next_answer(catalogue: np.ndarray) -> None:
    add_shopper("s")
    view("e1", "s", name(1))
    before = ids(recommend("s"))
    assert before == ids(similar(name(1)))
    far = int(np.argmin(catalogue @ catalogue[1]))
    buy("e2", "s", name(far))
    after = recommend("s")
    assert ids(after) != before
    assert name(far) not in ids(after)
    assert name(1) not in ids(after)


def test_reasons_point_at_the_nearest_event(catalogue: np.ndarray) -> None:
    add_shopper("s")
    view("e1", "s", name(1))
    buy("e2", "s", name(2))
    run(
        "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at) "
        "values ('e3', 's', 'v00003', 5, now()), ('e4', 's', 'v00004', 1, now())"
    )
    kinds = {1: "viewed", 2: "bought", 3: "reviewed"}
    rows = recommend("s", 20)
    assert len(rows) == 20
    for row in rows:
        own = catalogue[int(row[1][1:])]
        nearest = max(kinds, key=lambda number: catalogue[number] @ own)
        assert row[5:] == (kinds[nearest], f"e{nearest}", name(nearest))
        assert row[4] == "personal"


def test_taste_is_the_weighted_mean_of_what_they_did(catalogue: np.ndarray) -> None:
    add_shopper("s")
    buy("e1", "s", name(2))
    view("e2", "s", name(1))
    taste = 3 * 0.85 * catalogue[2] + catalogue[1]
    taste /= np.linalg.norm(taste)
    rows = recommend("s", 5)
    assert len(rows) == 5
    for row in rows:
        assert row[2] == pytest.approx(taste @ catalogue[int(row[1][1:])], abs=3e-3)


@pytest.mark.usefixtures("catalogue")
def test_pages_do_not_repeat_and_agree_with_one_long_page() -> None:
    add_shopper("s")
    view("e1", "s", name(1))
    view("e2", "s", name(77))
    long = recommend("s", 60)
    shown = pages("s", 15)
    assert ids(shown)[:60] == ids(long)
    assert [row[1:] for row in shown[:60]] == [row[1:] for row in long]
    # Every product in stock but the two that were looked at, once.
    assert len(shown) == len(set(ids(shown))) == 5400 - 2


def test_popular_fills_up_across_pages() -> None:
    make_marts()
    add_vectors(clusters(20))
    run(
        "insert into raw.products (product_id, title) select 'new' || n, 't' "
        "from generate_series(1, 20) as n"
    )
    add_shopper("s")
    view("e1", "s", name(1))
    long = recommend("s", 100)
    assert [row[4] for row in long] == ["personal"] * 19 + ["popular"] * 20
    assert [row[1:] for row in pages("s", 7)] == [row[1:] for row in long]


@pytest.mark.usefixtures("catalogue")
def test_hidden_bought_and_excluded_products_are_left_out() -> None:
    add_shopper("s")
    view("e1", "s", name(1))
    first, second, third, fourth, *_ = ids(recommend("s"))
    run("insert into recs.hides (shopper_id, product_id) values ('s', %s)", (first,))
    after = ids(recommend("s", exclude=[second]))
    assert after[:2] == [third, fourth]
    run("insert into recs.hides (shopper_id, product_id) values ('s', %s)", (third,))
    assert ids(recommend("s", exclude=[second]))[0] == fourth


@pytest.mark.usefixtures("catalogue")
def test_an_anonymous_session_has_a_taste_of_its_own() -> None:
    add_shopper("other")
    view("e1", None, name(1), session="mine")
    view("e2", "other", name(2), session="mine")
    rows = recommend(None, session="mine")
    assert ids(rows) == ids(similar(name(1)))
    assert {row[6] for row in rows} == {"e1"}
    assert recommend(None, session="another")[0][4] == "popular"


def test_what_lies_in_the_future_makes_no_taste_until_its_time_has_come() -> None:
    add_vectors(clusters(30))
    add_shopper("s")
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "values ('p', 's', 'v00001', '2099-12-31')"
    )
    run(
        "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at) "
        "values ('r', 's', 'v00002', 5, now() + interval '1 day')"
    )
    run(
        "insert into raw.views (view_id, shopper_id, session_id, product_id, viewed_at) values "
        "('zone', 's', null, 'v00003', now() + interval '10 hours'), "
        "('now', 's', null, 'v00004', now()), ('clock', 's', null, 'v00005', now() + '30 s'), "
        "('other', null, 'mine', 'v00006', now() + interval '10 hours'), "
        "('early', null, 'mine', 'v00007', now())"
    )
    acted = "select event_id from unnest(recs.recent_actions(%s, %s))"
    assert run(acted, ("s", None)) == [("clock",), ("now",)]
    assert run(acted, (None, "mine")) == [("early",)]
    viewed = "select view_id from recs.recently_viewed(%s, %s)"
    assert run(viewed, ("s", None)) == [("clock",), ("now",)]
    assert run(viewed, (None, "mine")) == [("early",)]
    # A moment to come does not widen it.
    as_of = "select event_id from unnest(recs.recent_actions('s', null, p_as_of => '2100-01-01'))"
    assert run(as_of) == [("clock",), ("now",)]
    # Nobody is recommended what they bought, whenever their clock says that it was.
    assert name(1) not in ids(recommend("s", 30))


def test_what_the_caller_tells_is_never_later_than_now() -> None:
    add_vectors(clusters(30))
    add_shopper("s")
    told = [{"product_id": name(1), "kind": "view", "acted_at": "2099-12-31T00:00:00Z"}]
    rows = run(
        "select product_id, acted_at <= now() "
        "from unnest(recs.recent_actions('s', null, p_history => %s))",
        (Jsonb(told),),
    )
    assert rows == [(name(1), True)]


def test_bought_again_is_another_order_that_has_been() -> None:
    add_vectors(clusters(30))
    add_shopper("s")
    make_mart("rebuyable_products")
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, order_id, purchased_at) "
        "select id, 's', product_id, order_id, now() - days * interval '1 day' from (values "
        # One order, told three times; one that is yet to be.
        "('a1', 'v00001', 'o1', 9), ('a2', 'v00001', 'o1', 8.9), ('a3', 'v00001', 'o1', 8), "
        "('a4', 'v00001', 'o5', -1), "
        # Two orders, the second told twice.
        "('b1', 'v00002', 'o1', 9), ('b2', 'v00002', 'o2', 5), ('b3', 'v00002', 'o2', 4)"
        ") as line (id, product_id, order_id, days)"
    )
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "select id, 's', product_id, date_trunc('second', now()) + span from (values "
        # Without an order: one second is one purchase, two are two.
        "('c1', 'v00003', '-8 days'::interval), ('c2', 'v00003', '-8 days 0.5 s'), "
        "('d1', 'v00004', '-8 days'), ('d2', 'v00004', '-6 days')"
        ") as line (id, product_id, span)"
    )
    rows = run("select product_id, times, purchase_id, due from recs.buy_again('s')")
    assert rows == [
        (name(4), 2, "d2", pytest.approx(6 / 2, abs=0.01)),
        (name(2), 2, "b2", pytest.approx(5 / 4, abs=0.01)),
    ]


@pytest.mark.usefixtures("catalogue")
def test_recommending_within_a_category() -> None:
    add_shopper("s")
    view("e1", "s", name(1))
    rows = recommend("s", 200, category="Home > Lamps")
    # 60 lamps, of which the shopper saw one.
    assert len(rows) == 59
    assert all(int(row[1][1:]) % 100 == 1 for row in rows)


def test_another_model_answers_when_it_is_named() -> None:
    vectors = clusters(50)
    add_vectors(vectors)
    add_vectors(clusters(50, 8, seed=2), "other")
    rows = run("select * from recs.similar_products('v00001', 5, p_model => 'other')")
    assert {row[3] for row in rows} == {"other"}
    assert ids(rows) != ids(similar(name(1), 5))


def test_nearest_products_takes_any_vector() -> None:
    vectors = clusters(50)
    model = add_vectors(vectors)
    rows = run("select * from recs.nearest_products(%s, %s, 3)", (HalfVector(vectors[4]), model))
    assert rows[0][0] == name(4)
    assert rows[0][1] == pytest.approx(1, abs=1e-3)

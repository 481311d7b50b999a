"""A trained model answers with its neighbour scores and priors, as of any moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from tests.shop.database import add_rows, run
from tests.shop.marts import make_marts
from tests.shop.models import add_trained, add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

# Lately enough that what was viewed is still left out.
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=13)
DAY = timedelta(days=1)


def recommend(
    shopper: str | None,
    k: int = 10,
    *,
    exclude: list[str] | None = None,
    category: str | None = None,
    model: str | None = None,
    as_of: datetime | None = None,
) -> list[tuple[Any, ...]]:
    return run(
        "select rank, product_id, score, model, source, reason_kind, reason_event_id, "
        "reason_product_id from recs.recommend_with_reasons(%s, null, %s, %s, "
        "jsonb_populate_record(null::recs.product_filter, %s), p_model => %s, p_as_of => %s)",
        (shopper, k, exclude or [], of_category(category), model, as_of),
    )


def of_category(category: str | None) -> Jsonb | None:
    return None if category is None else Jsonb({"category": category})


def similar(
    product: int, k: int, *, exclude: list[str] | None = None, category: str | None = None
) -> list[tuple[Any, ...]]:
    return run(
        "select product_id, score, source from recs.similar_products(%s, %s, %s, "
        "jsonb_populate_record(null::recs.product_filter, %s))",
        (name_of(product), k, exclude or [], of_category(category)),
    )


def view(event: str, shopper: str, product: int, at: datetime) -> None:
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values (%s, %s, %s, %s)",
        (event, shopper, name_of(product), at),
    )


def buy(event: str, shopper: str, product: int, at: datetime) -> None:
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "values (%s, %s, %s, %s)",
        (event, shopper, name_of(product), at),
    )


def ids(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[1] for row in rows]


def random_neighbours(
    count: int, each: int, rng: np.random.Generator
) -> dict[int, list[tuple[int, float]]]:
    rows: dict[int, list[tuple[int, float]]] = {}
    for product in range(count):
        others = rng.choice(np.delete(np.arange(count), product), each, replace=False)
        scores = np.sort(rng.exponential(0.2, each).astype(np.float32))[::-1] + 1e-3
        rows[product] = list(zip(others.tolist(), scores.tolist(), strict=True))
    return rows


@pytest.mark.parametrize("k", [1, 5, 30])
def test_what_lies_behind_many_that_are_sold_out_is_found(k: int) -> None:
    others = [(number, 1.0 - number / 1000) for number in range(1, 100)]
    add_trained(clusters(120), {0: others})
    run("update raw.products set is_in_stock = substr(product_id, 2)::int > 69", ())
    add_shopper("s")
    view("e", "s", 0, START)

    rows = recommend("s", k)

    assert ids(rows) == [name_of(number) for number in range(70, 70 + k)]
    assert {row[4] for row in rows} == {"personal"}


@pytest.mark.parametrize("full_weight", [0.0, 2.0, 9.0])
def test_scores_are_those_of_a_brute_force_over_the_rows(full_weight: float) -> None:
    rng = np.random.default_rng(5)
    count = 400
    neighbours = random_neighbours(count, 30, rng)
    priors = {int(i): float(rng.random() + 0.01) for i in rng.choice(count, 25, replace=False)}
    serving = {
        "decay": 0.7,
        "actions": 6,
        "kind_weights": {"purchase": 2.0, "view": 0.5},
        "full_weight": full_weight,
    }
    add_trained(clusters(count), neighbours, priors=priors, serving=serving)
    run("update raw.products set is_in_stock = substr(product_id, 2)::int %% 7 <> 0", ())
    add_shopper("s")
    acted = rng.choice(count, 9, replace=False).tolist()
    bought = {number for place, number in enumerate(acted) if place % 2}
    for place, number in enumerate(acted):
        act = buy if number in bought else view
        act(f"e{place}", "s", number, START + place * DAY)

    expected = np.zeros(count)
    gave: dict[int, tuple[float, str]] = {}
    of_all = 0.0
    for later, number in enumerate(reversed(acted[-6:])):
        weight = np.float32((2.0 if number in bought else 0.5) * 0.7**later)
        of_all += float(weight)
        for other, score in neighbours[number]:
            part = float(weight) * float(np.float32(score))
            expected[other] += part
            if part > gave.get(other, (0.0, ""))[0]:
                gave[other] = (part, name_of(number))
    # Who did little has less of what is the same for everybody.
    share = min(1.0, of_all / full_weight) if full_weight else 1.0
    assert (share < 1) == (full_weight == 9.0)
    of_prior = {number: share * float(np.float32(prior)) for number, prior in priors.items()}
    for number, prior in of_prior.items():
        expected[number] += prior
    # The last six they acted on, and all they ever bought.
    left_out = set(acted[-6:]) | bought
    expected[[i for i in range(count) if i % 7 == 0 or i in left_out]] = 0
    order = sorted(np.flatnonzero(expected), key=lambda i: (-np.float32(expected[i]), i))

    rows = recommend("s", 60)
    assert ids(rows) == [name_of(i) for i in order[:60]]
    assert [row[0] for row in rows] == list(range(1, 61))
    for _, product_id, score, model, source, kind, _, because in rows:
        number = int(product_id[1:])
        assert model == "trained"
        assert score == pytest.approx(expected[number], rel=1e-6)
        if number in gave:
            assert (source, because) == ("personal", gave[number][1])
            assert kind == ("bought" if int(because[1:]) in bought else "viewed")
        else:
            assert (source, kind, because) == ("popular", "popular", None)
    assert {row[4] for row in rows} == {"personal", "popular"}


def test_pages_follow_each_other_and_end_with_all_that_is_eligible() -> None:
    make_marts()
    rng = np.random.default_rng(6)
    add_trained(clusters(90), random_neighbours(90, 8, rng), priors={3: 0.5, 4: 0.25})
    run(
        "insert into raw.products (product_id, title, created_at) "
        "select 'new' || n, 't', '2026-02-01' from generate_series(1, 10) as n"
    )
    add_shopper("s")
    view("e1", "s", 1, START)
    view("e2", "s", 50, START + DAY)
    long = recommend("s", 500)
    # 88 with a vector, then those that nothing is known of.
    assert len(long) == 98
    assert len(set(ids(long))) == 98
    assert {i[:3] for i in ids(long)[88:]} == {"new"}
    shown: list[str] = []
    while len(page := ids(recommend("s", 7, exclude=shown))) == 7:
        shown += page
    # The scores by cosine hang on the last neighbour's, which is of another page: ties may turn.
    assert set(shown + page) == set(ids(long))
    assert len(shown + page) == 98
    scores = [row[2] for row in long]
    assert scores[88:] == [None] * 10
    assert scores[:88] == sorted(scores[:88], reverse=True)
    assert scores[87] > 0
    # Every personal row has its event, also where cosine alone found it.
    assert {row[6] for row in long if row[4] == "personal"} == {"e1", "e2"}


def test_filters_hold_and_fill_up_from_the_vectors() -> None:
    vectors = clusters(200)
    add_trained(vectors, {1: [(2, 0.9), (3, 0.8), (4, 0.7), (5, 0.6)]})
    run(
        "update raw.products set category = case when substr(product_id, 2)::int %% 2 = 1 "
        "then 'A > B' else 'A!' end",
        (),
    )
    add_shopper("s")
    view("e1", "s", 1, START)
    run("insert into recs.hides (shopper_id, product_id) values ('s', 'v00004')")
    assert ids(recommend("s", 2, exclude=[name_of(2)])) == [name_of(3), name_of(5)]
    rows = recommend("s", 20, category="A")
    assert ids(rows)[:2] == [name_of(3), name_of(5)]
    assert len(rows) == 20
    odd = [i for i in range(3, 200, 2) if i not in {3, 5}]
    odd.sort(key=lambda i: -float(vectors[i] @ vectors[1]))
    hits = set(ids(rows)[2:]) & {name_of(i) for i in odd[:18]}
    assert len(hits) >= 17
    scores = [row[2] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert {row[7] for row in rows} == {name_of(1)}


def test_as_of_a_moment_the_future_does_not_count() -> None:
    make_marts()
    add_rows(
        "marts.product_popularity",
        [{"product_id": "v00009", "popularity_recent": 9, "rank_recent": 1}],
    )
    add_trained(
        clusters(30),
        {1: [(2, 0.5), (3, 0.4)], 2: [(9, 0.9)], 5: [(6, 0.9), (2, 0.1)]},
        priors={8: 0.01},
    )
    add_shopper("s")
    buy("e1", "s", 1, START)
    buy("e2", "s", 5, START + 5 * DAY)
    buy("e3", "s", 2, START + 9 * DAY)
    run(
        "insert into recs.hides (shopper_id, product_id, hidden_at) values ('s', 'v00003', %s)",
        (START + 2 * DAY,),
    )
    assert ids(recommend("s", 3, as_of=START + DAY)) == [name_of(2), name_of(3), name_of(8)]
    # Strictly before: at the moment itself it has not happened.
    assert ids(recommend("s", 2, as_of=START + 5 * DAY)) == [name_of(2), name_of(8)]
    assert ids(recommend("s", 2, as_of=START + 6 * DAY)) == [name_of(6), name_of(2)]
    assert ids(recommend("s", 2)) == [name_of(9), name_of(6)]
    # Before their first action there is what the model holds, not what became popular.
    assert ids(recommend("s", 10, as_of=START)) == [name_of(8)]
    assert recommend("s", 1, as_of=START)[0][4:6] == ("popular", "popular")
    assert ids(recommend(None, 2)) == [name_of(8), name_of(9)]


def test_the_past_of_an_average_model_is_its_vectors_alone() -> None:
    make_marts()
    vectors = clusters(40)
    add_vectors(vectors)
    run("insert into raw.products (product_id, title) values ('new', 't')")
    add_shopper("s")
    view("e1", "s", 1, START)
    view("e2", "s", 2, START + DAY)
    rows = recommend("s", 100, as_of=START + DAY)
    nearest = np.argsort(-(vectors @ vectors[1]), kind="stable")
    assert ids(rows)[:3] == [name_of(int(i)) for i in nearest if i != 1][:3]
    assert len(rows) == 39
    assert recommend("s", 100, as_of=START) == []
    assert len(recommend("s", 100)) == 39


def test_similar_products_are_its_neighbours_then_the_nearest_then_popular() -> None:
    make_marts()
    vectors = clusters(60)
    add_trained(vectors, {1: [(20, 0.9), (21, 0.5), (22, 0.4)]})
    run("update raw.products set is_in_stock = false where product_id = 'v00021'")
    run("insert into raw.products (product_id, title) values ('new', 't')")
    rows = similar(1, 100)
    assert [row[0] for row in rows[:2]] == [name_of(20), name_of(22)]
    assert [row[2] for row in rows] == ["neighbours"] * 2 + ["vectors"] * 56 + ["popular"]
    assert rows[-1][:2] == ("new", None)
    scores = [row[1] for row in rows[:-1]]
    assert scores == sorted(scores, reverse=True)
    nearest = max(set(range(60)) - {1, 20, 21, 22}, key=lambda i: vectors[i] @ vectors[1])
    assert rows[2][0] == name_of(nearest)
    assert similar(1, 1, exclude=[name_of(20)])[0][0] == name_of(22)
    # One without neighbours is answered by cosine, as ever.
    assert similar(3, 1)[0][1] == pytest.approx(
        np.sort(np.delete(vectors, [3, 21], 0) @ vectors[3])[-1], abs=3e-3
    )


@pytest.mark.parametrize(
    "serving",
    [
        {"decay": 0},
        {"decay": 1.5},
        {"decay": "NaN"},
        {"actions": 0},
        {"pool": 0},
        {"diversity": -1},
        {"brand_share": 0},
        {"category_share": 2},
        {"kind_weights": {"view": -1}},
    ],
)
def test_options_out_of_range_are_one_clear_error(serving: dict[str, Any]) -> None:
    add_trained(clusters(3), {}, serving=serving)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="serving options"):
        recommend(None)


def test_a_kind_that_weighs_nothing_does_not_count() -> None:
    add_trained(clusters(9), {1: [(2, 0.5)]}, serving={"kind_weights": {"view": 0}})
    add_shopper("s")
    view("e1", "s", 1, START)
    assert {row[4] for row in recommend("s")} == {"popular"}


def test_the_oldest_of_many_actions_still_counts() -> None:
    add_trained(clusters(250), {0: [(240, 0.5)]}, serving={"decay": 0.1, "actions": 200})
    add_shopper("s")
    for number in range(150):
        view(f"e{number}", "s", number, START + number * DAY)
    assert recommend("s", 1)[0][7] == name_of(0)


def test_without_consent_only_the_priors_and_what_is_popular_answer() -> None:
    add_trained(clusters(20), {1: [(2, 0.5)]}, priors={7: 0.2})
    add_shopper("s", has_consent=False)
    view("e1", "s", 1, START)
    rows = recommend("s", 20)
    assert len(rows) == 20
    assert rows[0][1:3] == (name_of(7), pytest.approx(0.2))
    assert {row[4:] for row in rows} == {("popular", "popular", None, None)}


def test_models_are_dropped_whole_but_never_the_serving_one() -> None:
    first = add_trained(clusters(5), {1: [(2, 0.5)]})
    other = add_trained(
        clusters(5), {1: [(3, 0.5)]}, priors={4: 1.0}, name="trial", purpose="evaluate"
    )
    add_shopper("s")
    view("e1", "s", 1, START)
    assert ids(recommend("s", 1, model="trial")) == [name_of(4)]
    with pytest.raises(psycopg.errors.ObjectInUse, match="'trained' serves"):
        run("select recs.drop_model(%s)", (first,))
    run("select recs.drop_model(%s)", (other,))
    assert run("select name, purpose from recs.models") == [("trained", "serve")]
    for table in ("neighbours", "product_priors", "repurchase_factors", "product_vectors"):
        assert run(f"select count(*) from recs.{table} where model_id = %s", (other,)) == [(0,)]
    assert run("select to_regclass(%s)", (f"recs.product_vectors_{other}",)) == [(None,)]
    assert ids(recommend("s", 1)) == [name_of(2)]
    with pytest.raises(psycopg.errors.NoDataFound, match="no model"):
        run("select recs.drop_model(%s)", (other,))


def test_a_name_serves_one_purpose() -> None:
    add_trained(clusters(3), {}, name="trial", purpose="evaluate")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="is there to evaluate"):
        add_trained(clusters(3), {}, name="trial", purpose="serve")


def test_the_roles_may_ask_but_not_drop() -> None:
    model = add_trained(clusters(20), {1: [(2, 0.5)]}, priors={7: 0.2})
    add_shopper("s")
    view("e1", "s", 1, START)
    with connect(role=APP_ROLE) as connection:
        rows = connection.execute(
            "select product_id from recs.recommend_with_reasons('s', null, 2)"
        ).fetchall()
        assert rows == [(name_of(2),), (name_of(7),)]
    with connect(role=ANALYST_ROLE) as connection:
        assert connection.execute(
            "select product_id from recs.similar_products('v00001', 1)"
        ).fetchall() == [(name_of(2),)]
    with (
        connect(role=APP_ROLE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select recs.drop_model(%s)", (model,))


def test_after_a_purchase_its_kind_steps_back_unless_it_is_bought_again() -> None:
    model_id = add_trained(
        clusters(8), {0: [(1, 1.0), (2, 0.9), (5, 0.6)], 3: [(4, 1.0), (6, 0.6)]}
    )
    add_rows(
        "recs.repurchase_factors",
        [
            {
                "model_id": model_id,
                "product_id": name_of(0),
                "factor": 0.1,
                "is_own_category": "110",
            }
        ],
    )
    add_shopper("s")
    buy("e1", "s", 0, START)
    # 0, 1 and 2 are tents, 5 is a sleeping bag: it stands before them, which still are there.
    assert ids(recommend("s", 3)) == [name_of(5), name_of(1), name_of(2)]
    scores = [row[2] for row in recommend("s", 3)]
    assert scores == pytest.approx([3 * 0.6, 3 * 0.1, 3 * 0.09])
    # The same as of a moment: the factors are the model's own.
    assert ids(recommend("s", 3, as_of=START + DAY)) == [name_of(5), name_of(1), name_of(2)]
    # Who only looks at tents sees tents first; 3 and 4 are coffee, which is followed by coffee.
    add_shopper("t")
    view("e2", "t", 0, START)
    assert ids(recommend("t", 3)) == [name_of(1), name_of(2), name_of(5)]
    add_shopper("u")
    buy("e3", "u", 3, START)
    assert ids(recommend("u", 2)) == [name_of(4), name_of(6)]


def test_looks_at_what_was_not_chosen_step_back_with_the_purchase() -> None:
    # 0 to 3 are tents, 4 is a sleeping bag, and 5 is coffee.
    model_id = add_trained(
        clusters(8), {0: [(4, 0.6)], 1: [(2, 1.0), (4, 0.5)], 3: [(2, 1.0), (4, 0.5)]}
    )
    run("update raw.products set category = 'Tents' where product_id <= %s", (name_of(3),))
    add_rows(
        "recs.repurchase_factors",
        [
            {
                "model_id": model_id,
                "product_id": name_of(product),
                "factor": 0.1,
                "is_own_category": bits,
            }
            for product, bits in ((0, "0"), (1, "10"), (3, "10"))
        ],
    )
    add_shopper("s")
    view("e1", "s", 1, START)
    assert ids(recommend("s", 2)) == [name_of(2), name_of(4)]
    buy("e2", "s", 0, START + DAY)
    assert ids(recommend("s", 2)) == [name_of(4), name_of(2)]
    # Who looks at tents again after buying one looks for another.
    view("e3", "s", 3, START + 2 * DAY)
    scores = {row[1]: row[2] for row in recommend("s", 2)}
    decay = 0.85
    of_tent = 1.0 + decay**2 * 0.1
    of_bag = 0.5 + decay * 3 * 0.6 + decay**2 * 0.5
    assert scores == pytest.approx({name_of(2): of_tent, name_of(4): of_bag})


def test_what_was_viewed_and_not_bought_comes_back_after_some_days() -> None:
    add_trained(clusters(8), {0: [(1, 1.0), (2, 0.5)], 1: [(0, 1.0)]}, serving={"viewed_days": 3})
    add_shopper("s")
    now = datetime.now(UTC)
    view("e1", "s", 0, now)
    view("e2", "s", 1, now - 2 * DAY)
    assert name_of(1) not in ids(recommend("s", 8))
    run("update raw.views set viewed_at = viewed_at - interval '2 days' where view_id = 'e2'")
    assert ids(recommend("s", 1)) == [name_of(1)]
    # Bought, it stays away; and so it did as of a moment soon after it was viewed.
    assert name_of(1) not in ids(recommend("s", 8, as_of=now - 3 * DAY))
    buy("e3", "s", 1, now - 10 * DAY)
    assert name_of(1) not in ids(recommend("s", 8))
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="viewed_days >= 0"):
        run("select recs.serving_options('{\"viewed_days\": -1}')")


@pytest.mark.parametrize("prior", [0.05, 3.0, 1000.0])
def test_a_list_follows_a_visit_however_high_the_priors_are(prior: float) -> None:
    # Twenty products of the past's kind and twenty of the visit's, each alike within its kind.
    kinds = {first: [(first + n, 0.2 - n / 1000) for n in range(4, 20)] for first in (0, 1, 20, 21)}
    add_trained(clusters(40), kinds, priors={n: prior + n % 7 / 100 for n in range(40)})
    add_shopper("s")
    view("p1", "s", 0, START)
    view("p2", "s", 1, START)
    before = {row[1] for row in recommend("s", 12)}
    now = datetime.now(UTC)
    view("v1", "s", 20, now - timedelta(minutes=2))
    view("v2", "s", 21, now - timedelta(minutes=1))
    rows = recommend("s", 12)
    of_visit = [row[1] for row in rows if row[7] in {name_of(20), name_of(21)}]
    # At most round(12 * (1 - 0.42 * 2 / 3)).
    assert 3 <= len(of_visit) <= 9
    assert all(product >= name_of(20) for product in of_visit)
    assert len(before.intersection(ids(rows))) >= 3


@pytest.mark.parametrize("has_groups", [False, True])
def test_any_number_of_rows_may_be_asked_for(has_groups: bool) -> None:
    add_trained(clusters(20), {1: [(2, 0.5)]}, priors={7: 0.2})
    if has_groups:
        run("update raw.products set item_group_id = 'alone' where product_id = 'v00002'")
    add_shopper("s")
    view("e1", "s", 1, START)
    most = 2**31 - 1
    assert len(recommend("s", most)) == 19
    assert len(similar(1, most)) == 19

"""Every step of the ladder that asks the database goes by the same rules.

A shop of 24 products: v00000 to v00011 are soap, which is bought again and again, and so is nothing
else. Each product has four neighbours, the next four in a ring, and the model has one prior.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart, make_marts
from tests.shop.models import add_trained
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

COUNT = 24
LAMP = 13
PRIOR = 20
# A step is a function and the way by which it finds products.
Step = tuple[str, str]
WAYS = ("vectors", "neighbours", "popular")
PERSONAL_STEPS: list[Step] = [("recommend_with_reasons", way) for way in WAYS]
SIMILAR_STEPS: list[Step] = [("similar_products", way) for way in WAYS]
of_each_step = pytest.mark.parametrize("step", PERSONAL_STEPS)
like_each_step = pytest.mark.parametrize("step", SIMILAR_STEPS)
by_each = pytest.mark.parametrize("step", [*PERSONAL_STEPS, *SIMILAR_STEPS])


@pytest.fixture(autouse=True)
def shop(database: dict[str, str]) -> None:
    """Make the shop, with a model that serves and another one of vectors alone."""
    assert database
    make_marts("product_popularity", "product_pairs")
    add_trained(
        clusters(COUNT),
        {
            number: [((number + step) % COUNT, 0.9 / step) for step in range(1, 5)]
            for number in range(COUNT)
        },
        priors={PRIOR: 0.01},
    )
    make_mart(
        "rebuyable_products",
        ({"product_id": name_of(n), "days_between": 10} for n in range(COUNT // 2)),
    )
    add_rows(
        "marts.product_popularity",
        (
            {
                "product_id": name_of(n),
                "rank_recent": n + 1,
                "views_recent": n,
                "purchases_recent": 1,
            }
            for n in range(COUNT - 1)
        ),
    )
    run(
        "update raw.products set brand = 'Odd', price = 5, attributes = "
        """'{"tags": ["oak", "raw"], "size": {"w": 1, "h": 2}}' """
        "where right(product_id, 1) in ('1', '3', '5', '7', '9')"
    )
    add_shopper("s")


def _days_ago(days: float) -> str:
    """Return a day that is not so long ago that a look counts no more."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def view(
    who: str, *numbers: int, days: float = 3, times: int = 1, is_session: bool = False
) -> None:
    """Let a shopper, or a session, look at products so many times."""
    add_rows(
        "raw.views",
        (
            {
                "view_id": f"view {who} {number} {days} {time}",
                "session_id" if is_session else "shopper_id": who,
                "product_id": name_of(number),
                "viewed_at": _days_ago(days),
            }
            for number in numbers
            for time in range(times)
        ),
    )


def buy(shopper: str, number: int) -> None:
    add_rows(
        "raw.purchases",
        [
            {
                "purchase_id": f"purchase {shopper} {number}",
                "shopper_id": shopper,
                "product_id": name_of(number),
                "purchased_at": _days_ago(2),
            }
        ],
    )


def put(who: str, number: int, days: float, *, is_session: bool) -> None:
    """Let a shopper, or a session, put a product into the basket."""
    add_rows(
        "raw.basket_additions",
        [
            {
                "addition_id": f"addition {who} {number}",
                "session_id" if is_session else "shopper_id": who,
                "product_id": name_of(number),
                "added_at": _days_ago(days),
            }
        ],
    )


def review(shopper: str, number: int, rating: int) -> None:
    add_rows(
        "raw.reviews",
        [
            {
                "review_id": f"review {shopper} {number}",
                "shopper_id": shopper,
                "product_id": name_of(number),
                "rating": rating,
                "reviewed_at": _days_ago(400),
            }
        ],
    )


def told(kind: str, *numbers: int) -> Jsonb:
    """Return actions as the caller of a request tells of them."""
    return Jsonb(
        [
            {"kind": kind, "product_id": name_of(number), "acted_at": _days_ago(1)}
            for number in numbers
        ]
    )


def ask(
    step: Step,
    k: int = COUNT,
    *,
    shopper: str | None = "s",
    session: str | None = None,
    filter: dict[str, Any] | None = None,  # noqa: A002  (as the SQL parameter)
    exclude: list[str | None] | None = None,
    candidates: list[str] | None = None,
    model: str | None = None,
    history: Jsonb | None = None,
) -> list[dict[str, Any]]:
    """Ask a step for somebody, or for products like the lamp; its rows."""
    parameters = {
        "way": step[1],
        "who": name_of(LAMP) if step[0] == "similar_products" else shopper,
        "k": k,
        "session": session,
        "exclude": exclude or [],
        "filter": None if filter is None else Jsonb(filter),
        "candidates": candidates,
        "model": model,
        "history": history,
    }
    ends = (
        "p_with_reasons => true"
        if step[0] == "similar_products"
        else "p_session_id => %(session)s, p_history => %(history)s"
    )
    statement = (
        f"select * from recs.{step[0]}(%(who)s, p_k => %(k)s, p_exclude => %(exclude)s, "
        "p_filter => jsonb_populate_record(null::recs.product_filter, %(filter)s), "
        f"p_candidates => %(candidates)s, p_model => %(model)s, p_way => %(way)s, {ends})"
    )
    with connect(role=APP_ROLE) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        return cursor.execute(statement.encode(), parameters).fetchall()


def numbers(rows: list[dict[str, Any]]) -> set[int]:
    """Return the products of rows, none of them twice, in ranks from 1."""
    found = [int(row["product_id"][1:]) for row in rows]
    assert len(set(found)) == len(found)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    return set(found)


EVERYTHING = set(range(COUNT))


@by_each
@pytest.mark.parametrize("k", [0, 1, 7, COUNT + 20])
def test_as_many_rows_as_wanted_or_eligible(step: Step, k: int) -> None:
    view("s", LAMP)
    assert len(numbers(ask(step, k))) == min(k, COUNT - 1)
    assert numbers(ask(step, COUNT + 20)) == EVERYTHING - {LAMP}


@by_each
def test_a_number_of_rows_below_none_is_refused(step: Step) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        ask(step, -1)


@pytest.mark.parametrize("function", ["recommend_with_reasons", "similar_products"])
def test_an_unknown_way_is_refused(function: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="not 'vector'"):
        ask((function, "vector"))


@by_each
def test_an_unknown_model_has_a_state_of_its_own(step: Step) -> None:
    with pytest.raises(psycopg.DatabaseError) as raised:
        ask(step, model="nothing")
    assert raised.value.sqlstate == "LS001"


@like_each_step
def test_an_unknown_product_has_a_state_of_its_own(step: Step) -> None:
    with pytest.raises(psycopg.DatabaseError) as raised:
        run(f"select * from recs.{step[0]}('nothing', p_way => %s)", (step[1],))
    assert raised.value.sqlstate == "LS002"


@by_each
def test_every_row_names_the_model(step: Step) -> None:
    add_trained(clusters(COUNT), {}, name="another")
    assert {row["model"] for row in ask(step)} == {"trained"}
    assert {row["model"] for row in ask(step, model="another")} == {"another"}


@by_each
def test_what_the_request_excludes_is_left_out(step: Step) -> None:
    excluded = [name_of(2), name_of(LAMP), name_of(LAMP + 1), name_of(PRIOR), None]
    assert numbers(ask(step, exclude=excluded)) == EVERYTHING - {2, LAMP, LAMP + 1, PRIOR}


@of_each_step
def test_what_is_bought_again_and_again_comes_back(step: Step) -> None:
    for number in (1, LAMP):
        buy("s", number)
    assert numbers(ask(step)) == EVERYTHING - {LAMP}
    assert numbers(ask(step, history=told("purchase", 2, 15))) == EVERYTHING - {LAMP, 15}


@of_each_step
def test_what_was_looked_at_or_reviewed_is_left_out(step: Step) -> None:
    view("s", 1)
    assert numbers(ask(step)) == EVERYTHING - {1}
    assert numbers(ask(step, history=told("view", 2))) == EVERYTHING - {1, 2}
    assert numbers(ask(step, history=told("review", 3))) == EVERYTHING - {1, 3}


@of_each_step
def test_what_was_reviewed_is_left_out_with_however_many_stars_unless_it_is_bought_again(
    step: Step,
) -> None:
    add_shopper("silent", has_consent=False)
    for number, rating in ((1, 2), (LAMP, 3), (15, 5)):
        review("s", number, rating)
        review("silent", number, rating)
    buy("s", 2)
    review("s", 2, 5)
    assert numbers(ask(step)) == EVERYTHING - {1, LAMP, 15}
    assert numbers(ask(step, shopper="silent")) == EVERYTHING


@of_each_step
@pytest.mark.parametrize("is_session", [False, True])
def test_what_was_put_into_a_basket_lately_is_left_out_and_later_it_comes_back(
    step: Step, *, is_session: bool
) -> None:
    asked: dict[str, Any] = {"shopper": None, "session": "s"} if is_session else {}
    put("s", 1, 20, is_session=is_session)
    put("s", 2, 1, is_session=is_session)
    assert numbers(ask(step, **asked)) == EVERYTHING - {2}
    # The taste is of twenty products, which it is none of any more.
    view("s", *range(3, 23), days=0.5, is_session=is_session)
    assert numbers(ask(step, **asked)) == {0, 1, 23}
    assert numbers(ask(step, history=told("basket", 1), **asked)) == {0, 23}


@of_each_step
@pytest.mark.parametrize("is_session", [False, True])
def test_many_looks_at_a_few_products_do_not_bring_others_back(
    step: Step, *, is_session: bool
) -> None:
    asked: dict[str, Any] = {"shopper": None, "session": "s"} if is_session else {}
    view("s", *range(1, 6), days=2, is_session=is_session)
    view("s", *range(6, 9), days=1, times=30, is_session=is_session)
    assert numbers(ask(step, **asked)) == EVERYTHING - {*range(1, 9)}


@of_each_step
def test_what_was_bought_is_bought_where_all_kinds_weigh_the_same(step: Step) -> None:
    weights = {"kind_weights": {"purchase": 1, "review": 1, "view": 1}}
    run("update recs.models set serving = %s", (Jsonb(weights),))
    buy("s", LAMP)
    view("s", LAMP, days=1)
    history = [
        {"kind": kind, "product_id": name_of(number), "acted_at": _days_ago(days)}
        for number, kind, days in (
            (2, "purchase", 3),
            (2, "view", 1),
            (17, "purchase", 30),
            (17, "view", 20),
        )
    ]
    rows = ask(step, history=Jsonb(history))
    assert numbers(rows) == EVERYTHING - {LAMP, 17}
    reasons = {(row["reason_product_id"], row["reason_kind"]) for row in rows}
    bought = {(name_of(number), "bought") for number in (2, LAMP, 17)}
    assert reasons - {(None, "popular")} == (set() if step[1] == "popular" else bought)


@of_each_step
def test_all_that_was_looked_at_lately_is_left_out_not_only_what_makes_the_taste(
    step: Step,
) -> None:
    for number in range(21):
        view("s", number)
    assert numbers(ask(step)) == EVERYTHING - {*range(21)}
    looks = told("view", *range(22))
    assert numbers(ask(step, shopper=None, history=looks)) == EVERYTHING - {*range(22)}


@of_each_step
def test_a_basket_is_left_out_whole(step: Step) -> None:
    # More than the actions that make the taste, and of both kinds.
    basket = told("basket", *range(22))
    assert numbers(ask(step, history=basket)) == {22, 23}
    assert numbers(ask(step, shopper=None, history=told("basket", 1))) == EVERYTHING - {1}


@of_each_step
def test_what_somebody_hid_is_left_out_with_or_without_consent(step: Step) -> None:
    add_shopper("silent", has_consent=False)
    for shopper in ("s", "silent"):
        add_rows("recs.hides", [{"shopper_id": shopper, "product_id": name_of(4)}])
        buy(shopper, LAMP)
        view(shopper, 5)
    assert numbers(ask(step)) == EVERYTHING - {4, 5, LAMP}
    rows = ask(step, shopper="silent")
    assert numbers(rows) == EVERYTHING - {4}
    assert {row["reason_kind"] for row in rows} == {"popular"}


@by_each
@pytest.mark.parametrize(
    "product_filter",
    [
        {"brands": ["Odd"]},
        {"price_max": 5},
        {"attributes": {"tags": ["oak"]}},
        {"attributes": {"size": {"w": 1}, "tags": []}},
    ],
)
def test_a_filter_holds(step: Step, product_filter: dict[str, Any]) -> None:
    odd = {number for number in range(COUNT) if number % 2} - {LAMP}
    assert numbers(ask(step, filter=product_filter, exclude=[name_of(LAMP)])) == odd
    others = {"attributes": {"tags": "oak"}}
    assert ask(step, filter=others) == []


@by_each
def test_what_is_sold_out_is_shown_where_it_is_asked_for(step: Step) -> None:
    run("update raw.products set is_in_stock = false where product_id = 'v00014'")
    exclude: list[str | None] = [name_of(LAMP)]
    assert numbers(ask(step, exclude=exclude)) == EVERYTHING - {LAMP, 14}
    with_sold_out = ask(step, filter={"with_sold_out": True}, exclude=exclude)
    assert numbers(with_sold_out) == EVERYTHING - {LAMP}


@by_each
def test_candidates_are_chosen_from(step: Step) -> None:
    run("update raw.products set is_in_stock = false where product_id = 'v00014'")
    candidates = [name_of(n) for n in (3, 8, 14, 16, 23)] + ["nothing"]
    assert numbers(ask(step, candidates=candidates)) == {3, 8, 16, 23}
    assert numbers(ask(step, filter={"brands": ["Odd"]}, candidates=candidates)) == {3, 23}
    assert numbers(ask(step, candidates=candidates, exclude=[name_of(3)])) == {8, 16, 23}
    assert ask(step, candidates=[]) == []


@of_each_step
def test_reasons_are_called_the_same(step: Step) -> None:
    buy("s", 1)
    view("s", 9)
    basket = [
        {"kind": "basket", "product_id": name_of(LAMP), "acted_at": _days_ago(1)},
        {"kind": "review", "product_id": name_of(17), "acted_at": _days_ago(1)},
    ]
    rows = ask(step, history=Jsonb(basket))
    reasons = {
        int(row["reason_product_id"][1:]): row["reason_kind"]
        for row in rows
        if row["source"] == "personal"
    }
    names = {1: "bought", 9: "viewed", LAMP: "in_basket", 17: "reviewed"}
    assert reasons == ({} if step[1] == "popular" else names)
    popular = [row for row in rows if row["source"] == "popular"]
    assert {row["reason_kind"] for row in popular} <= {"popular"}
    # Looks and purchases; the last product is newer than the mart.
    for row in popular:
        number = int(row["product_id"][1:])
        assert row["reason_count"] == (0 if number == COUNT - 1 else number + 1)


@pytest.mark.parametrize("step", PERSONAL_STEPS[:2])
def test_what_a_prior_alone_scored_is_popular_and_says_how_much(step: Step) -> None:
    row = ask(step, 1, shopper=None)[0]
    assert (row["product_id"], row["source"], row["reason_kind"]) == (
        name_of(PRIOR),
        "popular",
        "popular",
    )
    assert row["score"] == pytest.approx(0.01)
    assert row["reason_count"] == PRIOR + 1


@like_each_step
def test_a_products_own_category_comes_first(step: Step) -> None:
    run("update raw.products set category = 'Lamps' where product_id in ('v00013', 'v00002')")
    run("delete from recs.neighbours")
    run("delete from recs.product_vectors")
    rows = ask(step)
    assert rows[0]["product_id"] == name_of(2)
    assert numbers(rows) == EVERYTHING - {LAMP}


@like_each_step
def test_what_was_bought_together_says_so(step: Step) -> None:
    add_rows(
        "marts.product_pairs",
        (
            {
                "product_id": name_of(LAMP),
                "other_product_id": name_of(other),
                "kind": kind,
                "together": together,
                "product_count": 9,
                "other_count": 9,
                "lift": 1,
            }
            for other, kind, together in (
                (14, "co_bought", 4),
                (14, "co_viewed", 9),
                (15, "co_viewed", 3),
            )
        ),
    )
    reasons = {
        int(row["product_id"][1:]): (row["reason_kind"], row["reason_count"])
        for row in ask(step)
        if row["source"] != "popular"
    }
    if step[1] != "popular":
        assert (reasons[14], reasons[15]) == (("bought_together", 4), ("viewed_together", 3))
        assert reasons[16] == ("alike", None)
    else:
        assert reasons == {}


@by_each
def test_the_steps_below_the_first_read_no_vectors(step: Step) -> None:
    view("s", LAMP)
    with connect() as holder:
        holder.execute("lock table recs.product_vectors in access exclusive mode")
        if step[1] == "popular":
            holder.execute("lock table recs.neighbours in access exclusive mode")
        with connect() as connection:
            connection.execute("set statement_timeout = '300ms'")
            second = "9" if step[0] == "similar_products" else "null"
            statement = f"select * from recs.{step[0]}(%s, {second}, p_way => %s)"
            parameters = (name_of(LAMP) if step[0] == "similar_products" else "s", step[1])
            if step[1] == "vectors":
                with pytest.raises(psycopg.errors.QueryCanceled):
                    connection.execute(statement.encode(), parameters)
            else:
                assert connection.execute(statement.encode(), parameters).fetchall()


@like_each_step
def test_analysts_may_ask_for_what_is_like_a_product(step: Step) -> None:
    with connect(role=ANALYST_ROLE) as connection:
        statement = f"select * from recs.{step[0]}('v00001', 5, p_way => %s)"
        assert len(connection.execute(statement.encode(), (step[1],)).fetchall()) == 5

"""Products that came after the training join the neighbours of a trained model by their text."""

from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from tests.shop.database import run
from tests.shop.models import add_trained
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

SCALE = 0.5
ROWS = "select product_id, rank, neighbour_id, score from recs.neighbours order by 1, 2"


def learned_rows(count: int, each: int) -> dict[int, list[tuple[int, float]]]:
    rng = np.random.default_rng(4)
    rows: dict[int, list[tuple[int, float]]] = {}
    for product in range(count):
        others = rng.choice(np.delete(np.arange(count), product), each, replace=False)
        scores = np.sort(rng.uniform(0.05, 0.45, each).astype(np.float32))[::-1]
        rows[product] = list(zip(others.tolist(), scores.tolist(), strict=True))
    return rows


def train(
    vectors: NDArray[np.float32], neighbours: dict[int, list[tuple[int, float]]], k: int
) -> int:
    model = add_trained(vectors, neighbours, learned={"newcomer_scale": SCALE})
    run("update recs.models set parameters = jsonb_build_object('neighbours', %s::integer)", (k,))
    run("select recs.build_vector_index(%s)", (model,))
    return model


def extend(sessions: int = 2, k: int = 3) -> int:
    return write_all_neighbours(model=None, k=k, sessions=sessions, report=ignore_progress)


def expected_rows(
    vectors: NDArray[np.float32],
    neighbours: dict[int, list[tuple[int, float]]],
    newcomers: list[int],
    k: int,
) -> dict[int, dict[int, float]]:
    """Return the rows of each product by the definition, worked out pair by pair."""
    similarity = vectors @ vectors.T
    rows = {product: dict(row) for product, row in neighbours.items()}
    for newcomer in newcomers:
        order = np.argsort(-np.delete(similarity[newcomer], newcomer), kind="stable")[:k]
        for other in np.delete(np.arange(len(vectors)), newcomer)[order].tolist():
            score = SCALE * float(similarity[newcomer, other])
            if score > 0:
                rows.setdefault(newcomer, {})[other] = score
                rows.setdefault(other, {})[newcomer] = score
    return {
        product: dict(sorted(row.items(), key=lambda item: -item[1])[:k])
        for product, row in rows.items()
    }


@pytest.mark.parametrize("count", [150, 2600])
def test_newcomers_get_their_nearest_who_get_them(count: int) -> None:
    k = 12
    vectors = clusters(count)
    # Products of one cluster are near; the last few have just come, two of them much alike.
    vectors[-1] = vectors[-2]
    newcomers = list(range(count - 5, count))
    neighbours = learned_rows(count - 5, k)
    train(vectors, neighbours, k)
    extend()
    expected = expected_rows(vectors, neighbours, newcomers, k)
    found: dict[int, dict[int, float]] = {}
    for product, rank, neighbour, score in run(ROWS):
        row = found.setdefault(int(product[1:]), {})
        assert rank == len(row) + 1
        assert score > 0
        assert all(score <= better for better in row.values())
        row[int(neighbour[1:])] = score
    assert set(found) == set(expected)
    agreeing = 0
    for product, row in expected.items():
        # Beyond 2,000 the index finds nearly all; a halfvec rounds.
        common = found[product].keys() & row.keys()
        agreeing += len(common) == len(row) == len(found[product])
        assert all(found[product][i] == pytest.approx(row[i], abs=2e-3) for i in common)
    assert agreeing >= len(expected) * 0.99
    assert {i for i in newcomers if any(i in row for row in found.values())} == set(newcomers)


def test_what_was_learned_stays_and_a_second_run_changes_nothing() -> None:
    vectors = clusters(80)
    neighbours = learned_rows(78, 10)
    train(vectors, neighbours, 10)
    before = {(row[0], row[2]): row[3] for row in run(ROWS)}
    assert extend() > 0
    after = run(ROWS)
    kept = {(row[0], row[2]): row[3] for row in after}
    arrived = {name_of(78), name_of(79)}
    assert all(before[key] == score for key, score in kept.items() if not set(key) & arrived)
    # Only what newcomers pushed beyond the tenth place is gone, however few were asked for.
    assert {row[1] for row in after} == set(range(1, 11))
    assert extend(k=3) == 0
    assert run(ROWS) == after


def test_a_trained_model_without_newcomers_is_left_alone() -> None:
    vectors = clusters(40)
    train(vectors, learned_rows(40, 5), 5)
    # A product whose text could not be embedded keeps what was learned of it.
    run("delete from recs.product_vectors where product_id = 'v00007'")
    run("delete from raw.products where product_id = 'v00008'")
    assert extend() == 0
    owners = {row[0] for row in run(ROWS)}
    assert name_of(7) in owners
    assert name_of(8) not in owners


def test_a_newcomer_is_recommended_and_recommends() -> None:
    vectors = clusters(60)
    vectors[59] = vectors[5]
    train(vectors, learned_rows(59, 8), 8)
    extend()
    add_shopper("s")

    def first(product: int) -> Any:
        run("delete from raw.views")
        run(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "values ('e', 's', %s, now())",
            (name_of(product),),
        )
        return run("select product_id, score from recs.recommend_with_reasons('s', null, 1)")[0]

    assert first(5) == (name_of(59), pytest.approx(SCALE, abs=1e-3))
    assert first(59) == (name_of(5), pytest.approx(SCALE, abs=1e-3))


def test_the_unlike_stay_apart() -> None:
    vectors = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32)
    model = train(vectors, {0: [(1, 0.3)], 1: [(0, 0.3)]}, 3)
    extend()
    # Nothing is above 0 between the newcomers 2 and 3 and any other.
    assert run("select count(*) from recs.neighbours where model_id = %s", (model,)) == [(2,)]


def test_models_that_cannot_be_extended_are_clear_errors() -> None:
    model = add_trained(clusters(3), {})
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="train it anew"):
        extend()
    with pytest.raises(psycopg.errors.NoDataFound):
        run("select recs.extend_neighbours(77, '{}', 1)")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="1 or more"):
        run("select recs.extend_neighbours(%s, '{}', 0)", (model,))


def test_what_a_purchase_counts_follows_the_neighbours() -> None:
    vectors = clusters(150)
    model = train(vectors, learned_rows(145, 12), 12)
    run(
        "update raw.products set category = "
        "case when substr(product_id, 2)::integer %% 2 = 0 then 'Tents' else 'Coffee' end",
        (),
    )
    by_rank = (
        "select n.product_id, string_agg((q.category = 'Tents')::integer::text, '' order by n.rank)"
        " from recs.neighbours as n"
        " inner join raw.products as p on n.product_id = p.product_id"
        " inner join raw.products as q on n.neighbour_id = q.product_id"
        " where p.category = 'Tents' group by n.product_id"
    )
    run(
        "insert into recs.repurchase_factors "
        f"select %s, t.product_id, 0.3, t.own::bit varying from ({by_rank}) as t (product_id, own)",
        (model,),
    )
    # Of a product whose category was another one when the model was trained.
    run("insert into recs.repurchase_factors values (%s, %s, 0.7, '1')", (model, name_of(1)))
    run(
        "update recs.models set learned = learned || %s",
        (Jsonb({"repurchase_factors": {"Tents": 0.3}}),),
    )
    before = dict(run(by_rank))
    assert extend(k=12) > 0
    after = dict(run(by_rank))
    newcomers = {name_of(number) for number in range(145, 150) if number % 2 == 0}
    assert set(after) == set(before) | newcomers
    assert any(after[product_id] != before[product_id] for product_id in before)
    stored = run("select product_id, is_own_category::text, factor from recs.repurchase_factors")
    assert {row[0]: row[1] for row in stored if row[0] != name_of(1)} == after
    assert {row[0]: row[2] for row in stored} == pytest.approx(
        {**dict.fromkeys(after, 0.3), name_of(1): 0.7}
    )

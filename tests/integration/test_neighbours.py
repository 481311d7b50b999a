"""The precomputed neighbours of the whole catalogue."""

import numpy as np
import pytest

from alsolike.errors import UnknownModelError
from alsolike.neighbours import NoVectorsError, write_all_neighbours
from alsolike.progress import ignore_progress
from tests.shop.database import run
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")


def write(k: int, *, model: str | None = None, sessions: int = 2) -> int:
    return write_all_neighbours(model=model, k=k, sessions=sessions, report=ignore_progress)


def test_every_product_gets_its_nearest() -> None:
    vectors = clusters(2600)
    add_vectors(vectors)
    told: list[tuple[str, int, int | None]] = []
    written = write_all_neighbours(
        model=None, k=10, sessions=2, report=lambda *progress: told.append(progress)
    )
    assert written == 26000
    assert told[-1] == ("neighbours", 2600, 2600)
    rows = run("select product_id, rank, neighbour_id, score from recs.neighbours order by 1, 2")
    assert [row[1] for row in rows] == list(range(1, 11)) * 2600
    assert all(row[0] != row[2] for row in rows)
    scores = np.array([row[3] for row in rows]).reshape(-1, 10)
    assert (np.diff(scores, axis=1) <= 0).all()
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -2)
    nearest = np.argsort(-similarity, axis=1)[:, :10]
    found = np.array([int(row[2][1:]) for row in rows]).reshape(-1, 10)
    hits = sum(len(set(a) & set(b)) for a, b in zip(nearest.tolist(), found.tolist(), strict=True))
    assert hits / 26000 >= 0.95


@pytest.mark.parametrize("count", [1, 4])
def test_a_small_catalogue_gives_every_other_product(count: int) -> None:
    add_vectors(clusters(count))
    assert write(20) == count * (count - 1)


def test_a_second_run_replaces_the_first() -> None:
    add_vectors(clusters(60))
    write(20)
    before = run("select * from recs.neighbours order by 1, 2, 3")
    assert write(20, sessions=1) == 1200
    assert run("select * from recs.neighbours order by 1, 2, 3") == before
    assert write(5) == 300
    assert run("select count(*) from recs.neighbours") == [(300,)]


def test_departed_products_leave_the_neighbours() -> None:
    add_vectors(clusters(30))
    write(5)
    run("delete from raw.products where product_id = 'v00003'")
    write(5)
    assert run(
        "select count(*) from recs.neighbours where 'v00003' in (product_id, neighbour_id)"
    ) == [(0,)]


def test_an_index_that_ends_early_is_made_up_for() -> None:
    # All the same vector: the walk stops among its equals.
    vectors = np.repeat(clusters(1), 2300, axis=0)
    add_vectors(vectors)
    assert write(60) == 60 * 2300


def test_an_unknown_model_and_an_empty_one_are_clear_errors() -> None:
    with pytest.raises(NoVectorsError, match="alsolike embed"):
        write(5)
    add_vectors(clusters(3))
    with pytest.raises(UnknownModelError, match="'nothing'"):
        write(5, model="nothing")
    run("delete from recs.product_vectors")
    with pytest.raises(NoVectorsError, match="The model average has no vectors"):
        write(5)


def test_a_failing_session_is_told() -> None:
    add_vectors(clusters(3))
    with pytest.raises(Exception, match="must be 1 or more"):
        write(0)

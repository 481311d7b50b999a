"""Lists of the local snapshot where neighbours are variants of one product."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alsolike.models import ServingOptions
from alsolike.snapshot.fetch import write_file
from alsolike.snapshot.local_file import FORMAT_VERSION, LocalPointer
from alsolike.snapshot.reader import LocalSnapshot, Taste, WeightedAction

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SERVING = ServingOptions(0.85, 20, 3, 2, 1, 1000, 30, 0, 1, 1)
# Forty shirts and nineteen others are neighbours of the first; twenty-nine are of the sixtieth.
COUNT = 90
SHIRTS = range(1, 41)
NEIGHBOURS = {0: range(1, 60), 60: range(61, COUNT)}
RED = (7, 9, 50)
RED_ONES = json.dumps({"attributes": {"colour": "red"}})


def name_of(number: int) -> str:
    return f"v{number:05}"


def columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalSnapshot]:
    products = [
        (
            name_of(n),
            "Shirt",
            None,
            None,
            None,
            None,
            None,
            None,
            '{"colour": "red"}' if n in RED else "{}",
            n != 7,
            NOW,
            None,
            0,
            None,
            False,
            None,
            None,
            "shirt" if n in SHIRTS else None,
            None,
            None,
        )
        for n in range(COUNT)
    ]
    neighbours = [
        (name_of(n), rank, name_of(other), 1 - rank / 100, "trained")
        for n, others in NEIGHBOURS.items()
        for rank, other in enumerate(others, 1)
    ]
    path = tmp_path / "one.sqlite"
    write_file(
        path, "one", SERVING, [("products", columns(products)), ("neighbours", columns(neighbours))]
    )
    pointer = LocalPointer(FORMAT_VERSION, path.name, 0, "", "one", "trained", NOW, NOW)
    with closing(LocalSnapshot(path, pointer)) as snapshot:
        yield snapshot


def test_a_visit_has_enough_products_where_its_neighbours_are_mostly_of_one_group(
    local: LocalSnapshot,
) -> None:
    actions = [WeightedAction("view", name_of(n), 1.0) for n in (0, 60)]
    found = local.scored(Taste(actions, 1, 0.5), 15)
    assert sum(one.action_place == 0 for one in found) == 20
    assert sum(one.action_place == 1 for one in found) == 29


def test_a_variant_that_does_not_fit_gives_its_place_to_one_that_does(
    local: LocalSnapshot,
) -> None:
    found = local.neighbours(name_of(0), 3, RED_ONES)
    # In the place of the first shirt; the seventh is sold out.
    expected = [(name_of(9), pytest.approx(0.99)), (name_of(50), pytest.approx(0.5))]
    assert [(product.product_id, score) for product, score in found] == expected
    taste = Taste([WeightedAction("view", name_of(0), 1.0)])
    scored = local.scored(taste, 3, RED_ONES)
    assert [(one.product.product_id, one.score) for one in scored] == expected
    with_sold_out = json.dumps({**json.loads(RED_ONES), "with_sold_out": True})
    assert local.neighbours(name_of(0), 1, with_sold_out)[0][0].product_id == name_of(9)
    (only,) = local.neighbours(name_of(0), 3, None, [name_of(50)], [name_of(20), name_of(50)])
    assert only[0].product_id == name_of(20)
    assert local.neighbours(name_of(0), 3, RED_ONES, [name_of(3), name_of(50)]) == []

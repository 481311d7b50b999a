"""An id that comes to stand for another product inherits nothing; the former product keeps it."""

from pathlib import Path

import numpy as np
import pytest

from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import add_rows, run
from tests.shop.files import load, select, write
from tests.shop.models import add_model, write_vectors

HEAD = "product_id,title,category,created_at\n"
KETTLE = "p1,Copper kettle,Kitchen > Kettles,2025-01-01T00:00:00Z\n"
POT = "p2,Tea pot,Kitchen > Pots,2025-01-01T00:00:00Z\n"
TENT = "p1,Dome tent,Outdoors > Tents,2026-03-01T00:00:00Z\n"
EVENTS = {
    "purchases": "purchase_id,shopper_id,product_id,purchased_at,order_id\n"
    "b1,s1,p1,2026-01-01T00:00:00Z,o1\nb2,s1,p2,2026-01-01T00:00:00Z,o1\n",
    "views": "view_id,shopper_id,product_id,viewed_at\nv1,s1,p1,2026-01-01T00:00:00Z\n",
    "reviews": "review_id,shopper_id,product_id,rating,reviewed_at,title,body\n"
    "r1,s1,p1,5,2026-01-02T00:00:00Z,,Boils.\n",
}
OF_P1 = """
    select (select count(*) from raw.purchases where product_id = 'p1'),
        (select count(*) from raw.views where product_id = 'p1'),
        (select count(*) from raw.reviews where product_id = 'p1')
"""
FORMER = "select product_id from raw.products where product_id ^@ 'p1 (until '"


@pytest.fixture
def shop(database: dict[str, str], tmp_path: Path) -> Path:
    assert database
    folder = write(tmp_path, products=HEAD + KETTLE + POT, **EVENTS)
    load(folder)
    return folder


def test_another_product_under_the_same_id_inherits_nothing(shop: Path) -> None:
    model = add_model(dimension=2)
    write_vectors(model, {"p1": np.array([1, 0], np.float32), "p2": np.array([0, 1], np.float32)})
    add_rows(
        "recs.neighbours",
        (
            {"model_id": model, "product_id": a, "rank": 1, "neighbour_id": b, "score": 0.5}
            for a, b in (("p1", "p2"), ("p2", "p1"))
        ),
    )
    run("insert into recs.repurchase_factors values (%s, 'p1', 0.3, '1')", (model,))
    write(shop, products=HEAD + TENT + POT)
    assert load(shop).total.rejected == 0
    assert select(OF_P1) == [(0, 0, 0)]
    assert select("select count(*) from recs.product_vectors where product_id = 'p1'") == [(0,)]
    assert select(
        "select count(*) from recs.neighbours where 'p1' in (product_id, neighbour_id)"
    ) == [(0,)]
    # The former product keeps what was done with it, and is shown nowhere.
    ((former,),) = select(FORMER)
    assert select("select product_id, factor::text from recs.repurchase_factors") == [
        (former, "0.3")
    ]
    assert run(
        "select title, is_hidden, is_in_stock from raw.products where product_id = %s", [former]
    ) == [("Copper kettle", True, False)]
    assert run("select purchase_id from raw.purchases where product_id = %s", [former]) == [("b1",)]
    transform(with_tests=False, report=ignore_progress)
    assert select(
        "select views_all_time, purchases_all_time from marts.product_popularity "
        "where product_id = 'p1'"
    ) == [(0, 0)]
    assert select("select recs.left_out('s1') @> '{p1}', recs.left_out('s1') @> '{p2}'") == [
        (False, True)
    ]


def test_what_is_told_again_of_the_former_product_changes_nothing(shop: Path) -> None:
    write(shop, products=HEAD + TENT + POT)
    load(shop)
    for _ in range(2):
        assert load(shop).total.counts == (0, 6, 0, 0)
    write(
        shop,
        views="view_id,shopper_id,product_id,viewed_at\nv2,s1,p1,2026-04-01T00:00:00Z\n",
    )
    load(shop)
    assert select(OF_P1) == [(0, 1, 0)]


def test_what_happened_after_the_new_one_was_made_is_its_own(shop: Path) -> None:
    write(
        shop,
        views="view_id,shopper_id,product_id,viewed_at\nv2,s1,p1,2026-03-02T00:00:00Z\n",
    )
    load(shop)
    write(shop, products=HEAD + TENT + POT)
    load(shop)
    assert select("select view_id from raw.views where product_id = 'p1'") == [("v2",)]


@pytest.mark.parametrize(
    ("product", "is_another"),
    [
        # Made later, of another name.
        ("p1,Dome tent,Kitchen > Kettles,2026-03-01T00:00:00Z", True),
        # Neither name nor category has a word in common, and nothing says when it was made.
        ("p1,Dome tent,Outdoors > Tents,", True),
        # Renamed, moved, or dated anew.
        ("p1,Steel kettle 2 l,Outdoors > Cooking,2026-03-01T00:00:00Z", False),
        ("p1,Dome tent,Kitchen > Camping,", False),
        ("p1,Copper kettle,Outdoors > Tents,2026-03-01T00:00:00Z", False),
    ],
)
def test_a_product_that_was_only_changed_keeps_its_history(
    shop: Path, product: str, *, is_another: bool
) -> None:
    write(shop, products=f"{HEAD}{product}\n{POT}")
    load(shop)
    assert select(OF_P1) == [(0, 0, 0) if is_another else (1, 1, 1)]
    assert len(select(FORMER)) == is_another


def test_an_id_that_was_removed_and_comes_again(shop: Path) -> None:
    run("select raw.remove_products('{p1}')")
    write(shop, products=HEAD + KETTLE + POT)
    load(shop)
    assert select(OF_P1) == [(1, 1, 1)], "the same product is back"
    run("select raw.remove_products('{p1}')")
    write(shop, products=f"{HEAD}p1,Dome tent,Kitchen > Kettles,2025-01-01T00:00:00Z\n{POT}")
    load(shop)
    assert select(OF_P1) == [(0, 0, 0)], "another one has its id"


def test_a_catalogue_in_another_language_is_the_same(shop: Path) -> None:
    names = ("Wasserkocher", "Teekanne", "Tablett", "Krug", "Becher", "Dose", "Pfanne")
    rows = [f"q{n},Thing number {n},Kitchen,2025-01-01T00:00:00Z" for n in range(len(names))]
    write(shop, products=HEAD + "\n".join(rows) + "\n")
    load(shop)
    rows = [f"q{n},{name},Haushalt,2026-01-01T00:00:00Z" for n, name in enumerate(names)]
    write(shop, products=HEAD + "\n".join(rows) + "\n")
    load(shop)
    assert select("select count(*) from raw.products where is_hidden") == [(0,)]

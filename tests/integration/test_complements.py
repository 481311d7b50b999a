"""What goes with a product: from orders, through dbt, to the function that answers."""

from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import scipy.sparse as sp
from psycopg.types.json import Jsonb

from alsolike.database import ANALYST_ROLE, connect
from alsolike.demo.write import ShopSize, write_demo_shop
from alsolike.evaluation.complement_lists import category_baskets, complement_lists
from alsolike.evaluation.complements import baskets_of, evaluate_complements
from alsolike.evaluation.product_traits import read_traits
from alsolike.history import KINDS, read_history
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import add_rows, run
from tests.shop.shoppers import add_shopper, add_shoppers

pytestmark = pytest.mark.usefixtures("database")

# Ten orders: a bed frame with a mattress in four of five, pillows with anything, socks alone.
ORDERS = (
    ["frame", "mattress"],
    ["frame", "mattress", "pillow"],
    ["frame", "mattress"],
    ["frame", "mattress", "pillow"],
    ["frame", "slats"],
    ["pillow", "slats"],
    ["pillow", "frame", "slats"],
    ["socks"],
    ["socks"],
    ["pillow"],
)


@pytest.fixture
def orders(database: object) -> None:
    """Give a shop with those orders, and one of a shopper who did not consent."""
    names = sorted({name for order in ORDERS for name in order} | {"rug"})
    for name in names:
        run("insert into raw.products (product_id, title) values (%s, %s)", (name, name))
    add_shopper("s")
    add_shopper("silent", has_consent=False)
    for number, order in enumerate([*ORDERS, ["socks", "rug"], ["socks", "rug"]]):
        for name in order:
            run(
                "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, "
                "order_id) values (%s, %s, %s, '2026-01-01', %s)",
                (
                    f"{number}-{name}",
                    "s" if number < len(ORDERS) else "silent",
                    name,
                    f"o{number}",
                ),
            )


def goes_with(product: str, k: int = 10, exclude: list[str] | None = None) -> list[tuple[Any, ...]]:
    return run("select * from recs.goes_with(%s, %s, %s)", (product, k, exclude or []))


@pytest.mark.usefixtures("orders")
def test_it_is_lift_shrunk_by_support() -> None:
    transform(report=ignore_progress)
    # frame: 6 of 10 orders, mattress: 4, all of them with the frame; slats: 3, two with it.
    (mattress, slats) = goes_with("frame")
    lift = pytest.approx(10 / 6)
    assert mattress == (1, "mattress", pytest.approx(4 / 9 * log(10 / 6)), 4, lift, "pair")
    lift = pytest.approx(20 / 18)
    assert slats == (2, "slats", pytest.approx(2 / 7 * log(20 / 18)), 2, lift, "pair")
    # Pillows meet frames three times, as chance has it: 5 of 10 and 6 of 10.
    assert [row[1] for row in goes_with("pillow")] == ["slats"]
    # Two orders of one who did not consent count for nothing; one bought alone goes with nothing.
    assert goes_with("socks") == []
    assert goes_with("rug") == []


@pytest.mark.usefixtures("orders")
def test_what_is_left_out_or_out_of_stock_is_not_shown() -> None:
    transform(select="+product_complements", with_tests=False, report=ignore_progress)
    assert [row[:2] for row in goes_with("frame", exclude=["mattress"])] == [(1, "slats")]
    assert [row[1] for row in goes_with("frame", 1)] == ["mattress"]
    assert goes_with("frame", 0) == []
    run("update raw.products set is_in_stock = false where product_id = 'mattress'")
    assert [row[:2] for row in goes_with("frame", 1)] == [(1, "slats")]
    assert len(run("select * from recs.goes_with('frame', p_exclude => null)")) == 1
    assert len(run("select * from recs.goes_with('frame', p_exclude => array[null])")) == 1
    with connect(role=ANALYST_ROLE) as connection:
        rows = connection.execute("select product_id from recs.goes_with('slats')").fetchall()
    assert {row[0] for row in rows} == {"frame", "pillow"}


@pytest.mark.usefixtures("orders")
def test_a_hidden_product_takes_no_place() -> None:
    run("update raw.products set is_hidden = true where product_id = 'mattress'")
    transform(select="+product_complements", with_tests=False, report=ignore_progress)
    assert run(
        "select other_product_id, rank from marts.product_complements where product_id = 'frame'"
    ) == [("slats", 1)]


def test_bad_questions_are_errors_and_a_shop_without_marts_has_none() -> None:
    run("insert into raw.products (product_id, title) values ('a', 'a')")
    assert goes_with("a") == []
    with pytest.raises(psycopg.DatabaseError, match="no product 'nothing'") as raised:
        goes_with("nothing")
    assert raised.value.sqlstate == "LS002"
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        goes_with("a", -1)


@pytest.mark.usefixtures("orders")
def test_a_product_in_three_sizes_counts_as_one() -> None:
    # Each size with the belt once, which for a size alone is chance; and all sizes in one order.
    for name in ("tee s", "tee m", "tee l"):
        run(
            "insert into raw.products (product_id, title, item_group_id) values (%s, %s, 'tee')",
            (name, name),
        )
    run("insert into raw.products (product_id, title) values ('belt', 'Belt')")
    new = [["tee s", "belt"], ["tee m", "belt"], ["tee l", "belt"], ["tee s", "tee m", "tee l"]]
    for number, order in enumerate(new):
        for name in order:
            run(
                "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, "
                "order_id) values (%s, 's', %s, '2026-01-01', %s)",
                (f"new-{number}-{name}", name, f"new{number}"),
            )
    transform(report=ignore_progress)
    # 14 orders: the tee is in four of them, the belt in three, all of these with a tee.
    lift = pytest.approx(3 * 14 / (4 * 3))
    score = pytest.approx(3 / 8 * log(3 * 14 / (4 * 3)))
    # All sizes are in two orders: the first by id stands for them.
    assert goes_with("belt") == [(1, "tee l", score, 3, lift, "pair")]
    for size in ("tee s", "tee m", "tee l"):
        assert goes_with(size) == [(1, "belt", score, 3, lift, "pair")]


CAMP = "Camping > "


def _camp(*, has_orders: bool = True) -> None:
    """Give a shop of tents, sleeping bags, kettles and yarn.

    Four tents and six sleeping bags, half of them of the style 'old': pairs of products are bought
    once at most, pairs of the two categories nine times. Nobody bought a kettle.
    """
    kinds = {"tent": (4, "Tents"), "bag": (6, "Bags"), "kettle": (2, "Kettles")}
    products = [
        (f"{kind}{number}", CAMP + name, "old" if number % 2 else "new")
        for kind, (count, name) in kinds.items()
        for number in range(count)
    ]
    products += [(f"yarn{number}", "Yarn", "old") for number in range(3)]
    add_rows(
        "raw.products",
        (
            {
                "product_id": product_id,
                "title": product_id,
                "category": category,
                "attributes": Jsonb({"style": style}),
            }
            for product_id, category, style in products
        ),
    )
    orders = [(f"tent{n % 4}", f"bag{(n % 2) + 2 * (n % 3)}") for n in range(9)]
    orders += [(f"yarn{n % 3}",) for n in range(9)]
    shoppers = [f"s{number}" for number in range(len(orders))]
    add_shoppers(shoppers)
    add_rows(
        "raw.purchases",
        (
            {
                "purchase_id": f"{number}-{product_id}",
                "shopper_id": shoppers[number],
                "product_id": product_id,
                "purchased_at": f"2026-01-0{1 + place}",
                "order_id": f"{number}" if has_orders else f"{number}-{product_id}",
            }
            for number, order in enumerate(orders)
            for place, product_id in enumerate(order)
        ),
    )


@pytest.mark.parametrize("has_orders", [True, False])
def test_a_product_without_a_pair_gets_those_of_the_categories_that_go_with_its_own(
    *, has_orders: bool
) -> None:
    _camp(has_orders=has_orders)
    transform(select="+product_complements", with_tests=False, report=ignore_progress)
    for number in range(4):
        rows = goes_with(f"tent{number}")
        assert rows
        assert {row[5] for row in rows} <= {"pair", "category"}
        assert {row[1][:3] for row in rows} == {"bag"}
        # In 18 baskets of nine with a tent and nine with a bag, they met nine times.
        others = [row for row in rows if row[5] == "category"]
        assert {row[3:5] for row in others} == {(9, 2)}
        # Of the same style first: what is bought together is of one style.
        same = [int(row[1][3:]) % 2 == number % 2 for row in others]
        assert same == sorted(same, reverse=True)
        assert sum(same) >= 2
        assert [row[2] for row in others] == sorted((row[2] for row in others), reverse=True)
    # Nobody bought a kettle, but the sisters of its category. Nothing is bought with yarn.
    assert {row[1][:3] for row in goes_with("kettle0")} == {"bag", "ten"}
    assert {row[5] for row in goes_with("kettle0")} == {"category"}
    assert goes_with("yarn0") == []
    # Sold out or left out as any other.
    run("update raw.products set is_in_stock = false where product_id = 'bag0'")
    shown = {row[1] for row in goes_with("tent0", exclude=["bag2"])}
    assert shown == {"bag1", "bag3", "bag4"}


def test_without_evidence_nothing_is_made_up() -> None:
    _camp()
    run("delete from raw.purchases where product_id like 'bag%%'")
    transform(select="+product_complements", with_tests=False, report=ignore_progress)
    assert run("select count(*) from marts.product_complements") == [(0,)]


def test_the_evaluation_measures_what_the_mart_holds(tmp_path: Path) -> None:
    _demo(tmp_path, ShopSize(products=300, shoppers=150, days=30))
    history = read_history(report=ignore_progress)
    found = evaluate_complements(history, None, 10, 1, traits=read_traits(history.catalogue))[
        "models"
    ]
    assert found["complements"]["hr@10"] >= found["item-knn"]["hr@10"]
    assert found["complements"]["ndcg@10"] >= found["item-knn"]["ndcg@10"]

    purchases = history.only(history.kinds == KINDS.index("purchase"))
    orders, _, _ = baskets_of(purchases)
    lists = complement_lists(
        orders,
        category_baskets(orders, orders),
        history.catalogue,
        read_traits(history.catalogue),
        np.random.default_rng(0),
    )
    ids = history.catalogue.product_ids
    expected = {
        (ids[row], ids[column], basis): score
        for basis, matrix in (("pair", lists.pairs), ("category", lists.of_categories))
        for row, column, score in zip(*sp.find(matrix), strict=True)
    }
    stored = run("select product_id, other_product_id, basis, score from marts.product_complements")
    assert len(expected) > 500
    assert {row[:3]: row[3] for row in stored} == pytest.approx(expected, rel=1e-5)


def _demo(folder: Path, size: ShopSize) -> None:
    """Give a small demo shop, with its marts."""
    ends_at = datetime(2026, 3, 1, tzinfo=UTC)
    write_demo_shop(folder / "shop", size, seed=1, ends_at=ends_at, progress=ignore_progress)
    load_folder(folder / "shop", consent="personalisation", report=ignore_progress)
    transform(with_tests=False, report=ignore_progress)

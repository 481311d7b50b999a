"""What goes with a product: from orders, through dbt, to the function that answers."""

from math import log
from typing import Any

import psycopg
import pytest

from alsolike.database import ANALYST_ROLE, connect
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import run
from tests.shop.shoppers import add_shopper

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
    assert mattress == (1, "mattress", pytest.approx(4 / 9 * log(10 / 6)), 4, pytest.approx(10 / 6))
    assert slats == (2, "slats", pytest.approx(2 / 7 * log(20 / 18)), 2, pytest.approx(20 / 18))
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
    assert goes_with("belt") == [(1, "tee l", score, 3, lift)]
    for size in ("tee s", "tee m", "tee l"):
        assert goes_with(size) == [(1, "belt", score, 3, lift)]

"""Lines of orders: which product they mean, which purchase they are, and whose."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsolike.loading.rows import Reading
from alsolike.loading.shops.orders import Catalogue, OrderLine, Purchases, shopper_of
from alsolike.loading.shops.variants import Item
from alsolike.loading.tables import PURCHASES

LINE = OrderLine(2, "#1", "2026-01-01", email="a@b.example", sku="C-S", quantity="2.0000")


def catalogue() -> Catalogue:
    known = Catalogue()
    cup = {"product_id": "cup"}
    known.add(Item(2, cup, skus=["C-S", "C-M", "BOTH"], ids=["7", "71"], names=["Cup", "Cup - S"]))
    known.add(Item(3, {"product_id": "pot"}, skus=["P", "BOTH"], ids=["8"], names=["Pot"]))
    known.add(Item(4, {"product_id": None}, skus=["NONE"]))
    return known


def rows(*lines: OrderLine, reading: Reading | None = None) -> list[dict[str, str | None]]:
    purchases = Purchases(catalogue(), "products.csv", "key")
    return [
        {**dict(zip(PURCHASES.columns, row.values, strict=True)), "problem": row.problem}
        for row in purchases.rows(iter(lines), reading or Reading())
    ]


@pytest.mark.parametrize(
    ("line", "product"),
    [
        ({"sku": "C-M"}, "cup"),
        ({"sku": "c-m"}, "cup"),
        ({"sku": "P"}, "pot"),
        ({"sku": None, "product": "8"}, "pot"),
        ({"sku": "P", "variant": "71"}, "cup"),
        ({"sku": None, "name": "Cup - S"}, "cup"),
        # Two products have that SKU; the name tells.
        ({"sku": "BOTH", "name": "Pot"}, "pot"),
        ({"sku": "BOTH"}, None),
        ({"sku": "NONE"}, None),
    ],
)
def test_a_line_finds_its_product(line: dict[str, str | None], product: str | None) -> None:
    (row,) = rows(replace(LINE, **line))
    assert row["product_id"] == product
    assert (row["problem"] is None) == (product is not None)


def test_a_purchase() -> None:
    (row,) = rows(replace(LINE, unit_price="4,50 €"))
    assert row == {
        "purchase_id": "#1/C-S",
        "shopper_id": shopper_of("a@b.example", "key"),
        "product_id": "cup",
        "purchased_at": "2026-01-01",
        "quantity": "2",
        "unit_price": "4.50",
        "order_id": "#1",
        "status": "paid",
        "problem": None,
    }


def test_a_line_of_which_nothing_is_left_is_refunded() -> None:
    (row,) = rows(replace(LINE, quantity="0"))
    assert (row["quantity"], row["status"]) == (None, "refunded")


def test_a_line_that_comes_twice_is_two_purchases() -> None:
    other = replace(LINE, order_id="#2")
    ids = [row["purchase_id"] for row in rows(LINE, replace(LINE, sku="P"), LINE, other)]
    assert ids == ["#1/C-S", "#1/P", "#1/C-S/2", "#2/C-S"]


def test_what_is_no_purchase_is_counted() -> None:
    reading = Reading()
    lines = [
        LINE,
        replace(LINE, order_id="#2", state="test"),
        replace(LINE, order_id="#2", state="test", sku="P"),
        replace(LINE, order_id="#3", state="test"),
        replace(LINE, order_id="#4", state="refunded"),
        replace(LINE, order_id="#5", sku=None, name="Shipping"),
        replace(LINE, order_id="#5", sku="X", name="Flat rate", kind="shipping"),
        # An order without lines.
        replace(LINE, order_id="#6", sku=None),
    ]
    found = rows(*lines, reading=reading)
    assert [(row["order_id"], row["status"]) for row in found] == [
        ("#1", "paid"),
        ("#4", "refunded"),
    ]
    assert reading.remarks == [
        "2 test orders left out.",
        "2 lines of shipping, fees and tips left out.",
    ]


def test_a_product_may_be_called_shipping() -> None:
    known = catalogue()
    known.add(Item(5, {"product_id": "tip"}, names=["Tip"]))
    line = replace(LINE, sku=None, name="Tip")
    (row,) = Purchases(known, "products.csv", "key").rows(iter([line]), Reading())
    assert "tip" in row.values


@pytest.mark.parametrize(
    ("line", "shopper"),
    [
        ({"email": None, "account": "7"}, "7"),
        ({"email": None}, None),
        ({"email": "none"}, None),
        ({"is_guest": True}, None),
        ({"is_guest": True, "account": "7"}, None),
    ],
)
def test_who_bought(line: dict[str, object], shopper: str | None) -> None:
    (row,) = rows(replace(LINE, **line))  # type: ignore
    assert row["shopper_id"] == shopper


def test_a_reason_shows_no_address() -> None:
    (row,) = rows(replace(LINE, sku=None, name="Gift for dora@mail.example"))
    assert row["problem"] == "the line is of 'Gift for (an address)', which products.csv lacks"


def emails() -> Iterator[str]:
    yield from ("Anna@Mail.example", " anna@mail.example ", "ANNA@MAIL.EXAMPLE")


def test_an_address_is_one_shopper_however_it_is_written() -> None:
    assert len({shopper_of(email, "key") for email in emails()}) == 1
    assert shopper_of("anna@mail.example", "key") != shopper_of("anna@mail.example", "other")
    # As hash_hmac of PHP and openssl have it.
    assert shopper_of("anna@mail.example", "key") == (
        "aeced1000b9f4d2c882194e55c01777b6bd0993a07ae3511302a960a1a73139b"
    )


@given(st.text(), st.text())
def test_an_id_tells_nothing_of_the_address(name: str, key: str) -> None:
    shopper = shopper_of(f"{name}@mail.example", key.encode(errors="replace").decode())
    assert shopper is not None
    assert len(shopper) == 64
    assert set(shopper) <= set("0123456789abcdef")

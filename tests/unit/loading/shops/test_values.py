"""Prices, times and words as shop systems write them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsolike.loading.shops.values import (
    deepest,
    is_no_product,
    is_now,
    no_purchase,
    read_count,
    read_price,
    read_time,
    read_yes,
)


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("12.00 EUR", "12.00", "EUR"),
        ("EUR 12", "12", "EUR"),
        ("1.299,00 €", "1299.00", "EUR"),
        ("1,299.00 USD", "1299.00", "USD"),
        ("1 299,00", "1299.00", None),
        ("1\u202f299,00 zł", "1299.00", "PLN"),
        ("1'299.50 CHF", "1299.50", "CHF"),
        ("12,5", "12.5", None),
        ("$19.99", "19.99", None),
        ("6.0000", "6.00", None),
        ("19,916667", "19.92", None),
        ("1.234.567", "1234567", None),
        ("0.125", "0.125", None),
    ],
)
def test_prices(written: str, amount: str, currency: str | None) -> None:
    price = read_price(written)
    assert price is not None
    assert (price.text, price.currency) == (amount, currency)
    assert price.amount == Decimal(amount)


@pytest.mark.parametrize(
    "written", ["1.299", "1,299", "12 - 15", "12 15", "1.2.3", "on request", ".", "12,34,5"]
)
def test_what_may_be_two_prices_or_none_stays_for_the_loader_to_reject(written: str) -> None:
    price = read_price(written)
    assert price is not None
    assert (price.text, price.amount) == (written, None)


@given(
    st.decimals(0, 9_999_999, places=2),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ","), ("", "."), ("", ",")]),
    st.sampled_from(["", " EUR", " €", "USD "]),
)
def test_a_price_with_cents_is_read_whatever_its_signs(
    amount: Decimal, signs: tuple[str, str], beside: str
) -> None:
    thousands, point = signs
    number = f"{amount:,.2f}".replace(",", "T").replace(".", point).replace("T", thousands)
    written = beside + number if beside.endswith(" ") else number + beside
    price = read_price(written)
    assert price is not None
    assert price.amount == amount


@pytest.mark.parametrize("state", ["paid", "pending", "on-hold", "wc-completed", "", None, "Boxed"])
def test_orders_that_are_purchases(state: str | None) -> None:
    assert no_purchase(state) is None


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("Refunded", "refunded"),
        ("wc-cancelled", "cancelled"),
        ("Canceled", "cancelled"),
        ("Storniert", "cancelled"),
        ("Remboursé", "refunded"),
        ("voided", "voided"),
        ("failed", "failed"),
        ("pending_payment", "unpaid"),
        ("Pending payment", "unpaid"),
    ],
)
def test_orders_that_are_none(state: str, reason: str) -> None:
    assert no_purchase(state) == reason


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        *[(word, True) for word in ("TRUE", "1", "oui", " yes ")],
        *[(word, False) for word in ("0", "-1", "2", "Non")],
        *[(word, None) for word in ("", None, "perhaps")],
    ],
)
def test_yes_and_no(word: str | None, meaning: bool | None) -> None:
    assert read_yes(word) is meaning


def test_counts_are_whole() -> None:
    assert [read_count(text) for text in ("3", "3.0000", "2,0", "-1", "", "many", None)] == [
        *(3, 3, 2, -1),
        *[None] * 3,
    ]


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-06-10 11:13:25 -0400", "2026-06-10 11:13:25 -0400"),
        ("31/01/2026 12:30", "2026-01-31 12:30"),
        ("1.2.2026", "2026-02-01 00:00"),
        ("Jan 31, 2026, 1:05:00 PM", "2026-01-31 13:05:00"),
        ("Jan 31, 2026 1:05:00 AM", "2026-01-31 01:05:00"),
        ("yesterday", "yesterday"),
        ("", None),
    ],
)
def test_times(written: str, time: str | None) -> None:
    assert read_time(written) == time


def test_a_sale_is_only_now() -> None:
    today = datetime.now(UTC)
    before, after = ((today + timedelta(days=days)).isoformat() for days in (-2, 2))
    assert is_now(before, after)
    assert is_now(None, today.date().isoformat())
    assert is_now("0000-00-00", "0000-00-00")
    assert not is_now(after, None)
    assert not is_now(None, before)


@pytest.mark.parametrize(
    ("name", "kind", "none"),
    [
        ("Shipping", None, True),
        ("Versandkosten", None, True),
        ("Flat rate", "shipping", True),
        ("Tip", None, True),
        ("Shipping box, oak", None, False),
        ("Tin cup", "line_item", False),
    ],
)
def test_lines_that_are_no_product(name: str, kind: str | None, none: bool) -> None:
    assert is_no_product(name, kind) is none


def test_the_deepest_category_is_the_products() -> None:
    assert deepest([["Sale"], ["Home ", " Cups"], ["Home", "Pots"]]) == "Home > Cups"
    assert deepest([]) is None
    assert deepest([[""]]) is None

"""Addresses that are safe to send a browser to, and texts for people."""

from decimal import Decimal
from urllib.parse import unquote

import pytest

from api.catalogue.cards import price_in_words, safe_image
from api.pages.addresses import (
    category_url,
    id_in_path,
    id_of_path,
    local_path,
    order_url,
    product_url,
)
from api.paging.keyset import ListKey, decode_cursor, encode_cursor, list_key
from api.problems.errors import InvalidFieldError


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/", "/"),
        ("/products/a%20b?x=1&y=%2F#top", "/products/a%20b?x=1&y=%2F#top"),
        ("/categories/Töpfe", "/categories/T%C3%B6pfe"),
        ("//elsewhere", "/"),
        ("/\\elsewhere", "/"),
        ("/\n/elsewhere", "/"),
        ("https://elsewhere", "/"),
        ("elsewhere", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_paths_of_ours_are_local(address: object, expected: str) -> None:
    assert local_path(address) == expected


def test_addresses_escape_what_means_something_in_them() -> None:
    assert product_url("a/b ?#%") == "/products/a%2Fb%20%3F%23%25"
    assert category_url("A & B > C/D > É") == "/categories/A%20%26%20B/C%252FD/%C3%89"
    assert category_url("Music > ..") == "/categories/Music/%252E%252E"
    assert order_url("..") == "/orders/%252E%252E"


@pytest.mark.parametrize(
    "text", [".", "..", "%2E", "%2E%2E", "%252E", "...", "a.b", "a/b", "%", "%2e", "%41", "é ?"]
)
def test_an_id_stays_the_same_through_the_path_of_an_address(text: str) -> None:
    written = id_in_path(text)
    # A browser takes such a segment away, encoded or not.
    assert written.upper().replace("%2E", ".") not in {".", ".."}
    assert id_of_path(unquote(written)) == text


def test_two_categories_never_have_one_address() -> None:
    paths = [
        "Tops > Shirts", "Tops/Shirts", "Tops%2FShirts", "Tops%252FShirts", "Tops%25252FShirts",
        "Tops > .", "Tops > %2E", "Tops > %252E", "Tops > ..", "Tops > %2E%2E", "Tops > %2E%252E",
    ]  # fmt: skip
    assert len({category_url(path) for path in paths}) == len(paths)


def test_two_ids_never_have_one_address() -> None:
    ids = [".", "..", "%2E", "%2E%2E", "%252E", "%252E%252E", "%2E%252E", "%25252E"]
    assert len({id_in_path(text) for text in ids}) == len(ids)


@pytest.mark.parametrize(
    ("price", "currency", "expected"),
    [
        (Decimal("1234.5"), "EUR", "€1,234.50"),
        (Decimal(3), "USD", "$3.00"),
        (Decimal("9.99"), "CHF", "9.99 CHF"),
        (Decimal(1500), "JPY", "¥1,500"),
        (Decimal("1.255"), "KWD", "1.255 KWD"),
        (Decimal("0.0312"), "CLF", "0.0312 CLF"),
        (Decimal(5), "XYZ", "5.00 XYZ"),
        (Decimal("9.99"), None, "9.99"),
        (None, "EUR", None),
    ],
)
def test_prices_are_written_for_people(
    price: Decimal | None, currency: str | None, expected: str | None
) -> None:
    assert price_in_words(price, currency) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("/pictures/a.svg", "/pictures/a.svg"),
        ("//cdn.example/a.jpg", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("", None),
        (None, None),
    ],
)
def test_pictures_come_from_where_the_policy_allows(
    address: str | None, expected: str | None
) -> None:
    assert safe_image(address) == expected


def test_a_cursor_is_read_as_it_was_written() -> None:
    position = (0.1 + 0.2, "ä/b")
    of = list_key("search", "mug", None)
    assert decode_cursor(encode_cursor(position, of), tuple[float, str], of) == position
    assert decode_cursor(None, tuple[float, str], of) is None


@pytest.mark.parametrize("text", ["x", "WzFd", "ä", "WyJhIiwiYiIsImMiXQ", "====", "W10", "e30"])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="Not a cursor") as raised:
        decode_cursor(text, tuple[float, str], list_key("search"))
    assert raised.value.field == "after"


@pytest.mark.parametrize(
    "other",
    [
        list_key("products", "mug", None),
        list_key("search", "mugs", None),
        list_key("search", "mug", "Kitchen"),
    ],
)
def test_a_cursor_of_another_list_is_refused(other: ListKey) -> None:
    cursor = encode_cursor((0.5, "mug-01"), list_key("search", "mug", None))
    with pytest.raises(InvalidFieldError, match="of another list") as raised:
        decode_cursor(cursor, tuple[float, str], other)
    assert raised.value.field == "after"


def test_a_cursor_of_the_list_that_holds_something_else_is_refused() -> None:
    of = list_key("search", "mug", None)
    with pytest.raises(InvalidFieldError, match="Not a cursor"):
        decode_cursor(encode_cursor((0.5, "a", "b"), of), tuple[float, str], of)

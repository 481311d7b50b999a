"""Texts that are written from right to left, and signs that turn texts around."""

import re
from datetime import UTC, datetime

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.shop.database import add_rows

HEBREW = "\u05e1\u05d1\u05d5\u05df!"
ARABIC = "\u0642\u0647\u0648\u0629"
TURNED = "\u202eevil txt.exe\u202c cup"
PLAIN = "evil txt.exe cup"


@pytest.fixture
def turned(shop: dict[str, str], client: TestClient[Litestar]) -> TestClient[Litestar]:
    """Give a client of the shop with a product whose every text is turned around."""
    assert shop
    add_rows(
        "raw.products",
        [
            {
                "product_id": "right",
                "title": f"{HEBREW} {TURNED}",
                "brand": ARABIC,
                "category": f"{ARABIC} > {HEBREW}",
                "description": TURNED,
            }
        ],
    )
    add_rows(
        "raw.reviews",
        [
            {
                "review_id": "right",
                "shopper_id": "silent",
                "product_id": "right",
                "rating": 5,
                "reviewed_at": datetime(2024, 2, 1, tzinfo=UTC),
                "title": HEBREW,
                "body": TURNED,
            }
        ],
    )
    return client


def directed(page: str, text: str) -> bool:
    """Whether a text is on the page, and has a direction of its own wherever it is."""
    # Its element has it, or the one around that: a card's title is a heading with a link.
    found = re.findall(r"(<[^>]*>)?\s*(<[^>]*>)\s*" + re.escape(text) + r"\s*</", page)
    return bool(found) and all(
        'dir="auto"' in outer + inner or inner == "<bdi>" for outer, inner in found
    )


def test_every_text_of_a_product_has_a_direction_of_its_own(
    turned: TestClient[Litestar],
) -> None:
    page = turned.get("/products/right").text
    for text in (f"{HEBREW} {PLAIN}", ARABIC, HEBREW, PLAIN):
        assert directed(page, text), text
    assert directed(turned.get(f"/search?q={HEBREW}").text, f"{HEBREW} {PLAIN}")


@pytest.mark.parametrize("address", ["/products/right", f"/search?q={TURNED}"])
def test_nothing_on_a_page_is_turned_around(turned: TestClient[Litestar], address: str) -> None:
    page = turned.get(address).text
    assert PLAIN in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


def test_the_api_gives_texts_as_they_are(turned: TestClient[Litestar]) -> None:
    assert turned.get("/v1/products/right").json()["description"] == TURNED

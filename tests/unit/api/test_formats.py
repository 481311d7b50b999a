"""Numbers, prices, dates and times as readers of a language write them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest
from msgspec.structs import replace

from api.catalogue.cards import ProductCard, price_in_words
from api.languages import formats
from api.languages.choice import load_languages
from api.languages.translate import current_language, ngettext
from api.pages.rendering import template_environment

LANGUAGES = MappingProxyType(load_languages())
MOMENT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@contextmanager
def speaking(tag: str) -> Generator[None]:
    token = current_language.set(LANGUAGES[tag])
    try:
        yield
    finally:
        current_language.reset(token)


def plain(text: str | None) -> str:
    """Return a text with ordinary spaces in the place of those that do not break."""
    return (text or "").replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("tag", "text"), [("en", "1,234,567"), ("ru", "1 234 567"), ("de", "1.234.567")]
)
def test_numbers(tag: str, text: str) -> None:
    with speaking(tag):
        assert plain(formats.number_text(1_234_567)) == text


@pytest.mark.parametrize(("tag", "text"), [("en", "4.5"), ("ru", "4,5"), ("de", "4,5")])
def test_means(tag: str, text: str) -> None:
    with speaking(tag):
        assert formats.one_decimal(4.46) == text
        assert formats.one_decimal(4) == text[0] + text[1] + "0"


@pytest.mark.parametrize(
    ("tag", "currency", "text"),
    [
        ("en", "EUR", "€1,234.50"),
        ("en", "JPY", "¥1,234"),
        ("en", "KWD", "1,234.500 KWD"),
        ("en", None, "1,234.50"),
        ("ru", "EUR", "1 234,50 €"),
        ("ru", "RUB", "1 234,50 ₽"),
        ("ru", "JPY", "1 234 ¥"),
        ("ru", "KWD", "1 234,500 KWD"),
        ("ru", None, "1 234,50"),
        ("de", "EUR", "1.234,50 €"),
        ("de", "KWD", "1.234,500 KWD"),
    ],
)
def test_prices(tag: str, currency: str | None, text: str) -> None:
    with speaking(tag):
        assert plain(price_in_words(Decimal("1234.5"), currency)) == text


@pytest.mark.parametrize(("tag", "text"), [("en", "12.50"), ("ru", "12,50"), ("de", "12,50")])
def test_prices_to_type(tag: str, text: str) -> None:
    with speaking(tag):
        assert formats.bare_price(12.5) == text
        assert formats.bare_price(Decimal("1200.00")) == "1200"


@pytest.mark.parametrize(
    ("tag", "date", "time", "both"),
    [
        ("en", "1 March 2026", "09:05", "1 March 2026, 09:05 UTC"),
        ("ru", "1 марта 2026 г.", "09:05", "1 марта 2026 г., 09:05 UTC"),  # noqa: RUF001
        ("de", "1. März 2026", "09:05", "1. März 2026, 09:05 UTC"),
    ],
)
def test_dates_and_times(tag: str, date: str, time: str, both: str) -> None:
    with speaking(tag):
        assert plain(formats.long_date(MOMENT)) == date
        assert formats.clock_time(MOMENT) == time
        assert plain(formats.date_and_time(MOMENT)) == both
        abroad = MOMENT.astimezone(timezone(timedelta(hours=5)))
        assert plain(formats.date_and_time(abroad)) == both


@pytest.mark.parametrize(
    ("tag", "forms"),
    [
        ("en", ["1 product", "3 products", "5 products", "21 products", "1,000 products"]),
        ("ru", ["1 товар", "3 товара", "5 товаров", "21 товар", "1 000 товаров"]),
        ("de", ["1 Artikel", "3 Artikel", "5 Artikel", "21 Artikel", "1.000 Artikel"]),
    ],
)
def test_forms_of_numbers_in_code_and_in_templates(tag: str, forms: list[str]) -> None:
    template = template_environment().from_string(
        '{{ ngettext("%(num)s product", "%(num)s products", number) }}'
    )
    with speaking(tag):
        for number, form in zip((1, 3, 5, 21, 1000), forms, strict=True):
            assert plain(ngettext("%(num)s product", "%(num)s products", number)) == form
            assert plain(template.render(number=number)) == form


def test_a_card_is_remembered_for_each_language() -> None:
    """The same card is written anew for readers of another language."""
    card = ProductCard(
        product_id="lamp-1",
        url="/products/lamp-1",
        title="Lamp",
        brand=None,
        price_now=Decimal("12.5"),
        price_before=Decimal(15),
        currency="EUR",
        image_url=None,
        is_in_stock=False,
        rating_average=4.5,
        review_count=2,
        variants=3,
    )
    template = template_environment().from_string(
        '{% import "macros/products.html" as cards %}{{ cards.product_card(card) }}'
    )
    shown: dict[str, str] = {}
    for tag in ("en", "ru", "de", "en", "ru"):
        with speaking(tag):
            html = plain(template.render(card=card))
        assert shown.setdefault(tag, html) == html
    assert "€12.50" in shown["en"]
    assert "12,50 €" in shown["ru"]
    assert "15,00 €" in shown["de"]
    assert [word in shown[tag] for tag, word in WORDS] == [True] * len(WORDS)


WORDS = [
    ("en", "Sold out"),
    ("ru", "Нет в наличии"),
    ("ru", "4 варианта"),
    ("ru", "Оценка 4,5 из 5"),
    ("de", "Ausverkauft"),
    ("de", "4 Varianten"),
]


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ((), "4 variants"),
        ((("glass_colour", 4),), "Glass colour: 4 options"),
        ((("size", 3), ("colour", 2)), "Size: 3 options, Colour: 2 options"),
        ((("a", 2), ("b", 2), ("c", 2)), "4 variants"),
    ],
    ids=["unknown", "one", "two", "many"],
)
def test_a_card_says_what_its_variants_differ_in(
    choices: tuple[tuple[str, int], ...], text: str
) -> None:
    card = ProductCard(
        product_id="lamp-1",
        url="/products/lamp-1",
        title="Lamp",
        brand=None,
        price_now=None,
        price_before=None,
        currency=None,
        image_url=None,
        is_in_stock=True,
        rating_average=None,
        review_count=0,
        variants=3,
        choices=choices,
    )
    assert card.variants_text == text
    assert replace(card, variants=0).variants_text is None

"""What the address of a list chooses, and how it is written again."""

from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.listing.choices import (
    CATEGORY_SORTS,
    SEARCH_SORTS,
    Choices,
    choices_of,
    listing_address,
    pairs_of,
)
from api.listing.controls import currency_of, make_controls
from api.listing.groups import Group
from api.listing.store import MOST_COUNTED, Facet

NAMES = [
    "category",
    "brand",
    "attribute.colour",
    "attribute.",
    "price_from",
    "price_to",
    "currency",
    "rating",
    "in_stock",
    "sort",
    "utm_source",
]
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["12", "12,50", "-1", "NaN", "1e9", "9" * 11, "٣", "4", "yes", "price-up", "eur", "x" * 600]
    ),
)


FACETS = [
    Facet(filter="all", value="listed", card_count=30),
    Facet(filter="all", value="fitting", card_count=30),
    Facet(filter="brand", value="Plainly", card_count=20),
    Facet(filter="brand", value="Ōkami", card_count=0),
    Facet(filter="attribute", name="is_dimmable", value="true", card_count=12, is_truth=True),
    Facet(filter="attribute", name="is_dimmable", value="false", card_count=18, is_truth=True),
    Facet(filter="attribute", name="word", value="true", card_count=7),
    Facet(filter="attribute", name="word", value="blue", card_count=8),
    Facet(filter="price", value="EUR", card_count=25, lowest=5, highest=12.5),
    Facet(filter="price", value="JPY", card_count=5, lowest=500, highest=900),
    Facet(filter="category", value="Home", card_count=26),
    Facet(filter="category", value="Home > Lamps", card_count=20),
    Facet(filter="category", value="Home > Vases", card_count=6),
    Facet(filter="category", value="Garden", card_count=4),
]


def controls(*pairs: tuple[str, str], facets: list[Facet] | None = None):  # noqa: ANN201
    return make_controls(
        choices_of(pairs, SEARCH_SORTS),
        FACETS if facets is None else facets,
        path="/search",
        kept=[("q", "lamp")],
        sorts=SEARCH_SORTS,
    )


def group(groups: object, name: str) -> Group:
    (found,) = (one for one in groups if one.name == name)  # pyright: ignore
    return found


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=12))
def test_any_address_is_read_and_what_is_written_means_the_same(
    pairs: list[tuple[str, str]],
) -> None:
    reading = choices_of(pairs, CATEGORY_SORTS)
    address = listing_address("/categories/A", pairs_of(reading.choices, "newest"))
    again = choices_of(parse_qsl(urlsplit(address).query), CATEGORY_SORTS)
    assert again.faults == {}
    if not reading.choices.has_price:
        reading = choices_of([p for p in pairs if p[0] != "currency"], CATEGORY_SORTS)
    assert again.choices == reading.choices


@pytest.mark.parametrize(
    "text", ["abc", "NaN", "Infinity", "-1", "1e3", "12.5.0", "9" * 11, "1" * 10_000, "٣", "€5"]
)
def test_what_is_no_price_chooses_nothing_and_stays_in_its_field(text: str) -> None:
    reading = choices_of([("price_from", text), ("price_to", "9")], CATEGORY_SORTS)
    assert reading.faults == {"price_from": "Enter a price such as 12.50."}
    assert reading.choices.price_from is None
    assert reading.choices.price_to == 9
    assert reading.typed["price_from"] == text[:500]


@pytest.mark.parametrize(
    ("text", "price", "written"),
    [("12", "12", "12"), ("12,50", "12.5", "12.5"), (" 0 ", "0", "0"), ("100.00", "100", "100")],
)
def test_prices_are_read_as_people_write_them(text: str, price: str, written: str) -> None:
    choices = choices_of([("price_to", text)], CATEGORY_SORTS).choices
    assert choices.price_to == Decimal(price)
    assert choices.is_filtered
    assert pairs_of(choices, "newest") == [("price_to", written)]


def test_a_lower_price_above_the_upper_one_is_a_fault_of_the_upper() -> None:
    reading = choices_of([("price_from", "9"), ("price_to", "5")], CATEGORY_SORTS)
    assert reading.faults == {"price_to": "This is less than the lower price."}
    assert not reading.choices.has_price
    assert reading.typed == {"price_from": "9", "price_to": "5"}


def test_values_of_a_filter_add_up_and_of_other_parameters_the_last_counts() -> None:
    pairs = [("brand", "A"), ("brand", "B"), ("brand", "A"), ("rating", "4"), ("rating", "2")]
    choices = choices_of(pairs, CATEGORY_SORTS).choices
    assert choices.brands == ("A", "B")
    assert choices.rating == 2


def test_orders_are_those_of_the_kind_of_list() -> None:
    assert choices_of([("sort", "popular")], CATEGORY_SORTS).choices.sort == "popular"
    reading = choices_of([("sort", "popular")], SEARCH_SORTS)
    assert reading.choices == Choices(sort="best")
    assert set(reading.faults) == {"sort"}


def test_a_value_that_leaves_nothing_is_disabled_unless_it_is_chosen() -> None:
    free, taken = group(controls().before, "brand").options
    assert (free.is_disabled, taken.is_disabled) == (False, True)
    chosen = group(controls(("brand", "Ōkami"), ("brand", "Nobody")).before, "brand")
    assert [(one.value, one.is_chosen, one.is_disabled) for one in chosen.options] == [
        ("Plainly", False, False),
        ("Ōkami", True, False),
        ("Nobody", True, False),
    ]


def test_in_a_list_that_was_not_counted_to_its_end_nothing_is_disabled() -> None:
    cut = controls(facets=[replace(FACETS[0], card_count=MOST_COUNTED), *FACETS[1:]])
    assert cut.counted == MOST_COUNTED
    assert not any(one.is_disabled for one in group(cut.before, "brand").options)
    assert controls().counted is None


def test_truth_values_are_words_and_the_word_true_is_none() -> None:
    dimmable, word = controls().after[:2]
    assert (dimmable.name, dimmable.title) == ("attribute.is_dimmable", "Is dimmable")
    assert [one.label for one in dimmable.options] == ["Yes", "No"]
    assert [one.label for one in word.options] == ["true", "blue"]


def test_categories_open_below_the_chosen_one() -> None:
    top = group(controls().before, "category").options
    assert [(one.value, one.count) for one in top] == [("", None), ("Garden", 4), ("Home", 26)]
    opened = group(controls(("category", "Home")).before, "category").options
    assert [(one.label, one.depth) for one in opened] == [
        ("All categories", 0),
        ("Garden", 0),
        ("Home", 0),
        ("Lamps", 1),
        ("Vases", 1),
    ]
    assert [one.is_chosen for one in opened] == [False, False, True, False, False]


def test_the_price_asks_for_a_currency_where_there_are_several() -> None:
    price = controls().price
    assert price is not None
    assert [(one.value, one.is_chosen) for one in price.currencies] == [
        ("EUR", True),
        ("JPY", False),
    ]
    assert [bound.hint for bound in price.bounds] == ["5", "12.50"]
    assert currency_of(FACETS) == "EUR"
    yen = controls(("price_from", "600"), ("currency", "jpy")).price
    assert yen is not None
    assert [bound.hint for bound in yen.bounds] == ["500", "900"]
    one = controls(facets=[one for one in FACETS if one.value != "JPY"]).price
    assert one is not None
    assert (one.currencies, one.currency) == ([], "EUR")


def test_each_filter_in_use_has_an_address_without_it() -> None:
    given = [
        ("brand", "Plainly"),
        ("attribute.word", "blue"),
        ("attribute.word", "true"),
        ("price_from", "6"),
        ("currency", "EUR"),
        ("rating", "4"),
        ("in_stock", "yes"),
        ("sort", "rating"),
    ]
    made = controls(*given)
    assert [(one.title, one.value) for one in made.actives] == [
        ("Brand", "Plainly"),
        ("From", "6 EUR"),
        ("Word", "blue"),
        ("Word", "true"),
        (None, "4 stars and up"),
        (None, "In stock"),
    ]
    written = set(pairs_of(choices_of(given, SEARCH_SORTS).choices, "best"))
    left = [set(parse_qsl(urlsplit(one.url).query)) for one in made.actives]
    assert [written - one for one in left] == [
        {("brand", "Plainly")},
        {("price_from", "6"), ("currency", "EUR")},
        {("attribute.word", "blue")},
        {("attribute.word", "true")},
        {("rating", "4")},
        {("in_stock", "yes")},
    ]
    assert made.clear_url == "/search?q=lamp&sort=rating"


def test_a_fault_without_a_field_is_told_all_the_same() -> None:
    long = "x" * 600
    assert controls((f"attribute.{long}", "x")).faults == ["There are no such filters."]
    unknown = controls(("attribute.nothing", long))
    assert group(unknown.after, "attribute.nothing").fault == "There is no such value."
    told = controls(("brand", long))
    assert (told.faults, group(told.before, "brand").fault) == ([], "There is no such value.")
    assert told.has_faults
    assert not controls().has_faults

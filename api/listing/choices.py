"""What somebody chose of a list's filters and orders, as the address of its page says it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from api.exchange import AnyRequest
from api.languages.translate import gettext as _
from api.languages.translate import marked

Sort = Literal["best", "newest", "popular", "rating", "price-up", "price-down"]

# The orders of each kind of list by name in English, the one that it has by itself first.
CATEGORY_SORTS: Final[Mapping[Sort, str]] = {
    "newest": marked("Newest first"),
    "popular": marked("Most popular"),
    "rating": marked("Best rated"),
    "price-up": marked("Price, low to high"),
    "price-down": marked("Price, high to low"),
}
SEARCH_SORTS: Final[Mapping[Sort, str]] = {
    "best": marked("Best match"),
    "rating": marked("Best rated"),
    "price-up": marked("Price, low to high"),
    "price-down": marked("Price, high to low"),
}
STARS = (4, 3, 2, 1)
ATTRIBUTE_PREFIX = "attribute."

_MOST_VALUES = 50
_MOST_ATTRIBUTES = 8
_LONGEST_VALUE = 500
_PRICE = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_SINGLE = ("category", "price_from", "price_to", "currency", "rating", "in_stock", "sort")

# A parameter of an address and its value.
Pair = tuple[str, str]


class Choices(Struct, frozen=True, kw_only=True):
    """What is chosen; values of one filter are alternatives, and a product fits all filters.

    Attributes
    ----------
    category : str or None
        Path of a category, on the page of a search.
    attributes : tuple
        Pairs of an attribute's name and the values of it that are chosen.
    price_from, price_to : Decimal or None
        Bounds of what a product costs now, inclusive, in `currency`, which filters nothing without
        one of them.
    rating : int or None
        Least mean of the ratings.
    """

    sort: Sort
    category: str | None = None
    brands: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    currency: str | None = None
    rating: int | None = None
    in_stock: bool = False

    @property
    def has_price(self) -> bool:
        """Whether the price has a bound."""
        return self.price_from is not None or self.price_to is not None

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is in use."""
        return self != Choices(sort=self.sort, currency=self.currency)

    def in_order(self, sort: Sort) -> "Choices":
        """Return the same filters with another order."""
        return replace(self, sort=sort)


class Reading(Struct, frozen=True, kw_only=True):
    """What the address of a page says.

    Attributes
    ----------
    typed : Mapping
        The bounds of the price as they were typed, by parameter.
    faults : Mapping
        What is wrong with a parameter, by its name; then it chooses nothing.
    """

    choices: Choices
    typed: Mapping[str, str]
    faults: Mapping[str, str]


def read_choices(request: AnyRequest, sorts: Mapping[Sort, str]) -> Reading:
    """Read what is chosen; of a parameter that stands twice and has one value the last counts."""
    return choices_of(request.query_params.multi_items(), sorts)


def choices_of(pairs: Iterable[Pair], sorts: Mapping[Sort, str]) -> Reading:
    """Read what is chosen from the parameters of an address."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if text := value.strip():
            given.setdefault(name, []).append(text)
    last = {name: given[name][-1] for name in _SINGLE if name in given}
    faults: dict[str, str] = {}
    prices = {name: _price(name, last, faults) for name in ("price_from", "price_to")}
    if None not in prices.values() and prices["price_from"] > prices["price_to"]:  # pyright: ignore[reportOperatorIssue]
        faults["price_to"] = _("This is less than the lower price.")
        prices = dict.fromkeys(prices)
    currency = last.get("currency")
    if currency is not None and not _CURRENCY.fullmatch(currency):
        faults["currency"] = _("There is no such currency.")
        currency = None
    rating = last.get("rating")
    if rating is not None and rating not in map(str, STARS):
        faults["rating"] = _("Choose from 1 to 4 stars.")
        rating = None
    if last.get("in_stock", "yes") != "yes":
        faults["in_stock"] = _("Tick this filter, or leave it out.")
    default = next(iter(sorts))
    by_name: Mapping[str, Sort] = {one: one for one in sorts}
    sort = by_name.get(last.get("sort", default))
    if sort is None:
        faults["sort"] = _("This list has no such order.")
    category = _known_lengths("category", [last["category"]] if "category" in last else [], faults)
    choices = Choices(
        sort=sort or default,
        category=category[0] if category else None,
        brands=_known_lengths("brand", given.get("brand", ()), faults),
        attributes=_attributes(given, faults),
        price_from=prices["price_from"],
        price_to=prices["price_to"],
        currency=currency and currency.upper(),
        rating=None if rating is None else int(rating),
        in_stock=last.get("in_stock") == "yes",
    )
    typed = {name: last.get(name, "")[:_LONGEST_VALUE] for name in prices}
    return Reading(choices=choices, typed=typed, faults=faults)


def pairs_of(choices: Choices, default: Sort) -> list[Pair]:
    """Write choices as the parameters of an address, always in the same order."""
    pairs = [("category", choices.category)] if choices.category is not None else []
    pairs += [("brand", brand) for brand in choices.brands]
    pairs += [
        (ATTRIBUTE_PREFIX + name, value) for name, values in choices.attributes for value in values
    ]
    for name, bound in (("price_from", choices.price_from), ("price_to", choices.price_to)):
        if bound is not None:
            pairs.append((name, price_text(bound)))
    if choices.has_price and choices.currency is not None:
        pairs.append(("currency", choices.currency))
    if choices.rating is not None:
        pairs.append(("rating", str(choices.rating)))
    if choices.in_stock:
        pairs.append(("in_stock", "yes"))
    if choices.sort != default:
        pairs.append(("sort", choices.sort))
    return pairs


def listing_address(path: str, pairs: Sequence[Pair], after: str | None = None) -> str:
    """Return the address of a list, or of its page after a cursor."""
    written = urlencode([*pairs, *([] if after is None else [("after", after)])])
    return f"{path}?{written}" if written else path


def price_text(bound: Decimal) -> str:
    """Write a bound of the price without zeros at its end."""
    whole, point, rest = f"{bound:f}".partition(".")
    return (whole + point + rest.rstrip("0")).rstrip(".")


def _price(name: str, last: Mapping[str, str], faults: dict[str, str]) -> Decimal | None:
    text = last.get(name)
    if text is None:
        return None
    if not _PRICE.fullmatch(text):
        faults[name] = _("Enter a price such as 12.50.")
        return None
    return Decimal(text.replace(",", "."))


def _attributes(
    given: Mapping[str, Sequence[str]], faults: dict[str, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = sorted(name for name in given if name.startswith(ATTRIBUTE_PREFIX))
    if any(len(name) > _LONGEST_VALUE for name in names) or len(names) > _MOST_ATTRIBUTES:
        faults["attribute"] = _("There are no such filters.")
        names = [name for name in names if len(name) <= _LONGEST_VALUE][:_MOST_ATTRIBUTES]
    found = (
        (name.removeprefix(ATTRIBUTE_PREFIX), _known_lengths(name, given[name], faults))
        for name in names
    )
    return tuple((name, values) for name, values in found if values)


def _known_lengths(name: str, values: Sequence[str], faults: dict[str, str]) -> tuple[str, ...]:
    """Return the different values that may be ones of a shop."""
    usable = [value for value in dict.fromkeys(values) if len(value) <= _LONGEST_VALUE]
    if len(usable) < len(dict.fromkeys(values)):
        faults[name] = _("There is no such value.")
    if len(usable) > _MOST_VALUES:
        faults[name] = _("Choose %(most)s at most.", most=_MOST_VALUES)
    return tuple(usable[:_MOST_VALUES])

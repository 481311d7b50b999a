"""All that the page of a list shows to choose by, and what takes each choice away."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from api.languages.formats import number_text
from api.languages.translate import gettext as _
from api.languages.translate import translated
from api.listing.choices import (
    Choices,
    Pair,
    Reading,
    Sort,
    listing_address,
    pairs_of,
)
from api.listing.groups import (
    Group,
    GroupMaker,
    Option,
    PriceGroup,
    name_in_words,
    price_group,
    stars_in_words,
    truth_in_words,
)
from api.listing.store import MOST_COUNTED, Facet
from api.pages.addresses import CATEGORY_SEPARATOR


class Active(Struct, frozen=True):
    """A filter in use, and the address of the list without it."""

    title: str | None
    value: str
    url: str


class Controls(Struct, frozen=True, kw_only=True):
    """All that a page shows to choose by.

    Attributes
    ----------
    action : str
        Where the form leads.
    kept : sequence
        Parameters that are no choice, such as the words of a search.
    before, after : sequence of Group
        Filters above and below the price.
    sorts : sequence of Option
        Orders of the list.
    clear_url : str
        The list without filters, in the same order.
    faults : sequence of str
        What is wrong with parameters that have no field on the page.
    counted : int or None
        Where the list was too long to count all: how many products were counted.
    """

    action: str
    kept: Sequence[Pair]
    before: Sequence[Group]
    price: PriceGroup | None
    after: Sequence[Group]
    sorts: Sequence[Option]
    sort_fault: str | None
    actives: Sequence[Active]
    clear_url: str
    faults: Sequence[str]
    counted: int | None

    @property
    def has_faults(self) -> bool:
        """Whether a filter has a value that cannot be used."""
        named = [group.fault for group in (*self.before, *self.after)]
        if self.price is not None:
            named += [self.price.fault, *(bound.fault for bound in self.price.bounds)]
        return bool(self.faults) or any(named)

    @property
    def is_by_currency(self) -> bool:
        """Whether the list is in the order of prices in several currencies."""
        is_by_price = any(one.is_chosen and one.value.startswith("price") for one in self.sorts)
        return is_by_price and self.price is not None and bool(self.price.currencies)


def currency_of(facets: Iterable[Facet]) -> str | None:
    """Return the currency of most of the prices."""
    return next((facet.value for facet in facets if facet.filter == "price"), None)


def make_controls(
    reading: Reading,
    facets: Sequence[Facet],
    *,
    path: str,
    kept: Sequence[Pair],
    sorts: Mapping[Sort, str],
) -> Controls:
    """Make what a page shows.

    Parameters
    ----------
    path : str
        Of the page, as a browser writes it.
    kept : sequence
        Parameters of the page that are no choice.
    sorts : Mapping
        The orders of such a list, the one that it has by itself first.
    """
    choices = reading.choices
    default = next(iter(sorts))
    listed = next((f.card_count for f in facets if f.value == "listed" and f.filter == "all"), 0)
    is_cut = listed >= MOST_COUNTED
    faults = dict(reading.faults)
    makers = GroupMaker(facets, faults, is_cut=is_cut)
    before = [makers.categories(choices.category), makers.brands(choices.brands)]
    price = price_group(reading, facets, faults)
    after = [
        *makers.attributes(dict(choices.attributes)),
        makers.ratings(choices.rating),
        makers.stock(is_chosen=choices.in_stock),
    ]

    def without(changed: Choices) -> str:
        return listing_address(path, [*kept, *pairs_of(changed, default)])

    return Controls(
        action=path,
        kept=kept,
        before=[group for group in before if group],
        price=price,
        after=[group for group in after if group],
        sorts=[
            Option(value=one, label=translated(label), count=None, is_chosen=one == choices.sort)
            for one, label in sorts.items()
        ],
        sort_fault=faults.pop("sort", None),
        actives=list(_actives(choices, {f.name for f in facets if f.is_truth}, without)),
        clear_url=without(Choices(sort=choices.sort)),
        faults=sorted(set(faults.values())),
        counted=listed if is_cut else None,
    )


def _actives(
    choices: Choices, truths: Container[str | None], without: Callable[[Choices], str]
) -> Iterable[Active]:
    """Give each value that is chosen, with the address of the list without it.

    `truths`: attributes whose values are truth values.
    """
    if choices.category is not None:
        name = choices.category.rsplit(CATEGORY_SEPARATOR, 1)[-1]
        yield Active(_("Category"), name, without(replace(choices, category=None)))
    for brand in choices.brands:
        left = tuple(one for one in choices.brands if one != brand)
        yield Active(_("Brand"), brand, without(replace(choices, brands=left)))
    for bound, title in (("price_from", _("From")), ("price_to", _("To"))):
        price = getattr(choices, bound)
        if price is not None:
            value = " ".join(filter(None, (number_text(price), choices.currency)))
            yield Active(title, value, without(replace(choices, **{bound: None})))
    for name, values in choices.attributes:
        for value in values:
            left = tuple(
                (one, kept)
                for one, others in choices.attributes
                if (kept := tuple(v for v in others if (one, v) != (name, value)))
            )
            words = truth_in_words(value) if name in truths else value
            yield Active(name_in_words(name), words, without(replace(choices, attributes=left)))
    if choices.rating is not None:
        yield Active(None, stars_in_words(choices.rating), without(replace(choices, rating=None)))
    if choices.in_stock:
        yield Active(None, _("In stock"), without(replace(choices, in_stock=False)))

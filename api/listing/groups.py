"""The filters of a list: values with counts, bounds of the price, and what is wrong with them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from api.languages.formats import bare_price
from api.languages.translate import gettext as _
from api.languages.translate import marked, ngettext, translated
from api.listing.choices import ATTRIBUTE_PREFIX, STARS, Reading
from api.listing.store import Facet
from api.pages.addresses import CATEGORY_SEPARATOR

_TRUTHS = {"true": marked("Yes"), "false": marked("No")}


class Option(Struct, frozen=True, kw_only=True):
    """A value of a filter.

    Attributes
    ----------
    count : int or None
        Cards that the list would have with it, under the other filters; None: not counted.
    is_disabled : bool
        Whether choosing it would leave nothing.
    depth : int
        How far to move it in, below the category that it is of.
    """

    value: str
    label: str
    count: int | None
    is_chosen: bool
    is_disabled: bool = False
    depth: int = 0


class Group(Struct, frozen=True, kw_only=True):
    """A filter of which values are chosen.

    Attributes
    ----------
    name : str
        Of the parameter.
    is_single : bool
        Whether one value is chosen at most; then one of the options stands for any.
    """

    name: str
    title: str
    options: Sequence[Option]
    is_single: bool = False
    fault: str | None = None

    @property
    def chosen_count(self) -> int:
        """How many values are chosen; the one that stands for any is none."""
        return sum(option.is_chosen and option.value != "" for option in self.options)


class PriceBound(Struct, frozen=True, kw_only=True):
    """A field for a bound of the price, with what was typed."""

    name: str
    label: str
    typed: str
    hint: str
    fault: str | None


class PriceGroup(Struct, frozen=True, kw_only=True):
    """The filter for the price.

    Attributes
    ----------
    currencies : sequence of Option
        To choose from, where the list has several.
    currency : str or None
        Of the bounds.
    """

    bounds: Sequence[PriceBound]
    currencies: Sequence[Option]
    currency: str | None
    is_chosen: bool
    fault: str | None


class GroupMaker:
    """Makes the groups of a list; each takes its fault out of those that are left."""

    def __init__(self, facets: Sequence[Facet], faults: dict[str, str], *, is_cut: bool) -> None:
        self._facets = facets
        self._faults = faults
        self._is_cut = is_cut

    def categories(self, chosen: str | None) -> Group | None:
        """Make the filter by category: those of the top, and below the chosen one its own."""
        totals = {facet.value or "": facet.card_count for facet in self._of("category")}
        if chosen is not None:
            totals.setdefault(chosen, 0)
        shown = [path for path in sorted(totals) if _is_opened(path, chosen)]
        is_wanted = chosen is not None or "category" in self._faults
        if len(shown) < 2 and not is_wanted:  # noqa: PLR2004  (a choice needs two)
            return None
        options = [
            self._option(
                path,
                path.rsplit(CATEGORY_SEPARATOR, 1)[-1],
                totals[path],
                depth=path.count(CATEGORY_SEPARATOR),
                is_chosen=path == chosen,
            )
            for path in shown
        ]
        anything = Option(value="", label=_("All categories"), count=None, is_chosen=chosen is None)
        return self._group("category", _("Category"), [anything, *options], is_single=True)

    def brands(self, chosen: Sequence[str]) -> Group | None:
        """Make the filter by brand."""
        return self._values("brand", _("Brand"), self._of("brand"), chosen)

    def attributes(self, chosen: Mapping[str, Sequence[str]]) -> list[Group | None]:
        """Make the filters by attributes, those in use first."""
        found: dict[str, list[Facet]] = {name: [] for name in chosen}
        for facet in self._of("attribute"):
            found.setdefault(facet.name or "", []).append(facet)
        for name in self._faults:
            if name.startswith(ATTRIBUTE_PREFIX):
                found.setdefault(name.removeprefix(ATTRIBUTE_PREFIX), [])
        return [
            self._values(ATTRIBUTE_PREFIX + name, name_in_words(name), values, chosen.get(name, ()))
            for name, values in found.items()
        ]

    def ratings(self, chosen: int | None) -> Group | None:
        """Make the filter by the mean of the ratings."""
        counts = {facet.value: facet.card_count for facet in self._of("rating")}
        if not counts and chosen is None and "rating" not in self._faults:
            return None
        options = [
            self._option(
                str(stars),
                stars_in_words(stars),
                counts.get(str(stars), 0),
                is_chosen=stars == chosen,
            )
            for stars in STARS
        ]
        anything = Option(value="", label=_("Any rating"), count=None, is_chosen=chosen is None)
        return self._group("rating", _("Rating"), [anything, *options], is_single=True)

    def stock(self, *, is_chosen: bool) -> Group | None:
        """Make the filter for what can be bought."""
        found = self._of("stock")
        if not found and not is_chosen and "in_stock" not in self._faults:
            return None
        count = found[0].card_count if found else 0
        option = self._option("yes", _("In stock"), count, is_chosen=is_chosen)
        return self._group("in_stock", _("Availability"), [option])

    def _values(
        self, name: str, title: str, facets: Sequence[Facet], chosen: Sequence[str]
    ) -> Group | None:
        is_wanted = chosen or name in self._faults
        if len(facets) < 2 and not is_wanted:  # noqa: PLR2004  (a choice needs two)
            return None
        values = [facet.value or "" for facet in facets]
        options = [
            self._option(value, _value_in_words(facet), facet.card_count, is_chosen=value in chosen)
            for value, facet in zip(values, facets, strict=True)
        ]
        # A value that no product has, or that is not among the most common ones.
        options += [
            Option(value=value, label=value, count=None, is_chosen=True)
            for value in chosen
            if value not in values
        ]
        return self._group(name, title, options)

    def _group(
        self, name: str, title: str, options: Sequence[Option], *, is_single: bool = False
    ) -> Group:
        fault = self._faults.pop(name, None)
        return Group(name=name, title=title, options=options, is_single=is_single, fault=fault)

    def _option(
        self, value: str, label: str, count: int, *, is_chosen: bool, depth: int = 0
    ) -> Option:
        # Of a list that was not counted to its end nothing tells that a value leaves nothing.
        is_disabled = count == 0 and not is_chosen and not self._is_cut
        return Option(
            value=value,
            label=label,
            count=count,
            is_chosen=is_chosen,
            is_disabled=is_disabled,
            depth=depth,
        )

    def _of(self, name: str) -> list[Facet]:
        return [facet for facet in self._facets if facet.filter == name]


def name_in_words(name: str) -> str:
    """Write an attribute's name for people: `water_resistant` becomes Water resistant."""
    return name.replace("_", " ").capitalize()


def stars_in_words(stars: int) -> str:
    """Name the products that are rated so at least."""
    return ngettext("%(num)s star and up", "%(num)s stars and up", stars)


def truth_in_words(value: str) -> str:
    """Write a truth value for people; anything else stays as it is."""
    return translated(_TRUTHS[value]) if value in _TRUTHS else value


def _value_in_words(facet: Facet) -> str:
    value = facet.value or ""
    return truth_in_words(value) if facet.is_truth else value


def _is_opened(path: str, chosen: str | None) -> bool:
    """Tell whether a category is shown: the top, the way to the chosen one, and its children."""
    parent = path.rpartition(CATEGORY_SEPARATOR)[0]
    way = "" if chosen is None else chosen
    return not parent or way == parent or way.startswith(parent + CATEGORY_SEPARATOR)


def price_group(
    reading: Reading, facets: Sequence[Facet], faults: dict[str, str]
) -> PriceGroup | None:
    """Make the filter for the price; its faults are taken out of those that are left."""
    found = [facet for facet in facets if facet.filter == "price"]
    choices = reading.choices
    is_chosen = choices.has_price or any(reading.typed.values())
    named = [facet for facet in found if facet.value is not None]
    has_several = len(named) > 1
    of_one = next((facet for facet in found if facet.value == choices.currency), None)
    if of_one is None and found:
        of_one = found[0]
    is_one_price = of_one is None or of_one.lowest == of_one.highest
    is_wrong = not faults.keys().isdisjoint({"price_from", "price_to", "currency"})
    if is_one_price and not has_several and not is_chosen and not is_wrong:
        return None
    currency = choices.currency or (None if of_one is None else of_one.value)
    ends = (None, None) if of_one is None else (of_one.lowest, of_one.highest)
    return PriceGroup(
        bounds=[
            PriceBound(
                name=name,
                label=label,
                typed=reading.typed[name],
                hint="" if end is None else bare_price(end),
                fault=faults.pop(name, None),
            )
            for name, label, end in zip(
                ("price_from", "price_to"), (_("From"), _("To")), ends, strict=True
            )
        ],
        currencies=[
            Option(
                value=facet.value or "",
                label=facet.value or "",
                count=facet.card_count,
                is_chosen=facet.value == currency,
            )
            for facet in named
        ]
        if has_several
        else [],
        currency=currency,
        is_chosen=is_chosen,
        fault=faults.pop("currency", None),
    )

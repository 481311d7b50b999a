"""The variants of a product as links, by what they differ in."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from api.languages.translate import gettext as _
from api.listing.groups import name_in_words
from api.pages.addresses import product_url
from api.product_page.store import VariantRow
from api.product_page.values import value_in_words

# By more than these, variants are chosen by their titles.
_MOST_NAMES = 3


class VariantLink(Struct, frozen=True):
    """A variant to go to."""

    text: str
    url: str
    is_current: bool
    is_in_stock: bool


class VariantChoice(Struct, frozen=True):
    """What variants differ in, and one of them for each value."""

    name: str
    links: Sequence[VariantLink]


def variant_choices(product_id: str, rows: Sequence[VariantRow]) -> list[VariantChoice]:
    """Make the choices that a product's page offers.

    There is one for each attribute that all variants have and in which they differ. A value leads
    to the variant that is otherwise most like the product, in stock before sold out. Where these do
    not tell all variants apart, or are more than three, the one choice is by titles.

    Parameters
    ----------
    product_id : str
        Of the page.
    rows : sequence of VariantRow
        The product's group, itself included; values come in this order.
    """
    own = next((row for row in rows if row.product_id == product_id), None)
    if own is None or len(rows) == 1:
        return []
    # As JSON, because true is no 1, and because lists are no keys.
    written = {
        row.product_id: {
            name: msgspec.json.encode(value)
            for name, value in row.attributes.items()
            if value is not None and value != ""
        }
        for row in rows
    }
    names = [name for name in written[product_id] if _differs(name, list(written.values()))]
    told_apart = {tuple(written[row.product_id][name] for name in names) for row in rows}
    if not 0 < len(names) <= _MOST_NAMES or len(told_apart) < len(rows):
        links = [_link(row, row.title, product_id) for row in rows]
        return [VariantChoice(_("Variants"), links)]

    def nearest(name: str, value: bytes) -> VariantRow:
        """Return the variant with a value that has most of the product's others."""

        def likeness(row: VariantRow) -> tuple[int, bool]:
            ours, theirs = written[product_id], written[row.product_id]
            return sum(ours[one] == theirs[one] for one in names), row.is_in_stock

        fitting = [row for row in rows if written[row.product_id][name] == value]
        return max(fitting, key=likeness)

    return [
        VariantChoice(
            name_in_words(name),
            [
                _link(row, value_in_words(row.attributes[name]), product_id)
                for row in (
                    nearest(name, value)
                    for value in dict.fromkeys(written[row.product_id][name] for row in rows)
                )
            ],
        )
        for name in names
    ]


def _differs(name: str, written: Sequence[Mapping[str, bytes]]) -> bool:
    """Tell whether all variants have an attribute, and not all the same value."""
    values = {one.get(name) for one in written}
    return len(values) > 1 and None not in values


def _link(row: VariantRow, text: str, product_id: str) -> VariantLink:
    return VariantLink(
        text=text,
        url=product_url(row.product_id),
        is_current=row.product_id == product_id,
        is_in_stock=row.is_in_stock,
    )

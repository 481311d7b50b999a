"""What the pages say of the tables in a receipt, and of what waits."""

from collections.abc import Mapping

from msgspec import Struct

from api.languages.translate import gettext as _

# What dbt makes.
_COMPUTED = ("staging.", "marts.")


class Counted(Struct, frozen=True):
    """How many rows of a kind were deleted."""

    name: str
    count: int


def counted(counts: Mapping[str, int]) -> list[Counted]:
    """Put the counts of a receipt into words, tables of one kind together."""
    words = _words()
    places = {table: place for place, table in enumerate(words)}
    found: dict[str, Counted] = {}
    for table in sorted(counts, key=lambda one: (places.get(one, len(places)), one)):
        name = words.get(table) or _other(table)
        known = found.get(name, Counted(name, 0))
        found[name] = Counted(name, known.count + counts[table])
    return list(found.values())


def waits(steps: list[str]) -> list[str]:
    """Put what is still to be computed without the shopper into words."""
    words = {
        "transform": _("Totals over all shoppers, such as how popular a product is"),
        "embed": _("What tells which products are alike"),
        "train": _(
            "What the recommendations have learned; they learn it anew at the next training"
        ),
        "export": _("The copy of the recommendations for times when the database is away"),
    }
    return [words[step] for step in steps if step in words]


def _other(table: str) -> str:
    """Say what a table is that is of no interest by itself."""
    if table.startswith(_COMPUTED):
        return _("What was computed from it")
    if table.startswith("ops."):
        return _("Notes of the shop's own work that name you")
    return _("Other data about you")


def _words() -> Mapping[str, str]:
    return {
        "raw.shoppers": _("Your number and name"),
        "ops.accounts": _("Your account"),
        "ops.account_links": _("Links that were mailed to you"),
        "raw.consents": _("Your decisions about personalisation"),
        "raw.purchases": _("Purchases"),
        "raw.returns": _("Returns"),
        "raw.views": _("Products you looked at"),
        "raw.basket_additions": _("Products you put into a basket"),
        "raw.baskets": _("Your basket"),
        "raw.basket_lines": _("Your basket"),
        "raw.clicks": _("Clicks on recommendations"),
        "recs.impressions": _("What lists showed you"),
        "raw.reviews": _("Reviews"),
        "raw.rejected_rows": _("Lines about you that could not be read"),
        "recs.hides": _("Products you hid"),
        "recs.preferences": _("Products you want more or less like"),
        "ops.sessions": _("Browsers you were signed in on"),
    }

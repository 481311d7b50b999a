"""One product of the rows of its variants.

Orders name a variant, pages and lists show the product. A product per variant would divide what
shoppers do among sizes and colours, so the product is what has a page of its own: it costs what its
cheapest variant costs, is in stock if one is, and has the options of all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from alsolike.loading.shops.values import Price, read_price


@dataclass(slots=True)
class Item:
    """A product as an export has it.

    Attributes
    ----------
    line : int
        The line on which it begins.
    columns : dict
        Columns of the products table; those that are missing keep what an earlier load stored.
        Texts may be HTML. `attributes` is a dict.
    skus, ids, names : tuple of str
        By which lines of orders may name it or its variants.
    problem : str or None
        Why it cannot be used.
    """

    line: int
    columns: dict[str, object]
    skus: Sequence[str] = ()
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    problem: str | None = None


@dataclass(slots=True)
class Variant:
    """What a variant adds to its product.

    Attributes
    ----------
    price, sale_price : Price or None
        The usual price, and what it costs now if that is less.
    is_in_stock : bool or None
        Whether it can be ordered; None if the export does not say.
    """

    price: Price | None = None
    sale_price: Price | None = None
    is_in_stock: bool | None = None
    options: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def costs(self) -> Decimal | None:
        """What it costs now, if that can be read."""
        one = self.sale_price or self.price
        return None if one is None else one.amount


def sale(price: str | None, sale_price: str | None) -> tuple[Price | None, Price | None]:
    """Return the usual price, and the sale price if it is less."""
    usual, reduced = read_price(price), read_price(sale_price)
    if usual is None:
        return reduced, None
    if reduced is None or reduced.amount is None or not reduced.amount:
        return usual, None
    if usual.amount is not None and reduced.amount >= usual.amount:
        return usual, None
    return usual, reduced


def fold(variants: Sequence[Variant], currency: str | None) -> dict[str, object]:
    """Return the price, the sale price, the currency and the stock of a product.

    Parameters
    ----------
    currency : str or None
        The shop's, unless the price has one beside it.
    """
    sold = [one for one in variants if one.is_in_stock is not False] or list(variants)
    # Where something else has a price, 0 stands for none.
    cheapest = min(
        (one for one in sold if one.costs), key=lambda one: one.costs or Decimal(0), default=None
    )
    chosen = cheapest or next((one for one in sold if one.price), Variant())
    price = chosen.price
    columns: dict[str, object] = {
        "price": price and price.text,
        "sale_price": chosen.sale_price and chosen.sale_price.text,
        "currency": ((price and price.currency) or currency) if price else None,
    }
    stocks = [one.is_in_stock for one in variants if one.is_in_stock is not None]
    if stocks:
        columns["in_stock"] = any(stocks)
    return columns


def options(variants: Iterable[Variant]) -> dict[str, object]:
    """Return the values of each option in the order of the variants; one value stands alone."""
    values: dict[str, dict[str, None]] = {}
    for one in variants:
        for name, value in one.options.items():
            values.setdefault(name, {})[value] = None
    return {
        name: next(iter(found)) if len(found) == 1 else list(found)
        for name, found in values.items()
    }

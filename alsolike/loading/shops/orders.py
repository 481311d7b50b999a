"""Purchases of the lines of a shop's orders."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from alsolike.loading.rows import Reading, Row
from alsolike.loading.shops.records import Record
from alsolike.loading.shops.values import is_no_product, read_count, read_price
from alsolike.loading.shops.variants import Item
from alsolike.loading.summary import counted
from alsolike.loading.tables import PURCHASES
from alsolike.privacy.hashes import shopper_of

# What was once an order: it is loaded with its status, so that an earlier load of it is taken back.
_TAKEN_BACK = frozenset(("refunded", "cancelled", "voided"))


@dataclass(slots=True)
class OrderLine:
    """A line of an order.

    Attributes
    ----------
    line : int
        The line of the file, in JSON the number of the order.
    email : str or None
        The shopper's address, which is hashed and stored nowhere.
    account : str or None
        The shopper's id in the shop, used where the export has no addresses.
    is_guest : bool
        The order was made without an account.
    kind : str or None
        What the export says of the line, such as `shipping`.
    state : str or None
        Why the order or the line is no purchase, such as `refunded` or `test`.
    """

    line: int
    order_id: str | None
    ordered_at: str | None
    email: str | None = None
    account: str | None = None
    is_guest: bool = False
    sku: str | None = None
    product: str | None = None
    variant: str | None = None
    name: str | None = None
    kind: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    state: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class Catalogue:
    """Which product an SKU, an id or a name means.

    Attributes
    ----------
    products : dict
        The product's id; None where two products share the key.
    """

    products: dict[tuple[str, str], str | None] = field(
        default_factory=dict[tuple[str, str], str | None]
    )

    def add(self, item: Item) -> None:
        """Note by which keys orders may name a product."""
        product = item.columns.get("product_id")
        if not isinstance(product, str) or not product:
            return
        for kind, keys in (("sku", item.skus), ("id", item.ids), ("name", item.names)):
            for key in keys:
                place = kind, key.casefold()
                known = self.products.setdefault(place, product)
                if known != product:
                    self.products[place] = None

    def product_of(self, line: OrderLine) -> str | None:
        """Return the product of a line: by its variant's or its own id, its SKU, then its name."""
        for kind, key in (
            ("id", line.variant),
            ("id", line.product),
            ("sku", line.sku),
            ("name", line.name),
        ):
            product = self.products.get((kind, key.casefold())) if key else None
            if product is not None:
                return product
        return None


def carried_down(records: Iterable[Record], order: str) -> Iterator[Record]:
    """Give the further lines of an order what only its first line has.

    Parameters
    ----------
    order : str
        The field of the order's number. A line without one belongs to the order above it.
    """
    first = Record(0, {})
    for record in records:
        number = record.get(order)
        if number is not None and number != first.get(order):
            first = record
            yield record
        else:
            yield replace(record, values={**_of_order(first), **record.values})


# Fields of a line; those of the order are carried down.
_OF_LINE = frozenset(
    ("sku", "product", "variant", "name", "kind", "quantity", "kept", "unit_price", "parent")
)


def _of_order(record: Record) -> dict[str, str]:
    return {field: value for field, value in record.values.items() if field not in _OF_LINE}


@dataclass(slots=True)
class Purchases:
    """Turns the lines of orders into rows of purchases or returns.

    Attributes
    ----------
    key : str
        The key of the hashes that stand for e-mail addresses.
    """

    catalogue: Catalogue
    products: str
    key: str

    def rows(self, lines: Iterable[OrderLine], reading: Reading) -> Iterator[Row]:
        """Give the rows of purchases; `reading` gets a remark on what is left out."""
        reading.columns.update(PURCHASES.columns)
        left_out: Counter[str] = Counter()
        dropped = 0
        order: str | None = None
        seen: Counter[str] = Counter()
        noted: set[str] = set()
        for line in lines:
            if line.order_id != order:
                order = line.order_id
                seen.clear()
                noted.clear()
            product = self.catalogue.product_of(line)
            if line.state is not None and line.state not in _TAKEN_BACK:
                if line.state not in noted:
                    left_out[line.state] += 1
                    noted.add(line.state)
            elif product is None and is_no_product(line.name, line.kind):
                dropped += 1
            elif product is not None or not _is_empty(line) or line.problem:
                yield self._purchase(line, product, _purchase_id(line, product, seen))
        reading.remarks.extend(
            f"{counted(count, f'{state} order')} left out."
            for state, count in left_out.most_common()
        )
        if dropped:
            what = counted(dropped, "line")
            reading.remarks.append(f"{what} of shipping, fees and tips left out.")

    def _purchase(self, line: OrderLine, product: str | None, purchase_id: str) -> Row:
        problem = line.problem
        if line.order_id is None:
            problem = problem or "the order has no number"
        if product is None:
            named = line.sku or line.product or line.variant or line.name or ""
            named = re.sub(r"\S*@\S*", "(an address)", named[:40])
            problem = problem or f"the line is of '{named}', which {self.products} lacks"
        price, count = read_price(line.unit_price), read_count(line.quantity)
        shopper = None
        if not line.is_guest:
            shopper = shopper_of(line.email, self.key) if line.email else line.account
        columns = {
            "purchase_id": purchase_id if line.order_id else None,
            "shopper_id": shopper,
            "product_id": product,
            "purchased_at": line.ordered_at,
            # Of a line without any, all was refunded.
            "quantity": None if count == 0 else line.quantity if count is None else str(count),
            "unit_price": price and price.text,
            "order_id": line.order_id,
            "status": line.state or ("refunded" if count == 0 else "paid"),
        }
        return Row(line.line, problem, [columns[name] for name in PURCHASES.columns])


def _is_empty(line: OrderLine) -> bool:
    """Whether an order of no lines stands in a row of its own."""
    return not (line.sku or line.product or line.variant or line.name)


def _purchase_id(line: OrderLine, product: str | None, seen: Counter[str]) -> str:
    """Return an id that stays when the order is exported again, with other lines around it."""
    what = line.variant or line.sku or line.product or product or line.name or ""
    seen[what] += 1
    times = f"/{seen[what]}" if seen[what] > 1 else ""
    return f"{line.order_id}/{what}{times}"

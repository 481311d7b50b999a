"""Load a shop system's files of products and orders."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast

import msgspec

from alsolike.loading.formats import written_at
from alsolike.loading.rows import Chunk, Reading, Row, Source, encode_rows
from alsolike.loading.shops.magento import MAGENTO
from alsolike.loading.shops.merchant import MERCHANT
from alsolike.loading.shops.orders import Catalogue, Purchases
from alsolike.loading.shops.prestashop import PRESTASHOP
from alsolike.loading.shops.shopify import SHOPIFY
from alsolike.loading.shops.system import Shop, ShopSystem
from alsolike.loading.shops.variants import Item
from alsolike.loading.shops.woocommerce import WOOCOMMERCE
from alsolike.loading.sources import load_sources
from alsolike.loading.summary import LoadSummary
from alsolike.loading.tables import PRODUCTS, PURCHASES
from alsolike.progress import Report

SYSTEMS = {one.name: one for one in (SHOPIFY, WOOCOMMERCE, MERCHANT, MAGENTO, PRESTASHOP)}

# Texts of one line; a feed may break them into several.
_LINES = ("title", "category", "brand")


def load_shop(
    system: str,
    products: Path,
    orders: Path | None,
    *,
    shop: Shop,
    shopper_key: str,
    consent: str | None,
    report: Report,
    is_full: bool = False,
    accepts_deletes: bool = False,
    is_trial: bool = False,
    run_id: int | None = None,
) -> LoadSummary:
    """Load the products of a shop system's export, and the purchases of its orders.

    Parameters
    ----------
    system : str
        A key of `SYSTEMS`.
    products, orders : Path
        Files as the system writes them, `.gz` or not. The products tell what the orders' lines
        mean.
    shopper_key : str
        The key of the hashes that stand for e-mail addresses.

    See `load_sources` for the other parameters and the errors.
    """
    layout = SYSTEMS[system]
    sources = [
        Source(
            products.name,
            PRODUCTS,
            partial(_read_products, layout, products, shop),
            written_at(products),
        )
    ]
    if orders is not None and layout.read_orders is not None:
        catalogue = Catalogue()
        for item in layout.read_products(products, shop):
            catalogue.add(item)
        purchases = Purchases(catalogue, products.name, shopper_key)
        sources.append(
            Source(orders.name, PURCHASES, partial(_read_orders, layout, orders, purchases))
        )
    return load_sources(
        sources,
        origin=system,
        consent=consent,
        report=report,
        is_full=is_full,
        accepts_deletes=accepts_deletes,
        is_trial=is_trial,
        run_id=run_id,
    )


def _read_products(layout: ShopSystem, path: Path, shop: Shop, reading: Reading) -> Iterator[Chunk]:
    def rows() -> Iterator[Row]:
        for item in layout.read_products(path, shop):
            reading.columns.update(item.columns)
            yield _row(item)

    yield from encode_rows(rows(), PRODUCTS, reading)


def _row(item: Item) -> Row:
    columns = {name: _as_text(name, value) for name, value in item.columns.items()}
    return Row(item.line, item.problem, [columns.get(name) for name in PRODUCTS.columns])


def _as_text(name: str, value: object) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return msgspec.json.encode(cast("object", value)).decode()
        case _ if name in _LINES:
            return " ".join(str(value).split())
        case _:
            return str(value).strip()


def _read_orders(
    layout: ShopSystem, path: Path, purchases: Purchases, reading: Reading
) -> Iterator[Chunk]:
    assert layout.read_orders is not None  # noqa: S101  (only such layouts have a source of orders)
    rows = purchases.rows(layout.read_orders(path), reading)
    yield from encode_rows(rows, PURCHASES, reading)

"""Whose export a file is, as its header shows."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from alsolike.errors import InputFileError
from alsolike.loading.formats import opened

# So many of its marks show that a header is a system's; one may be anybody's.
_ENOUGH_MARKS = 2

# The name space of Google Merchant feeds stands in their first lines.
_GOOGLE = "http://base.google.com/ns/1.0"
_BEGINNING = 16_384


class Export(NamedTuple):
    """A file that a shop system writes.

    Attributes
    ----------
    system : str
        The system's name.
    command : str
        The command that reads it: `alsolike load COMMAND`.
    content : str
        `products` or `orders`, which is also the command's option.
    marks : frozenset of str
        Names of columns that no other file is likely to have, as `header_name` writes them.
    """

    system: str
    command: str
    content: str
    marks: frozenset[str]

    @property
    def title(self) -> str:
        """What the file is."""
        return f"{self.system} {self.content}"


def header_name(name: str) -> str:
    """Return the name of a column without what systems and their releases write differently.

    >>> header_name(" Image_Link "), header_name("Name*"), header_name("g:id")
    ('image link', 'name', 'id')
    """
    plain = re.sub(r"[\s_]+", " ", name.replace("\u2019", "'").casefold()).strip(" *\ufeff")
    return plain.removeprefix("g:")


def _export(system: str, command: str, content: str, *marks: str) -> Export:
    return Export(system, command, content, frozenset(marks))


SHOPIFY_PRODUCTS = _export(
    "Shopify",
    "shopify",
    "products",
    "body (html)",
    "option1 name",
    "option1 value",
    "variant sku",
    "variant price",
    "variant compare at price",
    "variant inventory qty",
    "image src",
    "url handle",
    "compare-at price",
    "product image url",
    "published on online store",
    "continue selling when out of stock",
)
SHOPIFY_ORDERS = _export(
    "Shopify",
    "shopify",
    "orders",
    "financial status",
    "fulfillment status",
    "paid at",
    "lineitem quantity",
    "lineitem name",
    "lineitem price",
    "lineitem sku",
)
WOOCOMMERCE_PRODUCTS = _export(
    "WooCommerce",
    "woocommerce",
    "products",
    "visibility in catalog",
    "is featured?",
    "in stock?",
    "backorders allowed?",
    "sold individually?",
    "regular price",
    "attribute 1 name",
    "attribute 1 value(s)",
    "tax status",
)
WOOCOMMERCE_ORDERS = _export(
    "WooCommerce",
    "woocommerce",
    "orders",
    "order status",
    "email (billing)",
    "first name (billing)",
    "order total amount",
    "quantity (- refund)",
    "item cost",
    "billing email",
    "line item 1",
    "product item 1 name",
    "item sku",
    "payment method title",
)
MERCHANT_PRODUCTS = _export(
    "Google Merchant",
    "merchant",
    "products",
    "availability",
    "image link",
    "google product category",
    "product type",
    "identifier exists",
    "sale price effective date",
    "mpn",
    "condition",
)
MAGENTO_PRODUCTS = _export(
    "Magento",
    "magento",
    "products",
    "store view code",
    "attribute set code",
    "product websites",
    "product online",
    "additional attributes",
    "configurable variations",
    "url key",
    "base image",
    "visibility",
)
MAGENTO_ORDERS = _export(
    "Magento",
    "magento",
    "orders",
    "increment id",
    "qty ordered",
    "customer is guest",
    "base grand total",
    "item:sku",
    "item:qty ordered",
    "purchase point",
    "bill-to name",
    "grand total (base)",
)
PRESTASHOP_PRODUCTS = _export(
    "PrestaShop",
    "prestashop",
    "products",
    "active (0/1)",
    "categories (x,y,z...)",
    "price tax excluded",
    "price tax included",
    "reference #",
    "image urls (x,y,z...)",
    "feature (name:value:position:customized)",
    "price (tax excl.)",
    "price (tax incl.)",
    "actif (0/1)",
    "catégories (x,y,z...)",
    "prix ht",
    "prix ttc",
    "url des images (x,y,z...)",
    "prix (ht)",
    "prix (ttc)",
)
PRESTASHOP_ORDERS = _export(
    "PrestaShop",
    "prestashop",
    "orders",
    "id order",
    "product reference",
    "product quantity",
    "unit price tax incl",
    "new client",
    "nouveau client",
)
_EXPORTS = (
    SHOPIFY_PRODUCTS,
    SHOPIFY_ORDERS,
    WOOCOMMERCE_PRODUCTS,
    WOOCOMMERCE_ORDERS,
    MERCHANT_PRODUCTS,
    MAGENTO_PRODUCTS,
    MAGENTO_ORDERS,
    PRESTASHOP_PRODUCTS,
    PRESTASHOP_ORDERS,
)


def recognise(names: Iterable[str]) -> Export | None:
    """Return the export whose header has most of these names of columns, if one is likely."""
    known = set(map(header_name, names))
    likeliest = max(_EXPORTS, key=lambda export: len(known & export.marks))
    return likeliest if len(known & likeliest.marks) >= _ENOUGH_MARKS else None


def recognise_file(path: Path) -> Export | None:
    """Return the export that a CSV file or a feed is, as its first lines show."""
    name = path.name.removesuffix(".gz").lower()
    if not name.endswith((".csv", ".tsv", ".txt", ".xml", ".rss", ".atom")):
        return None
    try:
        with opened(path) as stream:
            beginning = stream.read(_BEGINNING).decode(errors="replace")
    except InputFileError:
        # The file is not asked for, so nobody needs to know.
        return None
    if _GOOGLE in beginning:
        return MERCHANT_PRODUCTS
    header = beginning.removeprefix("\ufeff").partition("\n")[0]
    headers = (chain.from_iterable(csv.reader([header], delimiter=sign)) for sign in ",;\t")
    return next(filter(None, map(recognise, headers)), None)


def commands_for(exports: Iterable[tuple[Path, Export]]) -> Iterator[str]:
    """Yield a sentence for each shop system that names the command that reads its files."""
    files: dict[str, list[tuple[Path, Export]]] = {}
    for path, export in exports:
        files.setdefault(export.command, []).append((path, export))
    for command, found in files.items():
        options = {export.content: path for path, export in found}
        names = ", ".join(
            f"{path.name} has the columns of {export.title}" for path, export in found
        )
        products = options.get("products", "FILE")
        orders = f" --orders {options['orders']}" if "orders" in options else ""
        yield (
            f"{names}: alsolike load {command} --products {products}{orders} "
            f"{'reads them' if len(found) > 1 else 'reads it'}."
        )

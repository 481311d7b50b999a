"""Whose export a file is, as its header shows."""

import csv
import re
from collections.abc import Iterable
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


def command_hint(path: Path, names: Iterable[str]) -> str:
    """Return a sentence that names the command that reads a shop system's file; empty if none."""
    export = recognise(names)
    if export is None:
        return ""
    products = path if export.content == "products" else "FILE"
    orders = f" --orders {path}" if export.content == "orders" else ""
    return (
        f"{path.name} has the columns of {export.title}: alsolike load {export.command} "
        f"--products {products}{orders} reads them."
    )


def hint_of_file(path: Path) -> str:
    """Return `command_hint` of a CSV file or a feed; empty if it is no file of a shop system."""
    name = path.name.removesuffix(".gz").lower()
    if not name.endswith((".csv", ".tsv", ".txt", ".xml", ".rss", ".atom")):
        return ""
    try:
        with opened(path) as stream:
            beginning = stream.read(_BEGINNING).decode(errors="replace")
    except InputFileError:
        # The file is not asked for, so nobody needs to know.
        return ""
    if _GOOGLE in beginning:
        return command_hint(path, MERCHANT_PRODUCTS.marks)
    header = beginning.removeprefix("\ufeff").partition("\n")[0]
    return next((hint for sign in ",;\t" if (hint := _hint_of_header(path, header, sign))), "")


def _hint_of_header(path: Path, header: str, separator: str) -> str:
    return command_hint(path, chain.from_iterable(csv.reader([header], delimiter=separator)))

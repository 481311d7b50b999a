"""WooCommerce's export of products, and orders as export plugins and the REST API write them.

WooCommerce itself exports no orders. The columns are those of Advanced Order Export (a row per
line), of WebToffee's (`line_item_1` …, a row per order) and of others that name columns alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alsolike.loading.shop_headers import WOOCOMMERCE_ORDERS, WOOCOMMERCE_PRODUCTS
from alsolike.loading.shops.orders import OrderLine, carried_down
from alsolike.loading.shops.records import (
    Fields,
    Record,
    is_json,
    objects_of,
    read_objects,
    read_records,
    text_of,
)
from alsolike.loading.shops.system import Shop, ShopSystem
from alsolike.loading.shops.values import (
    deepest,
    is_now,
    no_purchase,
    read_count,
    read_time,
    read_yes,
)
from alsolike.loading.shops.variants import Item, Variant, fold, options, sale

# The export's header is in the language of the person who made it.
_PRODUCT: Fields = {
    "id": ("id",),
    "kind": ("type", "typ"),
    "sku": ("sku", "ugs", "artikelnummer"),
    "gtin": ("gtin, upc, ean, or isbn", "gtin, upc, ean oder isbn", "gtin, upc, ean ou isbn"),
    "title": ("name", "nom"),
    "published": ("published", "publié", "veröffentlicht"),
    "visibility": (
        "visibility in catalog",
        "visibilité dans le catalogue",
        "sichtbarkeit im katalog",
    ),
    "short": ("short description", "description courte", "kurzbeschreibung"),
    "body": ("description", "beschreibung"),
    "sale_begins": ("date sale price starts",),
    "sale_ends": ("date sale price ends",),
    "in_stock": ("in stock?", "en stock ?", "en stock?", "vorrätig?"),
    "stock": ("stock", "lager", "lagerbestand"),
    "backorders": ("backorders allowed?",),
    "sale_price": ("sale price", "tarif promo", "angebotspreis"),
    "price": ("regular price", "tarif régulier", "regulärer preis"),
    "categories": ("categories", "catégories", "kategorien"),
    "tags": ("tags", "étiquettes", "schlagwörter"),
    "images": ("images", "bilder"),
    "parent": ("parent", "übergeordnet", "übergeordnetes produkt"),
    "brand": ("brands", "brand", "marques", "marken"),
}
_OPTIONS = (
    ("attribute {} name", "attribute {} value(s)"),
    ("nom de l'attribut {}", "valeur(s) de l'attribut {}"),
    ("attribut {} name", "attribut {} wert(e)"),
)
_ORDER: Fields = {
    "order": ("order number", "order id", "order #", "order"),
    "state": ("order status", "status"),
    "ordered": ("order date", "date created", "date", "paid date"),
    "email": ("email (billing)", "billing email", "customer email", "email"),
    "account": ("customer user id", "customer id", "customer user", "user id"),
    "method": ("payment method", "payment method title"),
    "sku": ("sku", "item sku", "product sku"),
    "product": ("product id", "item product id"),
    "variant": ("variation id", "item variation id"),
    "name": ("item name", "product name", "product name (main)", "name"),
    "kind": ("item type", "line type"),
    "quantity": ("quantity", "item quantity", "qty"),
    "kept": ("quantity (- refund)",),
    "unit_price": ("item cost", "item price", "item cost (inc. tax)"),
}
# What an order's row has instead of lines: `name:Cup|product_id:12|sku:C-1|quantity:2|total:8`.
_LINE_COLUMN = re.compile(r"line item \d+")
_ITEM_COLUMN = re.compile(r"product item (\d+) (name|id|sku|quantity)")


def _read_products(path: Path, shop: Shop) -> Iterator[Item]:
    families: defaultdict[str, _Family] = defaultdict(_Family)
    parents: set[str] = set()
    for record in _records(path):
        if not _is_variation(record):
            parents.update(_keys(record))
        elif parent := record.get("parent"):
            families[parent.casefold()].add(record)
    for record in _records(path):
        if not _is_variation(record):
            yield _product(record, families, shop)
        elif (record.get("parent") or "").casefold() not in parents:
            problem = record.problem or "the file lacks the product of this variation"
            yield Item(record.line, {"product_id": record.get("id")}, problem=problem)


def _keys(record: Record) -> list[str]:
    """Return by which words the rows of variations may name their product."""
    product_id, sku = record.get("id"), record.get("sku")
    return [key.casefold() for key in (product_id and f"id:{product_id}", sku, product_id) if key]


def _records(path: Path) -> Iterator[Record]:
    return read_records(path, WOOCOMMERCE_PRODUCTS, _PRODUCT, [("id", "sku"), ("title",)])


def _is_variation(record: Record) -> bool:
    return (record.get("kind") or "").lower().startswith("variation")


@dataclass(slots=True)
class _Family:
    """The variations of a product, whose rows may stand anywhere."""

    variants: list[Variant] = field(default_factory=list[Variant])
    skus: list[str] = field(default_factory=list[str])
    ids: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])
    problem: str | None = None

    def add(self, record: Record) -> None:
        self.problem = self.problem or record.problem
        if read_yes(record.get("published")) is not False:
            self.variants.append(_variant(record))
        for keys, name in ((self.skus, "sku"), (self.ids, "id"), (self.names, "title")):
            if key := record.get(name):
                keys.append(key)


def _variant(record: Record) -> Variant:
    reduced = record.get("sale_price")
    if not is_now(record.get("sale_begins"), record.get("sale_ends")):
        reduced = None
    price, sale_price = sale(record.get("price"), reduced)
    chosen = {name: ", ".join(values) for name, values in _options(record).items()}
    return Variant(price, sale_price, _is_in_stock(record), chosen)


def _is_in_stock(record: Record) -> bool | None:
    word = record.get("in_stock")
    if word is None:
        count = read_count(record.get("stock"))
        return None if count is None else count > 0
    may_wait = (record.get("backorders") or "0").lower() in {"1", "yes", "notify"}
    return may_wait or word.lower() in {"backorder", "onbackorder"} or read_yes(word) is True


def _options(record: Record) -> dict[str, list[str]]:
    """Return the attributes of a row, each with its values."""
    found: dict[str, list[str]] = {}
    for name_column, value_column in _OPTIONS:
        number = 1
        while name := record.get(name_column.format(number)):
            if values := _listed(record.get(value_column.format(number))):
                found[name] = values
            number += 1
    return found


def _listed(written: str | None) -> list[str]:
    r"""Return the values of a list; a comma within a value is written `\,`."""
    parts = re.split(r"(?<!\\),", written or "")
    return [part.replace("\\,", ",").strip() for part in parts if part.strip()]


def _product(record: Record, families: Mapping[str, _Family], shop: Shop) -> Item:
    product_id, sku = record.get("id"), record.get("sku")
    family = next((families[key] for key in _keys(record) if key in families), _Family())
    own = _variant(record)
    variants = family.variants or [own]
    attributes: dict[str, object] = options(family.variants)
    for name, values in _options(record).items():
        # The product lists the values in the shop's order.
        attributes[name] = values[0] if len(values) == 1 else values
    if tags := _listed(record.get("tags")):
        attributes["tags"] = tags
    texts = dict.fromkeys(filter(None, (record.get("short"), record.get("body"))))
    pictures = _listed(record.get("images"))
    categories = [path.split(">") for path in _listed(record.get("categories"))]
    columns: dict[str, object] = {
        "product_id": product_id or sku,
        "title": record.get("title"),
        # Line ends in these columns are written `\n`.
        "description": "<br>".join(texts).replace("\\n", "<br>") or None,
        "category": deepest(categories),
        "image_url": next(iter(pictures), None),
        "more_image_urls": pictures[1:],
        "attributes": attributes,
        "is_hidden": read_yes(record.get("published")) is False
        or (record.get("visibility") or "").lower() == "hidden",
        "language": shop.language,
        "gtin": record.get("gtin"),
        **fold(variants, shop.currency),
    }
    if brands := _listed(record.get("brand")):
        columns["brand"] = brands[0]
    if product_id and (url := shop.address(f"?p={product_id}")):
        columns["url"] = url
    return Item(
        record.line,
        columns,
        [key for key in (sku, *family.skus) if key],
        [key for key in (product_id, *family.ids) if key],
        [key for key in (record.get("title"), *family.names) if key],
        record.problem or family.problem,
    )


def _read_orders(path: Path) -> Iterator[OrderLine]:
    if is_json(path):
        for number, order in read_objects(path):
            yield from _lines_of_object(number, order)
        return
    needed = [("order",), ("ordered",)]
    for record in carried_down(read_records(path, WOOCOMMERCE_ORDERS, _ORDER, needed), "order"):
        yield from _lines_of_record(record)


def _state(status: str | None, method: str | None = None) -> str | None:
    if (status or "").lower().removeprefix("wc-") == "pending":
        # Who left the checkout before paying.
        return "unpaid"
    return "test" if (method or "").lower().startswith("test") else no_purchase(status)


def _lines_of_record(record: Record) -> Iterator[OrderLine]:
    account = record.get("account")
    state = _state(record.get("state"), record.get("method"))
    if record.get("kept") and read_count(record.get("kept")) == 0:
        state = state or "refunded"
    for line in _named_lines(record):
        yield OrderLine(
            line=record.line,
            order_id=record.get("order"),
            ordered_at=read_time(record.get("ordered")),
            email=record.get("email"),
            account=account,
            is_guest="account" in record.columns and account in {None, "0"},
            sku=line.get("sku"),
            product=_some_id(line.get("product")),
            variant=_some_id(line.get("variant")),
            name=line.get("name"),
            kind=line.get("kind"),
            quantity=line.get("quantity") or line.get("kept"),
            unit_price=line.get("unit_price"),
            state=state,
            problem=record.problem,
        )


def _some_id(written: object) -> str | None:
    """Return an id; 0 stands for none."""
    text = text_of(written)
    return None if text == "0" else text


def _named_lines(record: Record) -> list[Mapping[str, str]]:
    """Return the lines of an order that stands in one row, or the row itself, which is a line."""
    lines: list[Mapping[str, str]] = []
    numbered: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for column, value in record.values.items():
        if _LINE_COLUMN.fullmatch(column):
            parts = (part.partition(":") for part in value.split("|"))
            line = {name: text for name, _, text in parts}
            lines.append({**line, "product": line.get("product_id", "")})
        elif (found := _ITEM_COLUMN.fullmatch(column)) is not None:
            numbered[found[1]]["product" if found[2] == "id" else found[2]] = value
    return [*lines, *numbered.values()] or [record.values]


def _lines_of_object(number: int, order: dict[str, Any]) -> Iterator[OrderLine]:
    """Give the lines of an order as the REST API shows it."""
    created = text_of(order.get("date_created_gmt"))
    billing = objects_of([order.get("billing")])
    account = _some_id(order.get("customer_id"))
    for line in objects_of(order.get("line_items")):
        yield OrderLine(
            line=number,
            order_id=_some_id(order.get("number")) or _some_id(order.get("id")),
            ordered_at=f"{created}Z" if created else text_of(order.get("date_created")),
            email=text_of(billing[0].get("email")) if billing else None,
            account=account,
            is_guest=account is None,
            sku=text_of(line.get("sku")),
            product=_some_id(line.get("product_id")),
            variant=_some_id(line.get("variation_id")),
            name=text_of(line.get("name")),
            quantity=text_of(line.get("quantity")),
            unit_price=text_of(line.get("price")),
            state=_state(text_of(order.get("status")), text_of(order.get("payment_method"))),
        )


WOOCOMMERCE = ShopSystem("woocommerce", _read_products, _read_orders)

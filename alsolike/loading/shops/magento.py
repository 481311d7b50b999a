"""Magento 2 (Adobe Commerce): its export of products, and orders with their items.

The list of orders that Magento's admin exports has no items. They come from its REST API, from a
query of `sales_order` and `sales_order_item`, or from an extension that writes `item:` columns.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alsolike.loading.shop_headers import MAGENTO_ORDERS, MAGENTO_PRODUCTS
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

_PRODUCT: Fields = {
    "sku": ("sku",),
    "view": ("store view code",),
    "title": ("name",),
    "body": ("description",),
    "short": ("short description",),
    "categories": ("categories",),
    "online": ("product online", "status"),
    "visibility": ("visibility",),
    "price": ("price",),
    "special": ("special price",),
    "special_begins": ("special price from date",),
    "special_ends": ("special price to date",),
    "url_key": ("url key",),
    "image": ("base image", "image"),
    "images": ("additional images",),
    "attributes": ("additional attributes",),
    "brand": ("manufacturer", "brand"),
    "in_stock": ("is in stock",),
    "quantity": ("qty",),
    "managed": ("manage stock",),
    "backorders": ("allow backorders",),
    "variations": ("configurable variations",),
}
_ORDER: Fields = {
    "order": ("increment id", "order number", "order #"),
    "state": ("status", "state"),
    "ordered": ("created at", "purchase date", "order date"),
    "email": ("customer email", "email"),
    "account": ("customer id",),
    "guest": ("customer is guest",),
    "group": ("customer group", "customer group id"),
    "sku": ("sku", "item:sku", "item sku"),
    "name": ("name", "item:name", "item name"),
    "kind": ("product type", "item:product type"),
    "quantity": ("qty ordered", "item:qty ordered", "qty"),
    "kept": ("qty refunded", "item:qty refunded"),
    "unit_price": ("price", "item:price", "item price"),
    "parent": ("parent item id", "item:parent item id"),
}
# Values may hold commas, names do not.
_PAIR = re.compile(r",(?=[\w:.-]+=)")
# Of Magento itself, and nothing about the product.
_TECHNICAL = re.compile(r"has_options|required_options|ts_.*|gift_.*|links_.*|samples_.*|msrp.*")


def _read_products(path: Path, shop: Shop) -> Iterator[Item]:
    parents = {
        child: sku
        for record in _records(path)
        if (sku := record.get("sku"))
        for child in _children(record)
        if child != sku
    }
    families: defaultdict[str, list[Variant]] = defaultdict(list)
    skus: defaultdict[str, list[str]] = defaultdict(list)
    problems: dict[str, str] = {}
    for record in _records(path):
        sku = record.get("sku")
        if sku in parents:
            families[parents[sku]].append(_variant(record))
            skus[parents[sku]].append(sku)
            if record.problem:
                problems[parents[sku]] = record.problem
    for record in _records(path):
        sku = record.get("sku")
        if sku not in parents:
            item = _product(record, families.get(sku or "", []), skus.get(sku or "", []), shop)
            item.problem = item.problem or problems.get(sku or "")
            yield item


def _records(path: Path) -> Iterator[Record]:
    """Read the rows of all products; those of single store views have translations only."""
    records = read_records(path, MAGENTO_PRODUCTS, _PRODUCT, [("sku",), ("title",)])
    return (record for record in records if not record.get("view"))


def _children(record: Record) -> Iterator[str]:
    """Yield the SKUs of `sku=tee-s,size=S|sku=tee-m,size=M`."""
    for variation in (record.get("variations") or "").split("|"):
        if sku := _pairs(variation).get("sku"):
            yield sku


def _pairs(written: str) -> dict[str, str]:
    """Return what `color=Black,material=Cotton, soft` says."""
    pairs = (pair.partition("=") for pair in _PAIR.split(written))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() and value}


def _attributes(record: Record) -> dict[str, str]:
    pairs = _pairs(record.get("attributes") or "")
    return {name: value for name, value in pairs.items() if not _TECHNICAL.fullmatch(name)}


def _variant(record: Record) -> Variant:
    reduced = record.get("special")
    if not is_now(record.get("special_begins"), record.get("special_ends")):
        reduced = None
    price, sale_price = sale(record.get("price"), reduced)
    return Variant(price, sale_price, _is_in_stock(record), _attributes(record))


def _is_in_stock(record: Record) -> bool | None:
    if read_yes(record.get("managed")) is False:
        return True
    if (read_count(record.get("backorders")) or 0) > 0:
        return True
    return read_yes(record.get("in_stock"))


def _product(record: Record, variants: Sequence[Variant], skus: Sequence[str], shop: Shop) -> Item:
    sku = record.get("sku")
    own = _variant(record)
    attributes: dict[str, object] = {
        # Several values of one attribute have a bar between them.
        name: value.split("|") if "|" in value else value
        for name, value in own.options.items()
    }
    attributes.update(options(variants))
    brand = record.get("brand") or attributes.pop("manufacturer", None)
    texts = dict.fromkeys(filter(None, (record.get("short"), record.get("body"))))
    is_shown = (record.get("visibility") or "").lower() != "not visible individually"
    columns: dict[str, object] = {
        "product_id": sku,
        "title": record.get("title"),
        "description": "<br>".join(texts) or None,
        "category": _category(record.get("categories") or ""),
        "brand": brand or attributes.pop("brand", None),
        "attributes": attributes,
        "is_hidden": read_yes(record.get("online")) is False or not is_shown,
        "language": shop.language,
        **fold(variants or [own], shop.currency),
    }
    if address := _picture(record.get("image"), shop):
        columns["image_url"] = address
        others = (_picture(one.strip(), shop) for one in (record.get("images") or "").split(","))
        columns["more_image_urls"] = [one for one in others if one and one != address]
    if (key := record.get("url_key")) and (url := shop.address(f"{key}.html")):
        columns["url"] = url
    names = [record.get("title") or ""]
    return Item(record.line, columns, [sku or "", *skus], (), names, record.problem)


def _picture(image: str | None, shop: Shop) -> str | None:
    if not image or image == "no_selection":
        return None
    media = "" if "://" in image else "media/catalog/product/"
    return shop.address(media + image.lstrip("/"))


def _category(categories: str) -> str | None:
    """Return the deepest of `Default Category/Gear,Default Category/Gear/Bags` without its root."""
    paths = [re.split(r"(?<!\\)/", path.strip()) for path in categories.split(",")]
    return deepest([level.replace("\\/", "/") for level in path[1:]] for path in paths)


def _read_orders(path: Path) -> Iterator[OrderLine]:
    if is_json(path):
        for number, order in read_objects(path):
            yield from _lines_of_object(number, order)
        return
    needed = [("order",), ("sku",), ("ordered",)]
    for record in carried_down(read_records(path, MAGENTO_ORDERS, _ORDER, needed), "order"):
        if (record.get("parent") or "0") != "0":
            # The line above it is the same purchase: of the configurable product or the bundle.
            continue
        is_guest = read_yes(record.get("guest")) is True
        yield OrderLine(
            line=record.line,
            order_id=record.get("order"),
            ordered_at=read_time(record.get("ordered")),
            email=record.get("email"),
            account=record.get("account"),
            is_guest=is_guest or (record.get("group") or "").lower() in {"not logged in", "0"},
            sku=record.get("sku"),
            name=record.get("name"),
            quantity=record.get("quantity"),
            unit_price=record.get("unit_price"),
            state=_state(record.get("state"), record.get("quantity"), record.get("kept")),
            problem=record.problem,
        )


def _state(status: str | None, ordered: str | None, refunded: str | None) -> str | None:
    if (status or "").lower() == "closed":
        return "refunded"
    count = read_count(refunded)
    return "refunded" if count and count == read_count(ordered) else no_purchase(status)


def _lines_of_object(number: int, order: dict[str, Any]) -> Iterator[OrderLine]:
    """Give the lines of an order as the REST API shows it, whose times are UTC."""
    created = text_of(order.get("created_at"))
    for line in objects_of(order.get("items")):
        if line.get("parent_item_id"):
            continue
        quantity, refunded = text_of(line.get("qty_ordered")), text_of(line.get("qty_refunded"))
        yield OrderLine(
            line=number,
            order_id=text_of(order.get("increment_id")) or text_of(order.get("entity_id")),
            ordered_at=f"{created}Z" if created else None,
            email=text_of(order.get("customer_email")),
            account=text_of(order.get("customer_id")),
            is_guest=bool(order.get("customer_is_guest")),
            sku=text_of(line.get("sku")),
            name=text_of(line.get("name")),
            quantity=quantity,
            unit_price=text_of(line.get("price")),
            state=_state(text_of(order.get("status")), quantity, refunded),
        )


MAGENTO = ShopSystem("magento", _read_products, _read_orders)

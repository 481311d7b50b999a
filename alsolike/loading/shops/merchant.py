"""Google Merchant feeds: RSS 2.0, Atom, and text with tabs.

Unlike the exports of shop systems a feed has an id for each variant, and the shop's pages and
Google's tags use it. So each item is a product, and `item_group_id` says which belong together.
"""

from collections.abc import Iterator
from pathlib import Path

from alsolike.loading.shop_headers import MERCHANT_PRODUCTS
from alsolike.loading.shops.feeds import FeedItem, read_feed
from alsolike.loading.shops.records import Fields, read_records
from alsolike.loading.shops.system import Shop, ShopSystem
from alsolike.loading.shops.values import deepest, is_now
from alsolike.loading.shops.variants import Item, sale

_PRODUCT: Fields = {
    name: (name,)
    for name in (
        "id",
        "title",
        "description",
        "link",
        "image link",
        "availability",
        "price",
        "sale price",
        "sale price effective date",
        "item group id",
        "google product category",
        "product type",
        "brand",
        "gtin",
    )
}
_ATTRIBUTES = ("color", "size", "material", "pattern", "gender", "age group")
_DETAIL: tuple[str, ...] = ("section name", "attribute name", "attribute value")


def _read_products(path: Path, shop: Shop) -> Iterator[Item]:
    is_xml = path.name.removesuffix(".gz").endswith((".xml", ".rss", ".atom"))
    items = read_feed(path) if is_xml else _read_text(path)
    return (_product(item, shop) for item in items)


def _read_text(path: Path) -> Iterator[FeedItem]:
    """Read a feed with tabs or other separators between its columns."""
    for record in read_records(path, MERCHANT_PRODUCTS, _PRODUCT, [("id",), ("title",)]):
        lists = {
            name: value.split(",")
            for name in ("product highlight", "product type", "additional image link")
            if (value := record.get(name))
        }
        details = [
            dict(zip(_DETAIL, parts, strict=True))
            for detail in (record.get("product detail") or "").split(",")
            if len(parts := detail.split(":", 2)) == len(_DETAIL)
        ]
        values = record.values
        groups = {"product detail": details}
        yield FeedItem(record.line, values, lists, groups, None, record.problem)


def _product(item: FeedItem, shop: Shop) -> Item:
    values = item.values
    begin, _, end = values.get("sale price effective date", "").partition("/")
    reduced = values.get("sale price") if is_now(begin, end) else None
    price, sale_price = sale(values.get("price"), reduced)
    columns: dict[str, object] = {
        "product_id": values.get("id"),
        "title": values.get("title"),
        "description": values.get("description") or values.get("summary") or values.get("content"),
        "category": _category(item),
        "brand": values.get("brand"),
        "price": price and price.text,
        "sale_price": sale_price and sale_price.text,
        "currency": ((price and price.currency) or shop.currency) if price else None,
        "image_url": values.get("image link"),
        "more_image_urls": [
            stripped
            for one in item.lists.get("additional image link", ())
            if (stripped := one.strip())
        ],
        "attributes": _attributes(item),
        "url": values.get("link"),
        "item_group_id": values.get("item group id"),
        "language": item.language or shop.language,
        "gtin": values.get("gtin"),
    }
    if "availability" in values:
        columns["in_stock"] = values["availability"]
    return Item(item.line, columns, problem=item.problem)


def _category(item: FeedItem) -> str | None:
    """Return the shop's own category, else Google's if it is a name and not a number."""
    own = item.lists.get("product type") or []
    google = item.values.get("google product category", "")
    paths = [*own, *([] if google.isdigit() or own else [google])]
    # The first is the one that Google goes by.
    return deepest(path.replace("&gt;", ">").split(">") for path in paths[:1])


def _attributes(item: FeedItem) -> dict[str, object]:
    attributes: dict[str, object] = {
        name: value for name in _ATTRIBUTES if (value := item.values.get(name))
    }
    if highlights := item.lists.get("product highlight"):
        attributes["highlights"] = highlights
    for detail in item.groups.get("product detail", []):
        if (name := detail.get("attribute name")) and (value := detail.get("attribute value")):
            attributes[name.strip()] = value.strip()
    return attributes


MERCHANT = ShopSystem("merchant", _read_products)

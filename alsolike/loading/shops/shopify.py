"""Shopify's exports of products and orders, with the headers of before and after 2024."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from alsolike.loading.shop_headers import SHOPIFY_ORDERS, SHOPIFY_PRODUCTS
from alsolike.loading.shops.orders import OrderLine, carried_down
from alsolike.loading.shops.records import Fields, Record, read_records
from alsolike.loading.shops.system import Shop, ShopSystem
from alsolike.loading.shops.values import deepest, no_purchase, read_count, read_yes
from alsolike.loading.shops.variants import Item, Variant, fold, options, sale

_PRODUCT: Fields = {
    # The second is what a file has that was half adapted to our own input format.
    "handle": ("url handle", "handle", "product id"),
    "title": ("title",),
    "body": ("body (html)", "description"),
    "vendor": ("vendor",),
    "category": ("product category", "standardized product type"),
    "type": ("type", "custom product type"),
    "tags": ("tags",),
    "published": ("published on online store", "published"),
    "status": ("status",),
    "sku": ("sku", "variant sku"),
    "barcode": ("barcode", "variant barcode"),
    "price": ("price", "variant price"),
    "compare": ("compare-at price", "variant compare at price"),
    "tracker": ("inventory tracker", "variant inventory tracker"),
    "quantity": ("inventory quantity", "variant inventory qty"),
    "policy": ("continue selling when out of stock", "variant inventory policy"),
    "image": ("product image url", "image src"),
    **{
        f"option{n} {part}": (f"option{n} {part}",) for n in (1, 2, 3) for part in ("name", "value")
    },
}
_ORDER: Fields = {
    "order": ("name",),
    "email": ("email",),
    "payment": ("financial status",),
    "ordered": ("created at",),
    "paid": ("paid at",),
    "cancelled": ("cancelled at",),
    "method": ("payment method",),
    "tags": ("tags",),
    "quantity": ("lineitem quantity",),
    "name": ("lineitem name",),
    "unit_price": ("lineitem price",),
    "sku": ("lineitem sku",),
}
# What a product without options has in their place.
_NO_OPTION = ("Title", "Default Title")


def _read_products(path: Path, shop: Shop) -> Iterator[Item]:
    records = read_records(path, SHOPIFY_PRODUCTS, _PRODUCT, [("handle",), ("title",)])
    for _, rows in groupby(records, key=lambda record: record.get("handle")):
        yield _product(list(rows), shop)


def _product(rows: list[Record], shop: Shop) -> Item:
    """Return the product of the rows of a handle: the first, then variants and pictures."""
    first = rows[0]
    # Only the first row of variants names the options; pictures have rows without a value.
    names = {n: first.get(f"option{n} name") for n in (1, 2, 3)}
    variants: list[Variant] = []
    skus: list[str] = []
    title = first.get("title") or ""
    line_names = [title]
    for row in rows:
        if row is not first and not (row.get("option1 value") or row.get("sku")):
            continue
        values = [(names[n], row.get(f"option{n} value")) for n in (1, 2, 3)]
        chosen = {
            name: value for name, value in values if name and value and (name, value) != _NO_OPTION
        }
        price, sale_price = sale(row.get("compare") or row.get("price"), row.get("price"))
        variants.append(Variant(price, sale_price, _is_in_stock(row), chosen))
        if sku := row.get("sku"):
            skus.append(sku.removeprefix("'"))
        if chosen:
            line_names.append(f"{title} - {' / '.join(chosen.values())}")
    category, kind = first.get("category"), first.get("type")
    handle = first.get("handle")
    attributes: dict[str, object] = options(variants)
    if category and kind:
        attributes["type"] = kind
    if tags := first.get("tags"):
        attributes["tags"] = [tag.strip() for tag in tags.split(",") if tag.strip()]
    pictures = [*dict.fromkeys(image for row in rows if (image := row.get("image")))]
    columns: dict[str, object] = {
        "product_id": handle,
        "title": first.get("title"),
        "description": first.get("body"),
        "category": deepest([(category or kind or "").split(" > ")]),
        "brand": first.get("vendor"),
        "image_url": next(iter(pictures), None),
        "more_image_urls": pictures[1:],
        "attributes": attributes,
        "is_hidden": read_yes(first.get("published")) is False
        or (first.get("status") or "active").lower() != "active",
        "language": shop.language,
        # Each variant has a code of its own.
        "gtin": (first.get("barcode") or "").removeprefix("'") if len(variants) == 1 else None,
        **fold(variants, shop.currency),
    }
    if handle and (url := shop.address(f"products/{handle}")):
        columns["url"] = url
    problem = next((row.problem for row in rows if row.problem), None)
    return Item(first.line, columns, skus, (), line_names, problem)


def _is_in_stock(row: Record) -> bool | None:
    """Tell whether a variant can be ordered; None if the export has no quantities."""
    quantity = read_count(row.get("quantity"))
    if quantity is None:
        return None
    policy = (row.get("policy") or "").lower()
    # What nobody counts is always there.
    return quantity > 0 or not row.get("tracker") or policy in {"continue", "true"}


def _read_orders(path: Path) -> Iterator[OrderLine]:
    needed = [("order",), ("name", "sku"), ("ordered", "paid")]
    for record in carried_down(read_records(path, SHOPIFY_ORDERS, _ORDER, needed), "order"):
        state = "cancelled" if record.get("cancelled") else no_purchase(record.get("payment"))
        if "bogus" in (record.get("method") or "").lower() or "test" in _tags(record):
            state = "test"
        yield OrderLine(
            line=record.line,
            order_id=record.get("order"),
            ordered_at=record.get("ordered") or record.get("paid"),
            email=record.get("email"),
            sku=(record.get("sku") or "").removeprefix("'") or None,
            name=record.get("name"),
            quantity=record.get("quantity"),
            unit_price=record.get("unit_price"),
            state=state,
            problem=record.problem,
        )


def _tags(record: Record) -> set[str]:
    return {tag.strip().lower() for tag in (record.get("tags") or "").split(",")}


SHOPIFY = ShopSystem("shopify", _read_products, _read_orders)

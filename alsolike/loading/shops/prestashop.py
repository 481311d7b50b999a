"""PrestaShop: files of products in English and French, and lines of orders of its SQL manager.

Products are read in the columns of PrestaShop's import, which export modules write too, and of the
list that the back office exports. The back office's list of orders has no products; its SQL manager
exports them with the query in docs/shop-systems.md.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from alsolike.loading.shop_headers import PRESTASHOP_ORDERS, PRESTASHOP_PRODUCTS
from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.records import Fields, Record, read_records
from alsolike.loading.shops.system import Shop, ShopSystem
from alsolike.loading.shops.values import (
    Price,
    deepest,
    is_now,
    no_purchase,
    read_count,
    read_price,
    read_time,
    read_yes,
)
from alsolike.loading.shops.variants import Item, Variant, fold, options

_PRODUCT: Fields = {
    "id": ("product id", "id", "id product", "id produit"),
    "active": ("active (0/1)", "actif (0/1)", "active", "enabled", "status", "état", "actif"),
    "title": ("name", "nom", "product name", "nom du produit"),
    "categories": ("categories (x,y,z...)", "catégories (x,y,z...)", "category", "catégorie"),
    "price": ("price tax included", "prix ttc", "price (tax incl.)", "prix (ttc)"),
    "net_price": ("price tax excluded", "prix ht", "price (tax excl.)", "prix (ht)"),
    "discount": ("discount amount", "montant de la remise"),
    "percent": ("discount percent", "pourcentage de réduction", "pourcentage de la remise"),
    "sale_begins": ("discount from (yyyy-mm-dd)", "remise de (aaaa-mm-jj)"),
    "sale_ends": ("discount to (yyyy-mm-dd)", "remise à (aaaa-mm-jj)"),
    "sku": ("reference #", "reference", "référence n°", "référence", "référence #"),
    "brand": ("manufacturer", "brand", "fabricant", "marque"),
    "gtin": ("ean13", "ean-13", "ean 13"),
    "quantity": ("quantity", "quantité"),
    "visibility": ("visibility", "visibilité"),
    "short": ("summary", "short description", "résumé", "récapitulatif", "description courte"),
    "body": ("description",),
    "tags": ("tags (x,y,z...)", "mots-clés (x,y,z...)", "étiquettes (x,y,z...)"),
    "rewrite": ("url rewritten", "url réécrite"),
    "is_sold": (
        "available for order (0 = no, 1 = yes)",
        "disponible à la vente (0 = non, 1 = oui)",
        "disponible à la commande (0 = non, 1 = oui)",
    ),
    "backorders": (
        "out of stock action",
        "action when out of stock",
        "action en cas de rupture de stock",
    ),
    "images": ("image urls (x,y,z...)", "url des images (x,y,z...)", "image", "url image"),
    "features": (
        "feature (name:value:position:customized)",
        "feature(name:value:position)",
        "feature (name:value:position)",
        "caractéristique (nom:valeur:position:personnalisé)",
        "caractéristique (nom:valeur:position)",
    ),
}
_COMBINATION: Fields = {
    "parent": ("product id", "id", "id product", "id produit"),
    "names": ("attribute (name:type:position)", "attribut (nom:type:position)"),
    "values": ("value (value:position)", "valeur (valeur:position)"),
    "sku": ("reference", "référence"),
    "impact": ("impact on price", "impact sur le prix"),
    "quantity": ("quantity", "quantité"),
}
_ORDER: Fields = {
    "order": ("order reference", "reference", "référence", "id order"),
    "state": ("order state", "state name", "current state", "status", "état"),
    "ordered": ("date add", "order date", "date"),
    "email": ("email", "customer email"),
    "account": ("id customer", "customer id"),
    "guest": ("is guest",),
    "product": ("product id", "id product"),
    "sku": ("product reference",),
    "name": ("product name",),
    "quantity": ("product quantity",),
    "refunded": ("product quantity refunded",),
    "unit_price": ("unit price tax incl", "product price"),
}
# PrestaShop's own numbers of states.
_STATES = {"6": "cancelled", "7": "refunded", "8": "failed"}
_ROOTS = frozenset(("home", "accueil", "root", "racine", "start", "inicio"))
_NOWHERE = frozenset(("none", "nowhere", "nulle part", "aucune"))


def _read_products(path: Path, shop: Shop) -> Iterator[Item]:
    families: defaultdict[str, list[Record]] = defaultdict(list)
    if shop.combinations is not None:
        needed = [("parent",), ("values",)]
        for record in read_records(shop.combinations, PRESTASHOP_PRODUCTS, _COMBINATION, needed):
            families[record.get("parent") or ""].append(record)
    for record in read_records(path, PRESTASHOP_PRODUCTS, _PRODUCT, [("id",), ("title",)]):
        yield _product(record, families.get(record.get("id") or "", []), shop)


def _product(record: Record, combinations: Sequence[Record], shop: Shop) -> Item:
    product_id, sku = record.get("id"), record.get("sku")
    price = read_price(record.get("price") or record.get("net_price"))
    own = Variant(price, _sale_price(record, price), _is_in_stock(record, record))
    variants = [_combination(one, record, own) for one in combinations]
    attributes: dict[str, object] = dict(_features(record.get("features") or ""))
    attributes.update(options(variants))
    if tags := [tag.strip() for tag in (record.get("tags") or "").split(",") if tag.strip()]:
        attributes["tags"] = tags
    texts = dict.fromkeys(filter(None, (record.get("short"), record.get("body"))))
    columns: dict[str, object] = {
        "product_id": product_id,
        "title": record.get("title"),
        "description": "<br>".join(texts) or None,
        "category": _category(record.get("categories") or ""),
        "brand": record.get("brand"),
        "attributes": attributes,
        "is_hidden": read_yes(record.get("active")) is False
        or (record.get("visibility") or "").lower() in _NOWHERE,
        "language": shop.language,
        "gtin": record.get("gtin"),
        **fold(variants or [own], shop.currency),
    }
    images = filter(None, (image.strip() for image in (record.get("images") or "").split(",")))
    if pictures := [address for image in images if (address := shop.address(image))]:
        columns["image_url"], *columns["more_image_urls"] = pictures
    if product_id and (
        url := shop.address(f"index.php?controller=product&id_product={product_id}")
    ):
        columns["url"] = url
    skus = [key for key in (sku, *(one.get("sku") for one in combinations)) if key]
    ids = [product_id] if product_id else []
    problem = next((one.problem for one in (record, *combinations) if one.problem), None)
    return Item(record.line, columns, skus, ids, [record.get("title") or ""], problem)


def _sale_price(record: Record, price: Price | None) -> Price | None:
    if price is None or price.amount is None:
        return None
    if not is_now(record.get("sale_begins"), record.get("sale_ends")):
        return None
    amount, percent = read_price(record.get("discount")), read_price(record.get("percent"))
    reduced = price.amount
    if amount is not None and amount.amount:
        reduced -= amount.amount
    elif percent is not None and percent.amount:
        reduced -= reduced * percent.amount / 100
    if not 0 < reduced < price.amount:
        return None
    reduced = reduced.quantize(Decimal("0.01"))
    return Price(format(reduced, "f"), reduced, price.currency)


def _is_in_stock(stocked: Record, product: Record) -> bool | None:
    """Tell whether a product or a combination can be ordered."""
    if read_yes(product.get("is_sold")) is False:
        return False
    count = read_count(stocked.get("quantity"))
    return None if count is None else count > 0 or product.get("backorders") == "1"


def _combination(record: Record, product: Record, own: Variant) -> Variant:
    """Return the variant of a combination, whose price is that of the product and its impact."""
    impact = read_price(record.get("impact"))
    price, sale_price = own.price, own.sale_price
    if impact is not None and impact.amount:
        price, sale_price = _more(price, impact.amount), _more(sale_price, impact.amount)
    names = [part.split(":")[0].strip() for part in (record.get("names") or "").split(",")]
    values = [part.split(":")[0].strip() for part in (record.get("values") or "").split(",")]
    chosen = dict(zip(names, values, strict=False))
    return Variant(price, sale_price, _is_in_stock(record, product), chosen)


def _more(price: Price | None, impact: Decimal) -> Price | None:
    if price is None or price.amount is None:
        return price
    amount = price.amount + impact
    return Price(format(amount, "f"), amount, price.currency)


def _features(written: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of `Composition:Cotton:1,Style:Casual:2`."""
    # A comma may stand within a value.
    for feature in re.split(r",(?=[^,:]+:)", written):
        name, _, rest = feature.partition(":")
        value = re.sub(r"(:\d*)+$", "", rest)
        if name.strip() and value.strip():
            yield name.strip(), value.strip()


def _category(categories: str) -> str | None:
    """Return the deepest of the categories `Home/Clothes/Men`, or the last of `Clothes,Men`."""
    paths = [
        [level for level in path.split("/") if level.strip().lower() not in _ROOTS]
        for path in categories.split(",")
        if not path.strip().isdigit()
    ]
    return deepest(reversed(paths))


def _read_orders(path: Path) -> Iterator[OrderLine]:
    needed = [("order",), ("product", "sku"), ("ordered",)]
    for record in read_records(path, PRESTASHOP_ORDERS, _ORDER, needed):
        state = record.get("state") or ""
        refunded = read_count(record.get("refunded"))
        if refunded and refunded == read_count(record.get("quantity")):
            state = "refunded"
        yield OrderLine(
            line=record.line,
            order_id=record.get("order"),
            ordered_at=read_time(record.get("ordered")),
            email=record.get("email"),
            account=record.get("account"),
            is_guest=read_yes(record.get("guest")) is True,
            sku=record.get("sku"),
            product=record.get("product"),
            name=record.get("name"),
            quantity=record.get("quantity"),
            unit_price=record.get("unit_price"),
            state=_STATES.get(state) or no_purchase(state),
            problem=record.problem,
        )


PRESTASHOP = ShopSystem("prestashop", _read_products, _read_orders)

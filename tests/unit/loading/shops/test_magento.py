"""Magento's export of products, and its orders with items."""

import json
from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading.shops.magento import MAGENTO
from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.system import Shop
from alsolike.loading.shops.variants import Item
from tests.shop.exports import table, write

CUP = {"sku": "CUP", "store_view_code": "", "product_type": "simple", "name": "Tin cup"}


def products(folder: Path, *rows: dict[str, str], url: str | None = None) -> list[Item]:
    path = write(folder, "catalog_product.csv", table(rows))
    return list(MAGENTO.read_products(path, Shop(url, "EUR")))


def one(folder: Path, *rows: dict[str, str], url: str | None = None) -> dict[str, object]:
    (item,) = products(folder, *rows, url=url)
    return item.columns


def orders(folder: Path, *rows: dict[str, str]) -> list[OrderLine]:
    assert MAGENTO.read_orders is not None
    return list(MAGENTO.read_orders(write(folder, "orders.csv", table(rows))))


def test_a_configurable_product_folds_its_variations(tmp_path: Path) -> None:
    child = {"product_type": "simple", "visibility": "Not Visible Individually", "name": "Tee"}
    (item,) = products(
        tmp_path,
        {
            **CUP,
            **child,
            "sku": "tee-b",
            "price": "12.0000",
            "is_in_stock": "0",
            "additional_attributes": "color=Black,has_options=0",
        },
        {
            **child,
            "sku": "tee-r",
            "price": "14.0000",
            "is_in_stock": "1",
            "additional_attributes": "color=Red",
        },
        {
            "sku": "tee",
            "product_type": "configurable",
            "name": "Tee",
            "visibility": "Catalog, Search",
            "additional_attributes": "material=Cotton, soft,manufacturer=Ash,season=Summer|Autumn",
            "configurable_variations": "sku=tee-b,color=Black|sku=tee-r,color=Red",
        },
    )
    assert item.columns["product_id"] == "tee"
    assert (item.columns["price"], item.columns["in_stock"]) == ("14.00", True)
    assert item.columns["brand"] == "Ash"
    assert item.columns["attributes"] == {
        "material": "Cotton, soft",
        "season": ["Summer", "Autumn"],
        "color": ["Black", "Red"],
    }
    assert list(item.skus) == ["tee", "tee-b", "tee-r"]


def test_a_products_columns(tmp_path: Path) -> None:
    columns = one(
        tmp_path,
        {
            **CUP,
            "categories": "Default Category/Home,Default Category/Home/Cups,Default Category/Sale",
            "description": "<p>Of tin.</p>",
            "short_description": "A cup.",
            "product_online": "1",
            "visibility": "Catalog, Search",
            "price": "5.0000",
            "special_price": "4.0000",
            "special_price_from_date": "1/1/20",
            "url_key": "tin-cup",
            "base_image": "/c/u/cup.jpg",
            "is_in_stock": "1",
        },
        {**CUP, "store_view_code": "de", "name": "Blechtasse"},
        url="https://shop.example",
    )
    assert columns == {
        "product_id": "CUP",
        "title": "Tin cup",
        "description": "A cup.<br><p>Of tin.</p>",
        "category": "Home > Cups",
        "brand": None,
        "attributes": {},
        "is_hidden": False,
        "language": None,
        "price": "5.00",
        "sale_price": "4.00",
        "currency": "EUR",
        "in_stock": True,
        "image_url": "https://shop.example/media/catalog/product/c/u/cup.jpg",
        "more_image_urls": [],
        "url": "https://shop.example/tin-cup.html",
    }


@pytest.mark.parametrize(
    ("columns", "hidden"),
    [
        ({"product_online": "2"}, True),
        ({"visibility": "Not Visible Individually"}, True),
        ({"product_online": "1", "visibility": "Search"}, False),
        ({"status": "Disabled"}, True),
    ],
)
def test_hidden(tmp_path: Path, columns: dict[str, str], hidden: bool) -> None:
    assert one(tmp_path, {**CUP, **columns})["is_hidden"] is hidden


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        ({"is_in_stock": "0"}, False),
        ({"is_in_stock": "0", "manage_stock": "0"}, True),
        ({"is_in_stock": "0", "allow_backorders": "1.0000"}, True),
        ({}, None),
    ],
)
def test_stock(tmp_path: Path, stock: dict[str, str], in_stock: bool | None) -> None:
    assert one(tmp_path, {**CUP, **stock}).get("in_stock") is in_stock


def test_pictures_need_the_shops_address(tmp_path: Path) -> None:
    assert "image_url" not in one(tmp_path, {**CUP, "base_image": "/c.jpg"})
    assert "image_url" not in one(tmp_path, {**CUP, "base_image": "no_selection"}, url="https://x")
    whole = {**CUP, "base_image": "https://cdn.example/c.jpg"}
    assert one(tmp_path, whole)["image_url"] == "https://cdn.example/c.jpg"
    several = {**whole, "additional_images": "https://cdn.example/c.jpg, /d.jpg,/e.jpg"}
    assert one(tmp_path, several, url="https://x")["more_image_urls"] == [
        "https://x/media/catalog/product/d.jpg",
        "https://x/media/catalog/product/e.jpg",
    ]


ORDER = {
    "increment_id": "000012",
    "created_at": "2026-01-01 10:00:00",
    "status": "complete",
    "customer_email": "a@b.example",
    "sku": "tee-b",
    "qty_ordered": "2.0000",
}


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, None),
        ({"status": "pending"}, None),
        ({"status": "closed"}, "refunded"),
        ({"status": "canceled"}, "cancelled"),
        ({"status": "pending_payment"}, "unpaid"),
        ({"qty_refunded": "2.0000"}, "refunded"),
        ({"qty_refunded": "1.0000"}, None),
    ],
)
def test_states_of_orders(tmp_path: Path, columns: dict[str, str], state: str | None) -> None:
    (line,) = orders(tmp_path, {**ORDER, **columns})
    assert line.state == state


@pytest.mark.parametrize(
    ("columns", "guest"),
    [({"customer_is_guest": "1"}, True), ({"customer_group": "NOT LOGGED IN"}, True), ({}, False)],
)
def test_guests(tmp_path: Path, columns: dict[str, str], guest: bool) -> None:
    (line,) = orders(tmp_path, {**ORDER, **columns})
    assert line.is_guest is guest


def test_a_line_within_a_line_is_no_second_purchase(tmp_path: Path) -> None:
    lines = orders(
        tmp_path,
        {**ORDER, "product_type": "configurable", "parent_item_id": ""},
        {**ORDER, "product_type": "simple", "parent_item_id": "40"},
    )
    assert [line.line for line in lines] == [2]


def test_items_of_an_extension_stand_below_their_order(tmp_path: Path) -> None:
    order = {"increment_id": "12", "created_at": "2026-01-01 10:00:00", "status": "complete"}
    lines = orders(
        tmp_path,
        {**order, "customer_email": "a@b.example", "item:sku": "A", "item:qty_ordered": "1"},
        {"item:sku": "B", "item:qty_ordered": "3"},
    )
    assert [(line.order_id, line.sku, line.quantity, line.email) for line in lines] == [
        ("12", "A", "1", "a@b.example"),
        ("12", "B", "3", "a@b.example"),
    ]


def test_orders_of_the_api(tmp_path: Path) -> None:
    assert MAGENTO.read_orders is not None
    order = {
        "increment_id": "12",
        "created_at": "2026-01-01 10:00:00",
        "status": "closed",
        "customer_is_guest": 1,
        "items": [
            {"sku": "A", "qty_ordered": 2, "price": 4.5},
            {"sku": "A", "qty_ordered": 2, "parent_item_id": 3},
        ],
    }
    path = write(tmp_path, "orders.json", json.dumps({"items": [order], "total_count": 1}))
    (line,) = MAGENTO.read_orders(path)
    assert (line.ordered_at, line.quantity, line.unit_price) == ("2026-01-01 10:00:00Z", "2", "4.5")
    assert (line.is_guest, line.state) == (True, "refunded")


def test_the_list_of_orders_has_no_lines(tmp_path: Path) -> None:
    row = {"ID": "12", "Purchase Point": "x", "Purchase Date": "x", "Bill-to Name": "x"}
    with pytest.raises(InputFileError, match=r"lines of the orders is needed: docs/shop-systems"):
        orders(tmp_path, row)

"""WooCommerce's export of products, and orders of its plugins and its API."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.system import Shop
from alsolike.loading.shops.variants import Item
from alsolike.loading.shops.woocommerce import WOOCOMMERCE
from tests.shop.exports import table, write

SIMPLE = {"ID": "7", "Type": "simple", "SKU": "CUP", "Name": "Tin cup", "Published": "1"}


def products(folder: Path, *rows: dict[str, str]) -> list[Item]:
    path = write(folder, "wc-product-export.csv", table(rows))
    return list(WOOCOMMERCE.read_products(path, Shop("https://shop.example", "EUR")))


def one(folder: Path, *rows: dict[str, str]) -> dict[str, object]:
    (item,) = products(folder, *rows)
    return item.columns


def orders(folder: Path, *rows: dict[str, str]) -> list[OrderLine]:
    assert WOOCOMMERCE.read_orders is not None
    return list(WOOCOMMERCE.read_orders(write(folder, "orders.csv", table(rows))))


@pytest.mark.parametrize("parent", ["id:7", "TEE", "tee"])
def test_variations_anywhere_belong_to_their_parent(tmp_path: Path, parent: str) -> None:
    variation = {"Type": "variation", "Published": "1", "Parent": parent, "In stock?": "1"}
    option = {"Attribute 1 name": "Size", "Attribute 1 value(s)": "S"}
    (item,) = products(
        tmp_path,
        {**variation, **option, "ID": "5", "SKU": "TEE-S", "Regular price": "12,50", "Name": "T-S"},
        {
            **SIMPLE,
            "Type": "variable",
            "SKU": "TEE",
            "Name": "Tee",
            "Attribute 1 name": "Size",
            "Attribute 1 value(s)": "S, M",
            "Attribute 2 name": "Cloth",
            "Attribute 2 value(s)": "Cotton\\, soft",
        },
        {**variation, "ID": "9", "SKU": "TEE-M", "Regular price": "11,00", "Name": "Tee - M"},
        {**variation, "ID": "10", "SKU": "TEE-X", "Regular price": "1", "Published": "-1"},
    )
    assert item.columns["product_id"] == "7"
    assert item.columns["price"] == "11.00"
    assert item.columns["in_stock"] is True
    assert item.columns["attributes"] == {"Size": ["S", "M"], "Cloth": "Cotton, soft"}
    assert list(item.skus) == ["TEE", "TEE-S", "TEE-M", "TEE-X"]
    assert list(item.ids) == ["7", "5", "9", "10"]


def test_a_variation_whose_product_is_not_there_is_told(tmp_path: Path) -> None:
    orphan = {**SIMPLE, "ID": "8", "Type": "variation", "SKU": "CUP-S", "Parent": "id:5"}
    cup, lost = products(tmp_path, SIMPLE, orphan)
    assert cup.problem is None
    assert (lost.line, lost.problem) == (3, "the file lacks the product of this variation")


def test_a_products_columns(tmp_path: Path) -> None:
    columns = one(
        tmp_path,
        {
            **SIMPLE,
            "GTIN, UPC, EAN, or ISBN": "4006381333931",
            "Visibility in catalog": "visible",
            "Short description": "A cup.",
            "Description": "Of tin.\\nLight.",
            "In stock?": "1",
            "Sale price": "4",
            "Regular price": "5",
            "Categories": "Home, Home > Kitchen > Cups, Sale",
            "Tags": "tin, small",
            "Images": "https://x.example/1.jpg, https://x.example/2.jpg",
            "Brands": "Kettle",
        },
    )
    assert columns == {
        "product_id": "7",
        "title": "Tin cup",
        "description": "A cup.<br>Of tin.<br>Light.",
        "category": "Home > Kitchen > Cups",
        "brand": "Kettle",
        "price": "5",
        "sale_price": "4",
        "currency": "EUR",
        "image_url": "https://x.example/1.jpg",
        "more_image_urls": ["https://x.example/2.jpg"],
        "attributes": {"tags": ["tin", "small"]},
        "is_hidden": False,
        "in_stock": True,
        "language": None,
        "gtin": "4006381333931",
        "url": "https://shop.example/?p=7",
    }


def test_the_header_may_be_french(tmp_path: Path) -> None:
    columns = one(
        tmp_path,
        {
            "ID": "7",
            "Type": "simple",
            "UGS": "T",
            "Nom": "Tasse",
            "Publié": "1",
            "En stock ?": "0",
            "Tarif régulier": "5,20",
            "Catégories": "Maison > Tasses",
            "Nom de l’attribut 1": "Taille",
            "Valeur(s) de l’attribut 1": "S",
        },
    )
    assert (columns["title"], columns["price"], columns["in_stock"]) == ("Tasse", "5.20", False)
    assert columns["attributes"] == {"Taille": "S"}


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        ({"In stock?": "1"}, True),
        ({"In stock?": "0"}, False),
        ({"In stock?": "backorder"}, True),
        ({"In stock?": "0", "Backorders allowed?": "notify"}, True),
        ({"Stock": "0"}, False),
        ({}, None),
    ],
)
def test_stock(tmp_path: Path, stock: dict[str, str], in_stock: bool | None) -> None:
    assert one(tmp_path, {**SIMPLE, **stock}).get("in_stock") is in_stock


def test_a_sale_that_is_over_is_none(tmp_path: Path) -> None:
    prices = {**SIMPLE, "Regular price": "5", "Sale price": "4"}
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert one(tmp_path, {**prices, "Date sale price ends": yesterday})["sale_price"] is None
    assert one(tmp_path, prices)["sale_price"] == "4"


@pytest.mark.parametrize(
    ("columns", "hidden"),
    [
        ({}, False),
        ({"Published": "0"}, True),
        ({"Published": "-1"}, True),
        ({"Visibility in catalog": "hidden"}, True),
        ({"Visibility in catalog": "search"}, False),
    ],
)
def test_hidden(tmp_path: Path, columns: dict[str, str], hidden: bool) -> None:
    assert one(tmp_path, {**SIMPLE, **columns})["is_hidden"] is hidden


ORDER = {
    "Order Number": "12",
    "Order Status": "Completed",
    "Order Date": "2026-01-01 10:00",
    "Email (Billing)": "a@b.example",
    "SKU": "CUP",
    "Item Name": "Tin cup",
    "Quantity (- Refund)": "2",
    "Item Cost": "4",
}


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, None),
        ({"Order Status": "On hold"}, None),
        ({"Order Status": "pending"}, "unpaid"),
        ({"Order Status": "Pending payment"}, "unpaid"),
        ({"Order Status": "Refunded"}, "refunded"),
        ({"Quantity (- Refund)": "0"}, "refunded"),
        ({"Order Status": "failed"}, "failed"),
        ({"Order Status": "wc-cancelled"}, "cancelled"),
        ({"Payment Method": "test_gateway"}, "test"),
    ],
)
def test_states_of_orders(tmp_path: Path, columns: dict[str, str], state: str | None) -> None:
    (line,) = orders(tmp_path, {**ORDER, **columns})
    assert line.state == state


def test_guests_are_who_has_no_account(tmp_path: Path) -> None:
    def is_guest(account: str) -> bool:
        (line,) = orders(tmp_path, {**ORDER, "Customer User ID": account})
        return line.is_guest

    assert is_guest("0")
    assert is_guest("")
    assert not is_guest("4")
    # Nothing says who has an account.
    assert not orders(tmp_path, ORDER)[0].is_guest


def test_an_order_in_one_row_has_its_lines_in_columns(tmp_path: Path) -> None:
    whole = {"order_id": "12", "status": "completed", "order_date": "2026-01-01 10:00:00"}
    lines = orders(
        tmp_path,
        {
            **whole,
            "line_item_1": "name:Tin cup|product_id:7|sku:CUP|quantity:2|total:8.00",
            "line_item_2": "name:Tray|product_id:8|sku:|quantity:1|total:9.00",
            "Product Item 1 Name": "Pot",
            "Product Item 1 id": "9",
            "Product Item 1 Quantity": "3",
        },
    )
    assert [(line.product, line.name, line.quantity) for line in lines] == [
        ("7", "Tin cup", "2"),
        ("8", "Tray", "1"),
        ("9", "Pot", "3"),
    ]
    assert {line.order_id for line in lines} == {"12"}


def test_orders_of_the_api(tmp_path: Path) -> None:
    assert WOOCOMMERCE.read_orders is not None
    order = {
        "id": 5,
        "number": "0005",
        "status": "processing",
        "date_created": "2026-01-01T11:00:00",
        "date_created_gmt": "2026-01-01T10:00:00",
        "customer_id": 0,
        "billing": {"email": "a@b.example"},
        "line_items": [
            {
                "product_id": 7,
                "variation_id": 0,
                "quantity": 2,
                "sku": "",
                "price": 4.5,
                "name": "C",
            },
            {"product_id": 7, "variation_id": 9, "quantity": 1, "sku": "CUP-M", "price": "4"},
        ],
        "shipping_lines": [{"method_title": "Flat rate"}],
    }
    lines = list(WOOCOMMERCE.read_orders(write(tmp_path, "o.jsonl.gz", json.dumps(order))))
    assert [(line.product, line.variant, line.sku, line.unit_price) for line in lines] == [
        ("7", None, None, "4.5"),
        ("7", "9", "CUP-M", "4"),
    ]
    assert {(line.order_id, line.ordered_at, line.is_guest) for line in lines} == {
        ("0005", "2026-01-01T10:00:00Z", True)
    }


def test_values_of_other_kinds_are_none(tmp_path: Path) -> None:
    assert WOOCOMMERCE.read_orders is not None
    order = {"id": [], "billing": "x", "line_items": ["x", {"sku": 5, "name": {}}], "status": 1}
    path = write(tmp_path, "o.json", json.dumps([order, {"line_items": None}]))
    (line,) = WOOCOMMERCE.read_orders(path)
    assert (line.order_id, line.sku, line.name, line.email) == (None, "5", None, None)


@pytest.mark.parametrize("text", ['{"id": 1}', "[{", "[1]", "x"])
def test_other_json_is_an_error(tmp_path: Path, text: str) -> None:
    assert WOOCOMMERCE.read_orders is not None
    with pytest.raises(InputFileError, match=r"o\.json"):
        list(WOOCOMMERCE.read_orders(write(tmp_path, "o.json", text)))


def test_a_list_of_orders_without_lines_says_what_is_needed(tmp_path: Path) -> None:
    row = {"Payment Method Title": "Card", "Order Status": "x", "Total": "4"}
    with pytest.raises(InputFileError, match=r"docs/shop-systems\.md"):
        orders(tmp_path, row)

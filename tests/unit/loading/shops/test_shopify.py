"""Shopify's exports: both headers, variants, pictures, stock, and the states of orders."""

from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.shopify import SHOPIFY
from alsolike.loading.shops.system import Shop
from alsolike.loading.shops.variants import Item
from tests.shop.exports import table, write

FIRST = {"Handle": "cup", "Title": "Tin cup", "Option1 Name": "Size", "Option1 Value": "S"}


def products(folder: Path, *rows: dict[str, str], shop: Shop | None = None) -> list[Item]:
    path = write(folder, "products_export.csv", table(rows))
    return list(SHOPIFY.read_products(path, shop or Shop()))


def one(folder: Path, *rows: dict[str, str], shop: Shop | None = None) -> Item:
    (item,) = products(folder, *rows, shop=shop)
    return item


def orders(folder: Path, *rows: dict[str, str]) -> list[OrderLine]:
    assert SHOPIFY.read_orders is not None
    return list(SHOPIFY.read_orders(write(folder, "orders_export.csv", table(rows))))


def test_variants_and_pictures_are_one_product(tmp_path: Path) -> None:
    item = one(
        tmp_path,
        {
            **FIRST,
            "Variant SKU": "C-S",
            "Variant Price": "5.00",
            "Image Src": "https://x.example/1",
        },
        {"Handle": "cup", "Option1 Value": "M", "Variant SKU": "C-M", "Variant Price": "4.00"},
        {"Handle": "cup", "Image Src": "https://x.example/2"},
    )
    assert item.line == 2
    assert item.columns["product_id"] == "cup"
    assert item.columns["price"] == "4.00"
    assert item.columns["attributes"] == {"Size": ["S", "M"]}
    assert item.columns["image_url"] == "https://x.example/1"
    assert item.columns["more_image_urls"] == ["https://x.example/2"]
    assert item.skus == ["C-S", "C-M"]
    assert item.names == ["Tin cup", "Tin cup - S", "Tin cup - M"]


def test_the_headers_of_2024(tmp_path: Path) -> None:
    item = one(
        tmp_path,
        {
            "Title": "Tin cup",
            "URL handle": "cup",
            "Description": "<p>A cup</p>",
            "Vendor": "Kettle",
            "Product category": "Home > Cups",
            "Type": "Cup",
            "Tags": "tin, small",
            "Published on online store": "TRUE",
            "Status": "Active",
            "SKU": "C",
            "Barcode": "'4006381333931",
            "Option1 name": "Title",
            "Option1 value": "Default Title",
            "Price": "4.00",
            "Compare-at price": "5.00",
            "Inventory tracker": "shopify",
            "Inventory quantity": "0",
            "Continue selling when out of stock": "DENY",
            "Product image URL": "https://x.example/1",
        },
        shop=Shop("https://shop.example", "EUR"),
    )
    assert item.columns == {
        "product_id": "cup",
        "title": "Tin cup",
        "description": "<p>A cup</p>",
        "category": "Home > Cups",
        "brand": "Kettle",
        "price": "5.00",
        "sale_price": "4.00",
        "currency": "EUR",
        "image_url": "https://x.example/1",
        "more_image_urls": [],
        "attributes": {"type": "Cup", "tags": ["tin", "small"]},
        "is_hidden": False,
        "in_stock": False,
        "language": None,
        "gtin": "4006381333931",
        "url": "https://shop.example/products/cup",
    }


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        ({}, None),
        ({"Variant Inventory Qty": "0", "Variant Inventory Tracker": "shopify"}, False),
        ({"Variant Inventory Qty": "-2", "Variant Inventory Tracker": "shopify"}, False),
        ({"Variant Inventory Qty": "2", "Variant Inventory Tracker": "shopify"}, True),
        ({"Variant Inventory Qty": "0"}, True),
        (
            {
                "Variant Inventory Qty": "0",
                "Variant Inventory Tracker": "shopify",
                "Variant Inventory Policy": "continue",
            },
            True,
        ),
    ],
)
def test_stock(tmp_path: Path, stock: dict[str, str], in_stock: bool | None) -> None:
    assert one(tmp_path, {**FIRST, **stock}).columns.get("in_stock") is in_stock


def test_the_price_is_of_what_can_be_bought(tmp_path: Path) -> None:
    tracked = {"Variant Inventory Tracker": "shopify", "Handle": "cup"}
    item = one(
        tmp_path,
        {**FIRST, **tracked, "Variant Price": "3.00", "Variant Inventory Qty": "0"},
        {**tracked, "Option1 Value": "M", "Variant Price": "9.00", "Variant Inventory Qty": "2"},
    )
    assert (item.columns["price"], item.columns["in_stock"]) == ("9.00", True)


@pytest.mark.parametrize(
    ("state", "hidden"),
    [
        ({"Published": "TRUE", "Status": "active"}, False),
        ({"Published": "FALSE", "Status": "active"}, True),
        ({"Status": "draft"}, True),
        ({"Status": "archived"}, True),
        ({}, False),
    ],
)
def test_what_is_not_on_sale_is_hidden(tmp_path: Path, state: dict[str, str], hidden: bool) -> None:
    assert one(tmp_path, {**FIRST, **state}).columns["is_hidden"] is hidden


def test_an_order_is_carried_down_to_its_lines(tmp_path: Path) -> None:
    lines = orders(
        tmp_path,
        {
            "Name": "#1",
            "Email": "a@b.example",
            "Financial Status": "paid",
            "Created at": "2026-01-01 10:00:00 +0100",
            "Lineitem name": "Cup",
            "Lineitem sku": "C",
            "Lineitem quantity": "2",
            "Lineitem price": "4.00",
        },
        {"Name": "#1", "Lineitem name": "Tray", "Lineitem quantity": "1"},
    )
    first, second = lines
    assert (first.sku, first.quantity, first.unit_price) == ("C", "2", "4.00")
    assert (second.name, second.sku, second.quantity) == ("Tray", None, "1")
    assert second.email == "a@b.example"
    assert second.ordered_at == first.ordered_at == "2026-01-01 10:00:00 +0100"
    assert (first.line, second.line) == (2, 3)


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"Financial Status": "paid"}, None),
        ({"Financial Status": "pending"}, None),
        ({"Financial Status": "partially_refunded"}, None),
        ({"Financial Status": "refunded"}, "refunded"),
        ({"Financial Status": "voided"}, "voided"),
        ({"Financial Status": "paid", "Cancelled at": "2026-01-02 10:00:00 +0100"}, "cancelled"),
        ({"Financial Status": "paid", "Payment Method": "(for testing) Bogus Gateway"}, "test"),
        ({"Financial Status": "paid", "Tags": "vip, Test"}, "test"),
        ({"Financial Status": "paid", "Tags": "contest"}, None),
    ],
)
def test_states_of_orders(tmp_path: Path, columns: dict[str, str], state: str | None) -> None:
    row = {"Name": "#1", "Created at": "2026-01-01", "Lineitem name": "Cup", **columns}
    (line,) = orders(tmp_path, row)
    assert line.state == state


def test_the_other_file_is_named(tmp_path: Path) -> None:
    row = {"Name": "#1", "Paid at": "2026-01-01", "Lineitem name": "Cup", "Lineitem sku": "C"}
    with pytest.raises(InputFileError, match="is no file of Shopify products: it has the columns"):
        products(tmp_path, row)
    with pytest.raises(InputFileError, match="it lacks the column 'title'"):
        products(tmp_path, {"Handle": "cup", "Variant SKU": "C", "Variant Price": "1"})


def test_a_row_with_too_many_values_cannot_be_used(tmp_path: Path) -> None:
    path = write(tmp_path, "products.csv", "Handle,Title,Variant SKU\ncup,Cup,C,1,2\n")
    (item,) = SHOPIFY.read_products(path, Shop())
    assert item.problem == "the row has 5 values where the header has 3"


def test_no_csv_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "products.csv.gz", 'Handle,Title\ncup,Cup\npot,"Pot" x\n')
    with pytest.raises(InputFileError, match=r"products\.csv\.gz, line 3: not CSV"):
        list(SHOPIFY.read_products(path, Shop()))

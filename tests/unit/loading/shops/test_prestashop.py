"""PrestaShop's products and combinations, in English and French, and lines of orders."""

from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.prestashop import PRESTASHOP
from alsolike.loading.shops.system import Shop
from alsolike.loading.shops.variants import Item
from tests.shop.exports import table, write

CUP = {"Product ID": "7", "Name *": "Tin cup", "Price tax included": "12,90"}


def products(
    folder: Path, *rows: dict[str, str], combinations: list[dict[str, str]] | None = None
) -> list[Item]:
    path = write(folder, "products.csv", table(rows, ";"))
    beside = None
    if combinations:
        beside = write(folder, "combinations.csv", table(combinations, ";"))
    shop = Shop("https://shop.example", "EUR", None, beside)
    return list(PRESTASHOP.read_products(path, shop))


def one(folder: Path, *rows: dict[str, str]) -> dict[str, object]:
    (item,) = products(folder, *rows)
    return item.columns


def orders(folder: Path, *rows: dict[str, str]) -> list[OrderLine]:
    assert PRESTASHOP.read_orders is not None
    return list(PRESTASHOP.read_orders(write(folder, "orders.csv", table(rows, ";"))))


def test_a_products_columns(tmp_path: Path) -> None:
    columns = one(
        tmp_path,
        {
            **CUP,
            "Active (0/1)": "1",
            "Categories (x,y,z...)": "Home,Home/Kitchen/Cups",
            "Discount percent": "10",
            "Reference #": "C-1",
            "Manufacturer": "Kettle",
            "EAN13": "4006381333931",
            "Quantity": "3",
            "Summary": "A cup.",
            "Description": "<p>Of tin.</p>",
            "Tags (x,y,z...)": "tin,small",
            "Image URLs (x,y,z...)": "https://x.example/1.jpg,https://x.example/2.jpg",
            "Feature(Name:Value:Position)": "Material:Tin:1,Care:Wash, dry,Style:Plain:2:0",
        },
    )
    assert columns == {
        "product_id": "7",
        "title": "Tin cup",
        "description": "A cup.<br><p>Of tin.</p>",
        "category": "Kitchen > Cups",
        "brand": "Kettle",
        "attributes": {
            "Material": "Tin",
            "Care": "Wash, dry",
            "Style": "Plain",
            "tags": ["tin", "small"],
        },
        "is_hidden": False,
        "language": None,
        "gtin": "4006381333931",
        "price": "12.90",
        "sale_price": "11.61",
        "currency": "EUR",
        "in_stock": True,
        "image_url": "https://x.example/1.jpg",
        "more_image_urls": ["https://x.example/2.jpg"],
        "url": "https://shop.example/index.php?controller=product&id_product=7",
    }


def test_the_header_may_be_french(tmp_path: Path) -> None:
    columns = one(
        tmp_path,
        {
            "ID": "7",
            "Actif (0/1)": "0",
            "Nom *": "Tasse",
            "Catégories (x,y,z...)": "Accueil,Maison,Tasses",
            "Prix HT": "10.833333",
            "Quantité": "0",
        },
    )
    assert (columns["title"], columns["category"]) == ("Tasse", "Tasses")
    assert (columns["price"], columns["in_stock"], columns["is_hidden"]) == ("10.83", False, True)


def test_combinations_are_variants(tmp_path: Path) -> None:
    (item,) = products(
        tmp_path,
        {**CUP, "Reference #": "C", "Quantity": "5"},
        combinations=[
            {
                "Product ID*": "7",
                "Attribute (Name:Type:Position)*": "Size:select:0, Color:color:1",
                "Value (Value:Position)*": f"{size}:0, Red:1",
                "Reference": f"C-{size}",
                "Impact on price": impact,
                "Quantity": quantity,
            }
            for size, impact, quantity in (("S", "-2", "0"), ("M", "1,5", "4"))
        ],
    )
    assert item.columns["attributes"] == {"Size": ["S", "M"], "Color": "Red"}
    assert (item.columns["price"], item.columns["in_stock"]) == ("14.40", True)
    assert list(item.skus) == ["C", "C-S", "C-M"]


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        ({"Quantity": "0"}, False),
        ({"Quantity": "0", "Out of stock action": "1"}, True),
        ({"Quantity": "4", "Available for order (0 = No, 1 = Yes)": "0"}, False),
        ({}, None),
    ],
)
def test_stock(tmp_path: Path, stock: dict[str, str], in_stock: bool | None) -> None:
    assert one(tmp_path, {**CUP, **stock}).get("in_stock") is in_stock


def test_a_discount_may_be_an_amount_or_over(tmp_path: Path) -> None:
    discount = {**CUP, "Discount amount": "2.9"}
    assert one(tmp_path, discount)["sale_price"] == "10.00"
    over = {**discount, "Discount to (yyyy-mm-dd)": "2020-01-01"}
    assert one(tmp_path, over)["sale_price"] is None
    assert one(tmp_path, {**CUP, "Discount amount": "20"})["sale_price"] is None


ORDER = {
    "order_reference": "XKBKNABJK",
    "date_add": "31/01/2026 10:00:00",
    "order_state": "Payment accepted",
    "email": "a@b.example",
    "product_id": "7",
    "product_quantity": "2",
}


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, None),
        ({"order_state": "Refunded"}, "refunded"),
        ({"order_state": "Annulé"}, "cancelled"),
        ({"order_state": "6"}, "cancelled"),
        ({"order_state": "Payment error"}, "failed"),
        ({"product_quantity_refunded": "2"}, "refunded"),
        ({"product_quantity_refunded": "1"}, None),
    ],
)
def test_states_of_orders(tmp_path: Path, columns: dict[str, str], state: str | None) -> None:
    (line,) = orders(tmp_path, {**ORDER, **columns})
    assert line.state == state
    assert line.ordered_at == "2026-01-31 10:00:00"
    assert not line.is_guest


def test_the_list_of_orders_has_no_lines(tmp_path: Path) -> None:
    row = {"ID": "1", "Reference": "X", "New client": "1", "Total": "4", "Date": "2026-01-01"}
    with pytest.raises(InputFileError, match=r"lines of the orders is needed: docs/shop-systems"):
        orders(tmp_path, row)

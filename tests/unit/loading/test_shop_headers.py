"""Whose export a file is."""

from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading import load_folder
from alsolike.loading.csv_files import read_csv
from alsolike.loading.rows import Reading
from alsolike.loading.shop_headers import commands_for, recognise, recognise_file
from alsolike.loading.tables import PRODUCTS
from alsolike.progress import ignore_progress
from tests.shop.exports import write

HEADERS = {
    "Shopify products": "Handle,Title,Body (HTML),Vendor,Option1 Name,Variant SKU,Variant Price",
    "Shopify orders": "Name,Email,Financial Status,Paid at,Lineitem name,Lineitem sku",
    "WooCommerce products": "ID,Type,SKU,Name,Visibility in catalog,In stock?,Regular price",
    "WooCommerce orders": "Order Number,Order Status,Email (Billing),SKU,Item Cost",
    "Google Merchant products": "id\ttitle\tavailability\timage_link\tprice",
    "Magento products": "sku,store_view_code,attribute_set_code,product_type,name,url_key",
    "Magento orders": "increment_id,customer_is_guest,sku,qty_ordered",
    "PrestaShop products": "Product ID;Active (0/1);Name *;Categories (x,y,z...)",
    "PrestaShop orders": "order_reference;product_reference;product_quantity",
}
OURS = (
    "product_id,title,description,category,brand,price,currency,image_url,attributes,in_stock,"
    "created_at,url,sale_price,item_group_id,is_hidden,language,gtin,more_image_urls"
)


@pytest.mark.parametrize("title", HEADERS)
@pytest.mark.parametrize("name", ["export.csv", "export.csv.gz"])
def test_a_header_tells_its_system(tmp_path: Path, title: str, name: str) -> None:
    export = recognise_file(write(tmp_path, name, f"\ufeff{HEADERS[title]}\r\nx\r\n"))
    assert export is not None
    assert export.title == title


def test_a_feed_tells_itself(tmp_path: Path) -> None:
    feed = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
    export = recognise_file(write(tmp_path, "feed.xml", feed))
    assert export is not None
    assert export.command == "merchant"


def test_our_own_files_and_others_are_nobodys(tmp_path: Path) -> None:
    assert recognise(OURS.split(",")) is None
    assert recognise([]) is None
    (tmp_path / "broken.csv.gz").write_text("no gzip")
    assert recognise_file(tmp_path / "broken.csv.gz") is None
    assert recognise_file(write(tmp_path, "notes.md", HEADERS["Shopify products"])) is None


def test_the_files_of_a_system_are_for_one_command(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, f"{title.replace(' ', '_')}.csv", HEADERS[title])
        for title in ("Shopify orders", "Shopify products", "Magento orders")
    ]
    found = [(path, export) for path in paths if (export := recognise_file(path)) is not None]
    shopify, magento = commands_for(found)
    assert f"alsolike load shopify --products {paths[1]} --orders {paths[0]} reads them." in shopify
    assert f"alsolike load magento --products FILE --orders {paths[2]} reads it." in magento


def test_a_folder_of_exports_names_the_command(tmp_path: Path) -> None:
    path = write(tmp_path, "products_export_1.csv", HEADERS["Shopify products"])
    with pytest.raises(InputFileError, match=f"alsolike load shopify --products {path} reads it"):
        load_folder(tmp_path, consent=None, report=ignore_progress)


def test_an_export_under_the_name_of_our_own_file_names_the_command(tmp_path: Path) -> None:
    path = write(tmp_path, "products.csv", HEADERS["Shopify products"])
    expected = f"lacks the column product_id.* alsolike load shopify --products {path} reads it"
    with pytest.raises(InputFileError, match=expected):
        list(read_csv(path, PRODUCTS, Reading()))


def test_a_half_adapted_export_is_loaded_with_a_remark(tmp_path: Path) -> None:
    header = HEADERS["Shopify products"].replace("Handle,Title", "product_id,title")
    reading = Reading()
    list(read_csv(write(tmp_path, "products.csv", header), PRODUCTS, reading))
    assert "has the columns of Shopify products: alsolike load shopify" in reading.remarks[0]


def test_names_that_only_need_another_case_are_told(tmp_path: Path) -> None:
    write(tmp_path, "Products.CSV", "product_id,title\n")
    with pytest.raises(InputFileError, match=r"Rename Products\.CSV to products\.csv\."):
        load_folder(tmp_path, consent=None, report=ignore_progress)

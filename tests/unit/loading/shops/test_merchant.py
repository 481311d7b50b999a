"""Google Merchant feeds: RSS, Atom, text with tabs; in little memory, without entities."""

import gzip
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alsolike.errors import InputFileError
from alsolike.loading.shops.merchant import MERCHANT
from alsolike.loading.shops.system import Shop
from alsolike.loading.shops.variants import Item
from tests.shop.exports import table, write

RSS = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
ITEM = """
<item>
  <g:id>tee-m</g:id>
  <title>Tee &amp; more</title>
  <g:title>Tee, M</g:title>
  <description><![CDATA[<p>A tee.</p>]]></description>
  <link>https://shop.example/tee?size=m</link>
  <g:image_link>https://shop.example/tee.jpg</g:image_link><g:additional_image_link>https://shop.example/tee-2.jpg</g:additional_image_link>
  <g:availability>out of stock</g:availability>
  <g:price>12.00 EUR</g:price>
  <g:sale_price>9.50 EUR</g:sale_price>
  <g:item_group_id>tee</g:item_group_id>
  <g:google_product_category>2271</g:google_product_category>
  <g:product_type>Clothing &gt; Tees</g:product_type>
  <g:product_type>Sale</g:product_type>
  <g:brand>Ash</g:brand>
  <g:gtin>4006381333931</g:gtin>
  <g:size>M</g:size>
  <g:color>Black</g:color>
  <g:product_highlight>Soft</g:product_highlight>
  <g:product_highlight>Light</g:product_highlight>
  <g:product_detail>
    <g:section_name>Care</g:section_name>
    <g:attribute_name>Washing</g:attribute_name>
    <g:attribute_value>30 degrees</g:attribute_value>
  </g:product_detail>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
</item>
"""
COLUMNS = {
    "product_id": "tee-m",
    "title": "Tee, M",
    "description": "<p>A tee.</p>",
    "category": "Clothing > Tees",
    "brand": "Ash",
    "price": "12.00",
    "sale_price": "9.50",
    "currency": "EUR",
    "image_url": "https://shop.example/tee.jpg",
    "more_image_urls": ["https://shop.example/tee-2.jpg"],
    "attributes": {
        "color": "Black",
        "size": "M",
        "highlights": ["Soft", "Light"],
        "Washing": "30 degrees",
    },
    "url": "https://shop.example/tee?size=m",
    "item_group_id": "tee",
    "language": "de",
    "gtin": "4006381333931",
    "in_stock": "out of stock",
}


def read(folder: Path, name: str, text: str, shop: Shop | None = None) -> Iterator[Item]:
    return iter(MERCHANT.read_products(write(folder, name, text), shop or Shop()))


@pytest.mark.parametrize("name", ["feed.xml", "feed.xml.gz", "feed.rss"])
def test_rss(tmp_path: Path, name: str) -> None:
    feed = f"{RSS}<title>Shop</title><language>de</language>{ITEM}{ITEM}</channel></rss>"
    first, second = read(tmp_path, name, feed)
    assert first.columns == second.columns == COLUMNS
    assert (first.line, second.line) == (3, 31)


def test_atom(tmp_path: Path) -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"
      xml:lang="fr"><id>the feed's</id><title>Shop</title><entry>
      <id>urn:1</id><g:id>1</g:id><title>Tasse</title>
      <link rel="self" href="https://x.example/feed"/><link href="https://x.example/1"/>
      <content type="xhtml"><div>De <b>fer</b></div></content><g:price>5 EUR</g:price>
      </entry></feed>"""
    (item,) = read(tmp_path, "feed.atom", feed)
    columns = item.columns
    assert (columns["product_id"], columns["title"], columns["url"]) == (
        "1",
        "Tasse",
        "https://x.example/1",
    )
    assert str(columns["description"]).split() == ["De", "fer"]
    assert (columns["price"], columns["language"], "in_stock" in columns) == ("5", "fr", False)


@pytest.mark.parametrize("names", ["with blanks", "with lines", "with prefix"])
def test_text_with_tabs(tmp_path: Path, names: str) -> None:
    row = {
        "id": "tee-m",
        "title": "Tee, M",
        "description": "<p>A tee.</p>",
        "link": "https://shop.example/tee?size=m",
        "image link": "https://shop.example/tee.jpg",
        "additional image link": "https://shop.example/tee-2.jpg",
        "availability": "out of stock",
        "price": "12.00 EUR",
        "sale price": "9.50 EUR",
        "item group id": "tee",
        "google product category": "2271",
        "product type": "Clothing > Tees,Sale",
        "brand": "Ash",
        "gtin": "4006381333931",
        "size": "M",
        "color": "Black",
        "product highlight": "Soft,Light",
        "product detail": "Care:Washing:30 degrees",
    }
    if names == "with lines":
        row = {name.replace(" ", "_"): value for name, value in row.items()}
    if names == "with prefix":
        row = {f"g:{name}": value for name, value in row.items()}
    (item,) = read(tmp_path, "feed.txt.gz", table([row], "\t"), Shop(language="de"))
    assert item.columns == COLUMNS


def test_a_sale_counts_while_it_lasts(tmp_path: Path) -> None:
    today = datetime.now(UTC)
    past = f"{today - timedelta(days=9):%Y-%m-%dT%H:%M+0000}"
    row = {"id": "1", "title": "Tee", "price": "12.00 EUR", "sale price": "9.50 EUR"}
    for end, sale_price in ((today - timedelta(days=1), None), (today + timedelta(days=1), "9.50")):
        when = {"sale price effective date": f"{past}/{end:%Y-%m-%dT%H:%M+0000}"}
        (item,) = read(tmp_path, "feed.tsv", table([{**row, **when}], "\t"))
        assert item.columns["sale_price"] == sale_price


def test_googles_category_counts_if_it_is_a_name(tmp_path: Path) -> None:
    row = {"id": "1", "title": "Tee", "google product category": "Apparel > Tees"}
    (item,) = read(tmp_path, "feed.tsv", table([row], "\t"))
    assert item.columns["category"] == "Apparel > Tees"


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<rss><channel><item><title>&b;</title></item></channel></rss>"
)
OUTSIDE = (
    '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    "<rss><channel><item><title>&a;</title></item></channel></rss>"
)


@pytest.mark.parametrize("attack", [BOMB, OUTSIDE])
def test_entities_are_refused(tmp_path: Path, attack: str) -> None:
    with pytest.raises(InputFileError, match="defines entities"):
        list(read(tmp_path, "feed.xml", attack))


@pytest.mark.parametrize(
    ("feed", "message"),
    [
        (f"{RSS}{ITEM}<item><g:id>1</g:id>", r"feed\.xml, line 30: not XML \(no element found"),
        ("<rss><channel><item>&nbsp;</item></channel></rss>", "line 1: not XML .undefined entity"),
        ("<rss><g:item/></rss>", "not XML .unbound prefix"),
        ("<rss><channel></channel></rss>", "no <item> as RSS"),
        ("product_id,title\n1,Tee\n", "line 1: not XML"),
        ("", "no <item> as RSS"),
    ],
)
def test_no_feed_is_an_error_with_its_line(tmp_path: Path, feed: str, message: str) -> None:
    with pytest.raises(InputFileError, match=message):
        list(read(tmp_path, "feed.xml", feed))


def declaring(encoding: str) -> str:
    """Return the beginning of a feed that declares an encoding."""
    return RSS.replace("?>", f' encoding="{encoding}"?>', 1)


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "UTF-7", "windows-1252", "UTF-16"])
@pytest.mark.parametrize("name", ["feed.xml", "feed.xml.gz"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(
    tmp_path: Path, encoding: str, name: str
) -> None:
    title = "Tasse €" if encoding == "windows-1252" else "茶碗"
    # So long that characters lie across the pieces in which a file is read.
    items = "".join(
        f"<item><g:id>{number}</g:id><title>{title * 500}</title></item>" for number in range(100)
    )
    text = f"{declaring(encoding)}{items}</channel></rss>"
    data = text.encode(encoding)
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = list(MERCHANT.read_products(path, Shop()))
    assert [item.columns["title"] for item in found] == [title * 500] * 100


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("x-klingon", "its encoding is 'x-klingon', which is unknown: save it as UTF-8"),
        ("hex", "its encoding is 'hex', which is unknown: save it as UTF-8"),
        ("Shift_JIS", "is not in Shift_JIS, as its first line says .*: save it as UTF-8"),
    ],
)
def test_an_encoding_that_cannot_be_read_is_named(tmp_path: Path, encoding: str, told: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(
        declaring(encoding).encode() + b"<item><title>\xfd\xff</title></item></channel></rss>"
    )
    with pytest.raises(InputFileError, match=told):
        list(MERCHANT.read_products(path, Shop()))


def test_an_endless_item_is_refused(tmp_path: Path) -> None:
    feed = f"{RSS}<item><title>{'x' * 17_000_000}"
    with pytest.raises(InputFileError, match="longer than 16 MiB"):
        list(read(tmp_path, "feed.xml.gz", feed))


def test_an_item_without_bottom_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="nested too deep"):
        list(read(tmp_path, "feed.xml", f"{RSS}<item>{'<a>' * 200}"))


@pytest.mark.parametrize("name", ["feed.xml.gz", "feed.tsv.gz"])
def test_a_long_feed_needs_little_memory(tmp_path: Path, name: str) -> None:
    number = 4_000
    if ".xml" in name:
        feed = f"{RSS}{ITEM * number}</channel></rss>"
    else:
        row = {"id": "1", "title": "Tee", "description": "A tee. " * 100}
        feed = table([row] * number, "\t")
    path = write(tmp_path, name, feed)
    del feed
    tracemalloc.start()
    assert sum(1 for _ in MERCHANT.read_products(path, Shop())) == number
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000

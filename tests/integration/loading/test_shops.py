"""A small shop in the files of each shop system: loaded to the same rows, and one asked."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from alsolike.cli import run as cli
from alsolike.loading import ConsentNeededError, LoadSummary
from alsolike.loading.shops.load import load_shop
from alsolike.loading.shops.orders import shopper_of
from alsolike.loading.shops.system import Shop
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from alsolike.transform import transform
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder
from tests.shop.database import run
from tests.shop.exports import table, write

pytestmark = pytest.mark.usefixtures("database")

KEY = "a key of the tests, which nobody keeps secret"
ANNA = "anna@mail.example"
# Two sizes of a bed frame; the others have none. The rug is not shown.
PRODUCTS = {
    "frame": ("Bed frame", "A frame of oak for a bed.", "Beds"),
    "mattress": ("Mattress", "A soft mattress for a bed of oak.", "Beds"),
    "pillow": ("Pillow", "A pillow of down.", "Bedding"),
    "socks": ("Socks", "Socks of wool.", "Clothes"),
    "rug": ("Rug", "A rug of wool.", "Rugs"),
}
SIZES = {"frame-s": "Small", "frame-l": "Large"}
# Whose order, and the SKUs on its lines: frames go with mattresses. `None` has no account.
ORDERS = [
    (ANNA, ["frame-s", "mattress"]),
    ("ben@mail.example", ["frame-l", "mattress"]),
    (None, ["frame-s", "mattress", "pillow"]),
    ("cleo@mail.example", ["socks"]),
    ("ben@mail.example", ["socks", "rug"]),
    (None, ["pillow"]),
]

Files = dict[str, str]


def shopify() -> Files:
    products: list[dict[str, str]] = []
    for handle, (title, text, category) in PRODUCTS.items():
        sizes = SIZES if handle == "frame" else {handle: "Default Title"}
        for place, (sku, size) in enumerate(sizes.items()):
            first = {
                "Title": title,
                "Body (HTML)": f"<p>{text}</p>",
                "Type": category,
                "Option1 Name": "Size" if handle == "frame" else "Title",
                "Published": "FALSE" if handle == "rug" else "TRUE",
                "Status": "active",
            }
            products.append(
                {
                    "Handle": handle,
                    **(first if place == 0 else {}),
                    "Option1 Value": size,
                    "Variant SKU": sku,
                    "Variant Price": f"{10 + place}.00",
                }
            )
    orders = [
        {
            "Name": f"#{1000 + number}",
            "Email": email or "",
            **(
                {"Financial Status": "paid", "Created at": f"2026-01-0{number + 1} 10:00:00 +0100"}
                if place == 0
                else {}
            ),
            "Accepts Marketing": "yes",
            "Lineitem quantity": "1",
            "Lineitem name": sku,
            "Lineitem price": "10.00",
            "Lineitem sku": sku,
        }
        for number, (email, skus) in enumerate(ORDERS)
        for place, sku in enumerate(skus)
    ]
    return {"products.csv": table(products), "orders.csv": table(orders)}


def woocommerce_products() -> str:
    rows: list[dict[str, str]] = []
    for number, (sku, (title, text, category)) in enumerate(PRODUCTS.items(), 10):
        rows.append(
            {
                "ID": str(number),
                "Type": "variable" if sku == "frame" else "simple",
                "SKU": sku,
                "Name": title,
                "Published": "1",
                "Visibility in catalog": "hidden" if sku == "rug" else "visible",
                "Description": f"<p>{text}</p>",
                "In stock?": "1",
                "Regular price": "" if sku == "frame" else "10",
                "Categories": category,
            }
        )
    for number, (sku, size) in enumerate(SIZES.items(), 90):
        rows.append(
            {
                "ID": str(number),
                "Type": "variation",
                "SKU": sku,
                "Name": f"Bed frame - {size}",
                "Published": "1",
                "In stock?": "1",
                "Regular price": str(number),
                "Parent": "frame",
                "Attribute 1 name": "Size",
                "Attribute 1 value(s)": size,
            }
        )
    return table(rows)


def woocommerce() -> Files:
    orders = [
        {
            "Order Number": str(number),
            "Order Status": "Completed",
            "Order Date": f"2026-01-0{number + 1} 10:00",
            "Email (Billing)": email or "guest@mail.example",
            "Customer User ID": "7" if email else "0",
            "SKU": sku,
            "Item Name": sku,
            "Quantity (- Refund)": "1",
            "Item Cost": "10",
        }
        for number, (email, skus) in enumerate(ORDERS)
        for sku in skus
    ]
    return {"products.csv": woocommerce_products(), "orders.csv": table(orders)}


def woocommerce_json() -> Files:
    orders = [
        {
            "id": number + 1,
            "status": "completed",
            "date_created_gmt": f"2026-01-0{number + 1}T10:00:00",
            "customer_id": 7 if email else 0,
            "billing": {"email": email or "guest@mail.example"},
            "line_items": [{"sku": sku, "quantity": 1, "price": 10, "name": sku} for sku in skus],
        }
        for number, (email, skus) in enumerate(ORDERS)
    ]
    return {"products.csv": woocommerce_products(), "orders.json": json.dumps(orders)}


def magento_products() -> str:
    variations = "|".join(f"sku={sku},size={size}" for sku, size in SIZES.items())
    rows = [
        {
            "sku": sku,
            "store_view_code": "",
            "attribute_set_code": "Default",
            "product_type": "simple",
            "name": "Bed frame",
            "visibility": "Not Visible Individually",
            "price": "12.0000",
            "is_in_stock": "1",
            "additional_attributes": f"size={size}",
        }
        for sku, size in SIZES.items()
    ]
    rows += [
        {
            "sku": sku,
            "product_type": "configurable" if sku == "frame" else "simple",
            "name": title,
            "description": f"<p>{text}</p>",
            "categories": f"Default Category/{category}",
            "product_online": "2" if sku == "rug" else "1",
            "visibility": "Catalog, Search",
            "price": "" if sku == "frame" else "10.0000",
            "is_in_stock": "1",
            "configurable_variations": variations if sku == "frame" else "",
        }
        for sku, (title, text, category) in PRODUCTS.items()
    ]
    return table(rows)


def magento() -> Files:
    orders = [
        {
            "increment_id": f"00000{number}",
            "created_at": f"2026-01-0{number + 1} 10:00:00",
            "status": "complete",
            "customer_email": email or "guest@mail.example",
            "customer_is_guest": "0" if email else "1",
            "sku": sku,
            "qty_ordered": "1.0000",
            "price": "10.0000",
        }
        for number, (email, skus) in enumerate(ORDERS)
        for sku in skus
    ]
    return {"products.csv": magento_products(), "orders.csv": table(orders)}


def magento_json() -> Files:
    orders = [
        {
            "increment_id": f"00000{number}",
            "created_at": f"2026-01-0{number + 1} 10:00:00",
            "status": "complete",
            "customer_email": email or "guest@mail.example",
            "customer_is_guest": 0 if email else 1,
            "items": [{"sku": sku, "qty_ordered": 1, "price": 10, "name": sku} for sku in skus],
        }
        for number, (email, skus) in enumerate(ORDERS)
    ]
    answer = json.dumps({"items": orders, "total_count": len(orders)})
    return {"products.csv": magento_products(), "orders.json": answer}


def prestashop() -> Files:
    products = [
        {
            "Product ID": str(number),
            "Active (0/1)": "0" if sku == "rug" else "1",
            "Name *": title,
            "Categories (x,y,z...)": f"Home/{category}",
            "Price tax included": "10,50",
            "Reference #": sku,
            "Quantity": "3",
            "Description": f"<p>{text}</p>",
        }
        for number, (sku, (title, text, category)) in enumerate(PRODUCTS.items(), 10)
    ]
    combinations = [
        {
            "Product ID*": "10",
            "Attribute (Name:Type:Position)*": "Size:select:0",
            "Value (Value:Position)*": f"{size}:0",
            "Reference": sku,
            "Impact on price": "1",
            "Quantity": "2",
        }
        for sku, size in SIZES.items()
    ]
    orders = [
        {
            "order_reference": f"ORDER{number}",
            "date_add": f"2026-01-0{number + 1} 10:00:00",
            "order_state": "Livré",
            "email": email or "guest@mail.example",
            "is_guest": "0" if email else "1",
            "product_reference": sku,
            "product_name": sku,
            "product_quantity": "1",
            "unit_price_tax_incl": "10.500000",
        }
        for number, (email, skus) in enumerate(ORDERS)
        for sku in skus
    ]
    return {
        "products.csv": table(products, ";"),
        "combinations.csv": table(combinations, ";"),
        "orders.csv": table(orders, ";"),
    }


def load(
    folder: Path, system: str, files: Mapping[str, str], consent: str | None = "personalisation"
) -> LoadSummary:
    """Write the files of a system and load them."""
    paths = {name.partition(".")[0]: write(folder, name, text) for name, text in files.items()}
    return load_shop(
        system,
        paths["products"],
        paths.get("orders"),
        shop=Shop("https://shop.example", "EUR", "en", paths.get("combinations")),
        shopper_key=KEY,
        consent=consent,
        report=ignore_progress,
    )


def test_a_cut_export_empties_no_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"ID": str(number), "Name": f"Cup {number}", "In stock?": "1", "Categories": "Cups"}
        for number in range(20)
    ]
    whole = table(rows)
    path = write(tmp_path, "woo.csv", whole)
    load_full = ["load", "woocommerce", "--products", str(path), "--full"]
    assert cli(load_full) == 0
    write(tmp_path, "woo.csv", whole[: len(whole) // 3])
    capsys.readouterr()
    assert cli(load_full) == 1
    assert "of the 20 that are on sale. Nothing was loaded." in capsys.readouterr().err
    in_stock = "select count(*) from raw.products where is_in_stock"
    assert run(in_stock) == [(20,)]
    write(tmp_path, "woo.csv", table(rows[:2]))
    assert cli([*load_full, "--accept-deletes"]) == 0
    assert run(in_stock) == [(2,)]


@pytest.mark.parametrize(
    ("system", "files", "name"),
    [
        ("shopify", shopify, "products"),
        ("shopify", shopify, "orders"),
        ("woocommerce", woocommerce, "products"),
        ("woocommerce", woocommerce, "orders"),
        ("magento", magento, "products"),
        ("magento", magento, "orders"),
        ("prestashop", prestashop, "products"),
        ("prestashop", prestashop, "combinations"),
        ("prestashop", prestashop, "orders"),
    ],
)
def test_a_row_in_which_a_file_ends_is_rejected(
    tmp_path: Path, system: str, files: Callable[[], Files], name: str
) -> None:
    written = files()
    whole = written[f"{name}.csv"].rstrip("\n")
    separator = ";" if system == "prestashop" else ","
    # The last line has no values after its first two.
    begin = whole.rindex("\n")
    second = whole.index(separator, whole.index(separator, begin) + 1)
    summary = load(tmp_path, system, {**written, f"{name}.csv": whole[:second]})
    file = summary.files[1 if name == "orders" else 0]
    assert [reason.reason[:29] for reason in file.reasons] == ["the file ends within this row"]
    assert file.rejected == 1


def counts(summary: LoadSummary) -> list[tuple[int, ...]]:
    return [file.counts for file in summary.files]


def ask(function: str, *parameters: Any) -> list[str]:
    """Return the products of a list, best first."""
    places = ", ".join(["%s"] * len(parameters))
    rows = run(f"select product_id from recs.{function}({places}) order by rank", parameters)
    return [row[0] for row in rows]


# What lists are made of, in words: the ids of products are the system's own.
STORED = {
    title: (text, category, "EUR", "en", True, title == "Rug", None, True)
    for title, text, category in PRODUCTS.values()
}
BOUGHT = sorted(
    (day, order, sku.split("-", maxsplit=1)[0], email is not None)
    for order, (day, email, skus) in enumerate(
        (f"2026-01-0{number + 1}", email, skus) for number, (email, skus) in enumerate(ORDERS)
    )
    for sku in skus
)


def stored_products() -> dict[str, tuple[Any, ...]]:
    """Return by title what lists are made of."""
    rows = run(
        "select title, description, category, currency, language, is_in_stock, is_hidden, "
        "item_group_id, price > 9 from raw.products"
    )
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize(
    ("system", "files", "ids"),
    [
        ("shopify", shopify, ["frame", "mattress", "rug"]),
        ("woocommerce", woocommerce, ["10", "11", "14"]),
        ("woocommerce", woocommerce_json, ["10", "11", "14"]),
        ("magento", magento, ["frame", "mattress", "rug"]),
        ("magento", magento_json, ["frame", "mattress", "rug"]),
        ("prestashop", prestashop, ["10", "11", "14"]),
    ],
)
def test_a_shops_exports_are_products_and_purchases(
    tmp_path: Path, system: str, files: Callable[[], Files], ids: list[str]
) -> None:
    """Whatever the system, the rows are the same: so are lists, which are made of nothing else."""
    frame, mattress, rug = ids
    assert counts(load(tmp_path, system, files())) == [(5, 0, 0, 0), (11, 0, 0, 0)]
    assert counts(load(tmp_path, system, files())) == [(0, 5, 0, 0), (0, 11, 0, 0)]
    assert stored_products() == STORED
    (one,) = run(
        "select product_id, coalesce(url, '') ^@ 'https://shop.example/', attributes "
        "from raw.products where title = 'Bed frame'"
    )
    # Magento's file has no addresses here.
    assert one[:2] == (frame, system != "magento")
    assert {name.lower(): values for name, values in one[2].items()} == {"size": ["Small", "Large"]}
    assert run("select product_id from raw.products where is_hidden") == [(rug,)]
    # Guests' orders are baskets of nobody; both sizes are the one product.
    titles = {title: sku for sku, (title, _, _) in PRODUCTS.items()}
    bought = run(
        "select b.purchased_at::date::text, dense_rank() over (order by b.purchased_at) - 1, "
        "p.title, b.shopper_id is not null, b.quantity "
        "from raw.purchases as b inner join raw.products as p using (product_id)"
    )
    assert sorted((day, n, titles[title], known) for day, n, title, known, _ in bought) == BOUGHT
    assert {row[-1] for row in bought} == {1}
    assert run(
        "select count(distinct order_id), count(*) - count(order_id), count(distinct shopper_id), "
        "count(distinct order_id) filter (where shopper_id is null) from raw.purchases"
    ) == [(len(ORDERS), 0, 3, 2)]
    assert run("select count(*) from raw.consenting_shoppers") == [(3,)]
    of_anna = "select distinct product_id from raw.purchases where shopper_id = %s order by 1"
    assert run(of_anna, (shopper_of(ANNA, KEY),)) == [(frame,), (mattress,)]


def test_a_merchant_feed_is_the_same_products(tmp_path: Path) -> None:
    items = "".join(
        f"<item><g:id>{sku}</g:id><title>{title}</title><description>{text}</description>"
        f"<link>https://shop.example/{sku}</link><g:price>10.00 EUR</g:price>"
        f"<g:availability>in_stock</g:availability><g:product_type>{category}</g:product_type>"
        "</item>"
        for sku, (title, text, category) in PRODUCTS.items()
    )
    feed = (
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
        f"<title>Shop</title>{items}</channel></rss>"
    )
    assert counts(load(tmp_path, "merchant", {"products.xml.gz": feed}, None)) == [(5, 0, 0, 0)]
    # A feed hides nothing.
    shown = {title: (*row[:5], False, *row[6:]) for title, row in STORED.items()}
    assert stored_products() == shown


def test_a_shops_exports_recommend(tmp_path: Path, settings: Settings) -> None:
    load(tmp_path, "shopify", shopify())
    transform(with_tests=False, report=ignore_progress)
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())
    assert ask("goes_with", "frame") == ["mattress"]
    assert ask("similar_products", "frame")[0] == "mattress"
    recommended = ask("recommend", shopper_of(ANNA, KEY))
    assert "pillow" in recommended
    # Both sizes are bought.
    assert {"frame", "mattress"}.isdisjoint(recommended)


def test_an_address_is_stored_nowhere(tmp_path: Path) -> None:
    files = shopify()
    # A line that is rejected, and one whose number of the order is an address.
    files["orders.csv"] += (
        "#2000,dora@mail.example,paid,2026-01-01 10:00:00 +0100,yes,1,Thing,1,THING\n"
        "dora@mail.example,dora@mail.example,paid,soon,yes,1,Thing,1,socks\n"
    )
    summary = load(tmp_path, "shopify", files)
    assert summary.files[1].rejected == 2
    tables = run("select table_name from information_schema.tables where table_schema = 'raw'")
    for (name,) in tables:
        assert run(f"select * from raw.{name} as t where t::text like '%@%'") == []  # type: ignore
    assert "@" not in summary.text()


def test_marketing_consent_is_no_consent(tmp_path: Path) -> None:
    with pytest.raises(ConsentNeededError, match=r"3 shoppers of orders\.csv"):
        load(tmp_path, "shopify", shopify(), None)
    load(tmp_path, "shopify", shopify(), "none")
    assert run("select is_granted, source, count(*) from raw.consents group by 1, 2") == [
        (False, "import:shopify", 3)
    ]


def test_a_refund_takes_an_earlier_purchase_back(tmp_path: Path) -> None:
    files = shopify()
    load(tmp_path, "shopify", files)
    files["orders.csv"] = files["orders.csv"].replace("paid", "refunded", 1)
    assert counts(load(tmp_path, "shopify", files))[1] == (2, 9, 0, 0)
    assert run("select purchase_id from raw.returns order by 1") == [
        ("#1000/frame-s",),
        ("#1000/mattress",),
    ]


def test_a_trial_stores_nothing_and_shows_all(tmp_path: Path) -> None:
    for name, text in shopify().items():
        write(tmp_path, name, text)
    before = run("select count(*) from ops.runs")
    options = ["--products", f"{tmp_path}/products.csv", "--orders", f"{tmp_path}/orders.csv"]
    assert cli(["load", "shopify", *options, "--dry-run"]) == 0
    empty = ("products", "purchases", "shoppers", "consents", "rejected_rows", "returns")
    assert [run(f"select count(*) from raw.{name}") for name in empty] == [[(0,)]] * 6  # type: ignore
    assert run("select count(*) from ops.runs") == before


def test_what_a_trial_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = shopify()
    files["orders.csv"] += "#9,a@b.example,paid,2026-01-01 10:00:00 +0100,yes,1,Thing,1,THING\n"
    for name, text in files.items():
        write(tmp_path, name, text)
    options = ["--products", f"{tmp_path}/products.csv", "--orders", f"{tmp_path}/orders.csv"]
    cli(["load", "shopify", *options, "--currency", "EUR", "--dry-run"])
    shown = capsys.readouterr().out
    assert "Nothing says whether these agreed to personalisation: 3 shoppers" in shown
    assert "1 row, first line 13: the line is of 'THING', which products.csv lacks" in shown
    assert "frame: Bed frame\n  Beds | 10.00 EUR | in stock\n  Size: Small, Large\n" in shown
    assert "rug: Rug\n  Rugs | 10.00 EUR | in stock | hidden" in shown
    assert shown.endswith("This was a trial: nothing was stored.\n")
    cli(["load", "shopify", *options, "--dry-run", "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["is_trial"] is True
    assert [product["product_id"] for product in result["products"]] == list(PRODUCTS)


def test_a_trial_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "products.csv", "product_id,title,price\np1,Kettle,4.20\np2,,\n")
    write(
        tmp_path,
        "purchases.csv",
        "purchase_id,shopper_id,product_id,purchased_at\n"
        "b1,s1,p1,2026-01-01T00:00:00Z\nb2,s1,p2,2026-01-01T00:00:00Z\n",
    )
    assert cli(["load", str(tmp_path), "--dry-run", "--consent", "none"]) == 0
    shown = capsys.readouterr().out
    assert "p1: Kettle\n  4.20 | in stock\n" in shown
    assert "product_id is 'p2': expected a product that is loaded, and its row was" in shown
    assert run("select count(*) from raw.products") == [(0,)]

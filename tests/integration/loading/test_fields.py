"""A field that cannot be read costs that field alone, and never becomes another value."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alsolike.json_levels import MOST_LEVELS
from tests.shop.files import load, noted, select, write

PURCHASE = "purchase_id,shopper_id,product_id,purchased_at"


@pytest.mark.parametrize(
    ("price", "currency", "stored"),
    [
        ("19.99", "EUR", "19.99"),
        ("19.99", "", "19.99"),
        ("0", "EUR", "0.00"),
        ("+5", "EUR", "5.00"),
        ("10.", "EUR", "10.00"),
        (".5", "EUR", "0.50"),
        # As shop systems with four and six decimals write them.
        ("19.9900", "EUR", "19.99"),
        ("1299.000000", "EUR", "1299.00"),
        ("9999999999.99", "EUR", "9999999999.99"),
        ("1500", "JPY", "1500"),
        ("1500.00", "jpy", "1500"),
        ("1.250", "KWD", "1.250"),
        ("1.255", "KWD", "1.255"),
        ("0.0312", "CLF", "0.0312"),
        # One thousand two hundred ninety-nine, or 1.30?
        ("1.299", "EUR", None),
        ("10.000", "IDR", None),
        ("12.345", "EUR", None),
        ("1500.50", "JPY", None),
        ("0.00012", "BTC", None),
        ("9999999999.999", "EUR", None),
        ("10000000000", "EUR", None),
        pytest.param(f"1.{'0' * 20_000}", "EUR", None, id="20,000 decimals"),
        ('"4,20"', "EUR", None),
        ('"1,299.00"', "EUR", None),
        ("$19.99", "USD", None),
        ("0x10", "EUR", None),
        ("1_000", "EUR", None),
        ("1E-3", "EUR", None),
        ("1e3", "EUR", None),
        ("-1", "EUR", None),
        ("inf", "EUR", None),
        ("free", "EUR", None),
        ("١٢", "EUR", None),
    ],
)
def test_a_price_is_stored_as_it_stands_or_not_at_all(
    database: dict[str, str], tmp_path: Path, price: str, currency: str, stored: str | None
) -> None:
    summary = load(
        write(
            tmp_path,
            products=f"product_id,title,price,currency\np1,Kettle,{price},{currency}\n",
            purchases=f"{PURCHASE},unit_price\nb1,s1,p1,2026-01-01T00:00:00Z,{price}\n",
        )
    )
    assert summary.total.rejected == 0
    assert select("select price::text from raw.products") == [(stored,)]
    assert select("select count(*) from raw.purchases") == [(1,)]
    assert noted(summary, "products.csv: price left empty", "(1 row; line 2 has '") == (
        stored is None
    )


@pytest.mark.parametrize(
    ("written", "stored", "note"),
    [
        ("usd", "USD", None),
        ("€", "EUR", "currency written as its ISO 4217 code"),
        ("Euro", None, "currency left empty"),
        ("ABC", None, "currency left empty"),
        ("XXX", None, "currency left empty"),
        ("rmb", "CNY", "currency written as its ISO 4217 code"),
        ("X" * 300, None, "currency left empty"),
    ],
)
def test_a_currency_is_a_code_in_capitals_or_none(
    database: dict[str, str], tmp_path: Path, written: str, stored: str | None, note: str | None
) -> None:
    folder = write(tmp_path, products=f"product_id,title,price,currency\np1,x,12,{written}\n")
    summary = load(folder)
    assert select("select currency, price::text from raw.products") == [(stored, "12.00")]
    assert [note in text for text in summary.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("word", "is_in_stock"),
    [
        ("in stock", True),
        ("in_stock", True),
        ("InStock", True),
        ("https://schema.org/InStock", True),
        ("available", True),
        ("onbackorder", True),
        ("backorder", True),
        ("pre-order", True),
        ("y", True),
        ("TRUE", True),
        ("Ja", True),
        ("нет", False),
        ("nein", False),
        ("5", True),
        ("1.0", True),
        ("", True),
        ("out of stock", False),
        ("outofstock", False),
        ("out_of_stock", False),
        ("sold out", False),
        ("n", False),
        ("0", False),
        ("0.0", False),
        ("00", False),
        ("10+", True),
        (">10", True),
        ("> 0", True),
        ("5 in stock", True),
        ("0 in stock", False),
        ('"1,000"', True),
        ("unlimited", True),
        ("InStoreOnly", False),
        ("auf Lager", True),
        ("nicht lieferbar", False),
        ("vrai", True),
        ("En Stock", True),
        ("rupture de stock", False),
        ("-1", None),
        ("maybe", None),
    ],
)
def test_stock_words_of_shop_systems_are_read_and_others_are_not_in_stock(
    database: dict[str, str], tmp_path: Path, word: str, is_in_stock: bool | None
) -> None:
    folder = write(tmp_path, products=f"product_id,title,in_stock\np1,Kettle,{word}\n")
    summary = load(folder)
    assert select("select is_in_stock from raw.products") == [(bool(is_in_stock),)]
    assert summary.total.rejected == 0
    assert noted(summary, "in_stock taken as not in stock") == (is_in_stock is None)


def test_an_update_that_cannot_be_read_does_not_leave_the_old_price_and_stock(
    database: dict[str, str], tmp_path: Path
) -> None:
    head = "product_id,title,price,in_stock,attributes,created_at\n"
    load(write(tmp_path, products=f'{head}p1,Kettle,10,yes,"{{""a"": 1}}",2026-01-01\n'))
    load(write(tmp_path, products=f'{head}p1,Kettle,"1.004,00",perhaps,{{,soon\n'))
    assert select(
        "select price, is_in_stock, attributes, created_at::date::text from raw.products"
    ) == [(None, False, {}, "2026-01-01")]


@pytest.mark.parametrize(
    ("quantity", "stored", "is_noted"),
    [
        ("3", 3, False),
        ("3.0", 3, False),
        ("", 1, False),
        ("two", 1, True),
        ("0x10", 1, True),
        ("9999999999", 1, True),
    ],
)
def test_a_quantity_that_cannot_be_read_is_one(
    database: dict[str, str], tmp_path: Path, quantity: str, stored: int, is_noted: bool
) -> None:
    summary = load(
        write(
            tmp_path,
            products="product_id,title\np1,Kettle\n",
            purchases=f"{PURCHASE},quantity\nb1,s1,p1,2026-01-01T00:00:00Z,{quantity}\n",
        )
    )
    assert select("select quantity from raw.purchases") == [(stored,)]
    assert noted(summary, "quantity taken as 1: expected a whole number") == is_noted


def test_what_is_sold_by_weight_counts_as_whole_pieces(
    database: dict[str, str], tmp_path: Path
) -> None:
    quantities = ["0.345", "1.5", "2.000", "-0.5", "0.0"]
    rows = [f"b{n},s1,p1,2026-01-0{n + 1}T00:00:00Z,{q}" for n, q in enumerate(quantities)]
    summary = load(
        write(
            tmp_path,
            products="product_id,title\np1,Peas\n",
            purchases="\n".join([f"{PURCHASE},quantity", *rows]),
        )
    )
    assert select("select purchase_id, quantity from raw.purchases order by 1") == [
        ("b0", 1),
        ("b1", 2),
        ("b2", 2),
    ]
    assert noted(summary, "quantity rounded up: expected a whole number", "2 rows; line 2")
    assert summary.total.rejected == 2


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Garden > Pots", "Garden > Pots"),
        ("Garden>Pots", "Garden > Pots"),
        ("Garden \t\u203a\u00a0Pots >", "Garden > Pots"),
        ("> Garden >> Pots", "Garden > Pots"),
        ("Garden » Pots", "Garden > Pots"),
        ("Garden -> Pots", "Garden > Pots"),
        ("Garden->Pots -->Clay", "Garden > Pots > Clay"),
        ("Garden => Pots", "Garden > Pots"),
        ("Garden → Pots", "Garden > Pots"),
        ("Garden &rarr; Pots", "Garden > Pots"),
        ("Garden \uff1e Pots", "Garden > Pots"),
        ("Garden ⟩ Pots", "Garden > Pots"),
        ("Garden ➤ Pots ▸ Clay", "Garden > Pots > Clay"),
        ("Garden \u276f Pots ‣ Clay", "Garden > Pots > Clay"),
        ("Garden::Pots", "Garden > Pots"),
        ("Garden | Pots | Clay", "Garden > Pots > Clay"),
        ("Garden\u200b > Pots", "Garden > Pots"),
        ("Garden\u2060", "Garden"),
        ("Garden\u00a0tools", "Garden tools"),
        # Parts of a name.
        ("Garden > Pots | Tubs", "Garden > Pots | Tubs"),
        ("Black|White", "Black|White"),
        ("Pots: clay", "Pots: clay"),
        ("Semi-hardy - Pots", "Semi-hardy - Pots"),
        ("S-Bahn > H0 - track", "S-Bahn > H0 - track"),
        ("Garden/Pots", "Garden/Pots"),
        (" > ", None),
    ],
)
def test_a_category_is_a_path_however_its_steps_are_set_apart(
    database: dict[str, str], tmp_path: Path, written: str, stored: str | None
) -> None:
    load(write(tmp_path, products=f"product_id,title,category\np1,Pot,{written}\n"))
    assert select("select category from raw.products") == [(stored,)]


def test_a_picture_that_pages_cannot_show_is_kept_and_noted(
    database: dict[str, str], tmp_path: Path
) -> None:
    rows = "p1,Pot,http://cdn.test/p.jpg\np2,Pan,https://cdn.test/p.jpg\np3,Pin,/p.jpg\n"
    summary = load(write(tmp_path, products=f"product_id,title,image_url\n{rows}"))
    assert select("select image_url from raw.products where product_id = 'p1'") == [
        ("http://cdn.test/p.jpg",)
    ]
    assert noted(summary, "image_url kept, but our pages show only", "1 row; line 2")


def test_a_group_among_the_attributes_is_noted(database: dict[str, str], tmp_path: Path) -> None:
    rows = [
        {"product_id": "p1", "title": "Tee", "attributes": {"item_group_id": "tee"}},
        {"product_id": "p2", "title": "Tee", "attributes": '{"item_group_id": '},
        {"product_id": "p3", "title": "Tee", "attributes": {"item_group_id": "t"}}
        | {"item_group_id": "t"},
    ]
    summary = load(write(tmp_path, products_jsonl="".join(f"{json.dumps(row)}\n" for row in rows)))
    assert noted(summary, "item_group_id has to be a column", "(1 row; line 1")
    assert select("select product_id, item_group_id from raw.products order by 1") == [
        ("p1", None),
        ("p2", None),
        ("p3", "t"),
    ]


@pytest.mark.parametrize(
    ("product_id", "named", "shown"),
    [
        ("SKU1\u200b", "SKU1", "SKU1\\u200b"),
        ("SKU\ufeff1", "SKU1", "SKU\\ufeff1"),
        ("SKU\u00a01", "SKU1", "SKU\\u00a01"),
        ("cafe\u0301", "caf\u00e9", "cafe\\u0301"),
        ("SKU1", "sku1", "SKU1"),
        ("1001", "1001.0", "1001"),
        ("00120", "120", "00120"),
    ],
)
def test_a_product_that_looks_like_the_one_meant_is_named(
    database: dict[str, str], tmp_path: Path, product_id: str, named: str, shown: str
) -> None:
    load(
        write(
            tmp_path,
            products=f"product_id,title\n{product_id},Kettle\n",
            purchases=f"{PURCHASE}\nb1,s1,{named},2026-01-01T00:00:00Z\n",
        )
    )
    assert select("select reason from raw.rejected_rows") == [
        (f"product_id is '{named}': expected a product that is loaded, and there is one '{shown}'",)
    ]


@pytest.mark.parametrize(
    ("rating", "stored", "is_noted"),
    [
        ("5", 5, False),
        ("4.0", 4, False),
        ("4.5", 5, True),
        ("3.2", 3, True),
        ('"3,5"', 4, True),
        ("0.5", 1, True),
        ("4/5", 4, True),
        ("8 / 10", 4, True),
        ("70/100", 4, True),
        ("★★★★", 4, True),
        ("★★★★☆", 4, True),
        ("★★★½", 4, True),
        ("⭐️⭐️⭐️", 3, True),
        ("****", 4, True),
        ("4 ★", 4, True),
        ("4 stars", 4, True),
        ("2 Sterne", 2, True),
        ("4 out of 5", 4, True),
        ("4.2 out of 5 stars", 4, True),
        ("4 von 5", 4, True),
        ("4/5 stars", 4, True),
        ("80%", 4, True),
        ("45/50", 5, True),
        ("3/4", 4, True),
        ("+4", 4, True),
        ("04", 4, True),
        ("\uff14", 4, True),
        ("4½", 5, True),
        ("Five", 5, True),
    ],
)
def test_ratings_in_other_notations_become_whole_ones(
    database: dict[str, str], tmp_path: Path, rating: str, stored: int, is_noted: bool
) -> None:
    summary = load(
        write(
            tmp_path,
            products="product_id,title\np1,Kettle\n",
            reviews="review_id,shopper_id,product_id,rating,reviewed_at\n"
            f"r1,s1,p1,{rating},2026-01-01T00:00:00Z\n",
        )
    )
    assert select("select rating from raw.reviews") == [(stored,)]
    assert noted(summary, f"rating taken as {stored}") == is_noted


@pytest.mark.parametrize(
    "rating", ["0", "6", "0/5", "11/10", "☆☆☆", "******", "good", "4-5", "120%"]
)
def test_what_says_no_stars_from_one_to_five_is_rejected(
    database: dict[str, str], tmp_path: Path, rating: str
) -> None:
    load(
        write(
            tmp_path,
            products="product_id,title\np1,Kettle\n",
            reviews="review_id,shopper_id,product_id,rating,reviewed_at\n"
            f"r1,s1,p1,{rating},2026-01-01T00:00:00Z\n",
        )
    )
    assert select("select reason from raw.rejected_rows") == [
        (f"rating is '{rating}': expected a number from 1 to 5",)
    ]


@pytest.mark.parametrize("time", ["yesterday", "1970-01-01T00:00:00Z", "9998-01-01", "31.12.2025"])
def test_a_bad_time_of_creation_costs_the_time(
    database: dict[str, str], tmp_path: Path, time: str
) -> None:
    summary = load(
        write(
            tmp_path,
            products=f"product_id,title,created_at\np1,Kettle,{time}\n",
            shoppers=f"shopper_id,consent,created_at\ns1,yes,{time}\n",
        )
    )
    assert summary.total.rejected == 0
    assert noted(summary, "products.csv: created_at left empty", time)
    assert noted(summary, "shoppers.csv: created_at left empty", time)
    assert select(
        "select now() - p.created_at < interval '1 hour', now() - s.created_at < interval '1 hour' "
        "from raw.products as p cross join raw.shoppers as s"
    ) == [(True, True)]


def test_a_long_text_costs_the_text(database: dict[str, str], tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        products="product_id,title,category,description\n"
        f"p1,Kettle,{'x' * 3000},{'x' * 300_000}\np2,Pot,Kitchen,Good\n",
    )
    summary = load(folder)
    assert select("select category, description from raw.products order by product_id") == [
        (None, None),
        ("Kitchen", "Good"),
    ]
    assert noted(summary, "category left empty: expected at most 2000 bytes (1 row; line 2 has")


def nested(depth: int) -> str:
    """Return an object that holds objects, so many in all."""
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_attributes_nested_too_deep_cost_the_attributes(
    database: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    depths = {"deepest": MOST_LEVELS, "deeper": MOST_LEVELS + 1, "deep": 900, "abyss": 30_000}
    if suffix == "jsonl":
        # A line that cannot be read at all is a rejected row; see below.
        del depths["abyss"]
    rows = [(name, nested(depth)) for name, depth in depths.items()]
    if suffix == "csv":
        lines = ["product_id,title,attributes"]
        lines += [f'{name},x,"{text.replace(chr(34), chr(34) * 2)}"' for name, text in rows]
        write(tmp_path, products="\n".join(lines))
    elif suffix == "jsonl":
        head = '{"title": "x", "product_id":'
        lines = [f'{head} "{name}", "attributes": {text}}}' for name, text in rows]
        write(tmp_path, products_jsonl="\n".join(lines))
    else:
        table = {"product_id": list(depths), "title": ["x"] * 4, "attributes": [t for _, t in rows]}
        pq.write_table(pa.table(table), tmp_path / "products.parquet")
    summary = load(tmp_path)
    assert summary.total.rejected == 0
    kept = dict(select("select product_id, attributes from raw.products"))
    assert kept == {**{name: {} for name in depths}, "deepest": json.loads(nested(MOST_LEVELS))}
    left = f"({len(depths) - 1} rows; "
    assert noted(summary, "attributes left empty", "nested at most 16 deep", left)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_numbers_too_long_cost_the_attributes(
    database: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    texts = ['{"w": 1e5000}', f'{{"w": [1{"0" * 5000}]}}', '{"w": 1e100000}', '{"w": 12}']
    if suffix == "csv":
        rows = [f'q{n},x,"{text.replace(chr(34), chr(34) * 2)}"' for n, text in enumerate(texts)]
        write(tmp_path, products="\n".join(["product_id,title,attributes", *rows]))
    elif suffix == "jsonl":
        rows = [
            f'{{"product_id": "q{n}", "title": "x", "attributes": {text}}}'
            for n, text in enumerate(texts)
        ]
        write(tmp_path, products_jsonl="\n".join(rows))
    else:
        ids = [f"q{n}" for n in range(4)]
        table = {"product_id": ids, "title": ["x"] * 4, "attributes": texts}
        pq.write_table(pa.table(table), tmp_path / "products.parquet")
    summary = load(tmp_path)
    assert summary.total.rejected == 0
    assert select("select attributes from raw.products order by product_id") == [
        ({},),
        ({},),
        ({},),
        ({"w": 12},),
    ]
    assert noted(summary, "attributes left empty", "numbers of more than 300 digits", "(3 rows; ")


def test_a_line_nested_too_deep_is_one_rejected_row(
    database: dict[str, str], tmp_path: Path
) -> None:
    lines = [
        '{"product_id":"p1","title":"Kettle"}',
        f'{{"product_id":"p2","title":"x","attributes":{nested(3000)}}}',
        f'{{"product_id":"p3","title":{"[" * 100_000}',
        '{"product_id":"p4","title":"Pot"}',
    ]
    summary = load(write(tmp_path, products_jsonl="\n".join(lines)))
    assert select("select product_id from raw.products order by 1") == [("p1",), ("p4",)]
    assert [(reason.rows, reason.line) for reason in summary.files[0].reasons] == [(2, 2)]
    assert "nested too deep" in summary.files[0].reasons[0].reason


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_line_is_one_rejected_row_wherever_it_stands(
    database: dict[str, str], tmp_path: Path, place: int
) -> None:
    lines = ['{"product_id":"p1","title":"Kettle"}', '{"product_id":"p2","title":"Pot"}']
    lines.insert(place, '{"product_id":"p3",,}')
    summary = load(write(tmp_path, products_jsonl="\n".join(lines)))
    assert (summary.total.loaded, summary.total.rejected) == (2, 1)
    (reason,) = summary.files[0].reasons
    assert reason.line == place + 1
    assert reason.reason.startswith("the line is not a JSON object (JSON is malformed: ")


def test_nan_in_attributes_is_null_in_every_format(
    database: dict[str, str], tmp_path: Path
) -> None:
    values = '{"w": NaN, "h": -Infinity, "n": "NaN"}'
    expected = [({"w": None, "h": None, "n": "NaN"},)]
    attributes = "select attributes from raw.products"
    line = f'{{"product_id": "p1", "title": "x", "price": NaN, "attributes": {values}}}\n'
    load(write(tmp_path / "jsonl", products_jsonl=line))
    assert select(attributes) == expected
    quoted = values.replace('"', '""')
    load(write(tmp_path / "csv", products=f'product_id,title,attributes\np1,x,"{quoted}"\n'))
    assert select(attributes) == expected
    parquet = tmp_path / "parquet"
    parquet.mkdir()
    struct = {"w": float("nan"), "h": float("-inf"), "n": "NaN"}
    table = pa.table({"product_id": ["p1"], "title": ["x"], "attributes": [struct]})
    pq.write_table(table, parquet / "products.parquet")
    load(parquet)
    assert select(attributes) == expected


def test_nul_characters_anywhere_end_no_load(database: dict[str, str], tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        products="product_id,title,brand,col\0umn\np1,Kettle,Ac\0me,x\n"
        'p\0\x32,Pot,Acme,x\np3,Pan,Acme,"\0"\n',
    )
    summary = load(folder)
    assert select("select product_id, brand from raw.products order by 1") == [
        ("p1", "Acme"),
        ("p3", "Acme"),
    ]
    assert [reason.line for reason in summary.files[0].reasons] == [3]
    assert "\0" not in json.dumps(summary.as_dict(), ensure_ascii=False)
    assert "\0" not in "".join(summary.notes)


def test_times_ahead_are_noted_and_those_after_tomorrow_rejected(
    database: dict[str, str], tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    times = [now - timedelta(hours=1), now + timedelta(hours=10), now + timedelta(days=2)]
    rows = "".join(f"b{n},s1,p1,{time.isoformat()}\n" for n, time in enumerate(times))
    summary = load(
        write(tmp_path, products="product_id,title\np1,Kettle\n", purchases=f"{PURCHASE}\n{rows}")
    )
    assert summary.notes == ["purchases.csv: 1 time in the future: is a zone missing?"]
    ((line, reason),) = select("select line, reason from raw.rejected_rows")
    assert line == 4
    assert reason.endswith("expected a time from 1990 until tomorrow")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ('["https://x.example/2.jpg", "/3.jpg"]', ["https://x.example/2.jpg", "/3.jpg"]),
        ("[]", []),
        ("", []),
    ],
)
def test_further_pictures_are_a_list(
    database: dict[str, str], tmp_path: Path, given: str, stored: list[str]
) -> None:
    quoted = given.replace('"', '""')
    load(write(tmp_path, products=f'product_id,title,more_image_urls\np1,Kettle,"{quoted}"\n'))
    assert select("select more_image_urls from raw.products") == [(stored,)]


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_file_of_objects_has_the_list_itself(
    database: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    product = {"product_id": "p1", "title": "Kettle", "more_image_urls": ["/2.jpg", "/3.jpg"]}
    if suffix == "jsonl":
        (tmp_path / "products.jsonl").write_text(json.dumps(product) + "\n", encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist([product]), tmp_path / "products.parquet")
    load(tmp_path)
    assert select("select more_image_urls from raw.products") == [(["/2.jpg", "/3.jpg"],)]


@pytest.mark.parametrize(
    "given",
    [
        "https://x.example/2.jpg",
        '{"a": "b"}',
        "[1, 2]",
        '["a", null]',
        pytest.param(json.dumps(["/a.jpg"] * 51), id="51 pictures"),
        pytest.param(json.dumps(["/" + "a" * 10_000]), id="10,001 bytes"),
    ],
)
def test_what_is_no_list_of_addresses_is_left_empty(
    database: dict[str, str], tmp_path: Path, given: str
) -> None:
    quoted = given.replace('"', '""')
    summary = load(
        write(tmp_path, products=f'product_id,title,more_image_urls\np1,Kettle,"{quoted}"\n')
    )
    assert select("select more_image_urls from raw.products") == [([],)]
    assert noted(summary, "products.csv: more_image_urls left empty", "(1 row; line 2 has '")


@pytest.mark.parametrize(
    ("word", "is_hidden", "is_noted"),
    [
        ("visible", False, False),
        ("Published", False, False),
        ("active", False, False),
        ("no", False, False),
        ("draft", True, False),
        ("hidden", True, False),
        ("perhaps", True, True),
    ],
)
def test_words_for_what_is_shown_are_read(
    database: dict[str, str], tmp_path: Path, word: str, *, is_hidden: bool, is_noted: bool
) -> None:
    summary = load(write(tmp_path, products=f"product_id,title,is_hidden\np1,Kettle,{word}\n"))
    assert select("select is_hidden from raw.products") == [(is_hidden,)]
    assert noted(summary, "is_hidden taken as hidden") == is_noted

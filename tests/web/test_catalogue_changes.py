"""Products that the shop puts and removes over HTTP: the rules of a file, for each by itself."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from api.app import create_app
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for

Client = TestClient[Litestar]

FORK = {
    "product_id": "fork-01",
    "title": "Fork",
    "description": "Four prongs.",
    "category": "Kitchen > Forks",
    "brand": "Brand",
    "price": 12.5,
    "sale_price": 10,
    "currency": "EUR",
    "url": "/fork-01",
    "image_url": "/fork-01.jpg",
    "more_image_urls": ["/fork-01-b.jpg", "https://cdn.example/fork?a=1&b=2"],
    "attributes": {"length_cm": 19.5, "set": ["a", "b"]},
    "item_group_id": "forks",
    "language": "en",
    "gtin": "4006381333931",
    "is_in_stock": False,
    "is_hidden": False,
    "created_at": "2024-02-03T04:05:06Z",
}
COLUMNS = (
    "title, description, category, brand, price::text, sale_price::text, currency, url, image_url, "
    "more_image_urls, attributes, item_group_id, language, gtin, is_in_stock, is_hidden, "
    "created_at, removed_at"
)


TWICE = (
    "product_id is 'fork-04', which products[4] has with other content: "
    "expected one item for a product"
)


def rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connect() as connection:
        return connection.execute(statement.encode(), parameters).fetchall()


def stored(product_id: str) -> tuple[Any, ...]:
    (row,) = rows(f"select {COLUMNS} from raw.products where product_id = %s", product_id)
    return row


def put(client: Client, *products: dict[str, Any]) -> list[dict[str, Any]]:
    response = client.put("/v1/products", json={"products": list(products)})
    assert response.status_code == 200, response.text
    return response.json()["results"]


def outcomes(client: Client, *products: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in put(client, *products)]


def remove(client: Client, *product_ids: str) -> list[str]:
    response = client.request("DELETE", "/v1/products", json={"product_ids": list(product_ids)})
    assert response.status_code == 200, response.text
    assert [result["product_id"] for result in response.json()["results"]] == [
        product_id.strip() for product_id in product_ids
    ]
    return [result["outcome"] for result in response.json()["results"]]


def test_a_product_is_created_updated_and_left_as_it_is(client: Client) -> None:
    assert outcomes(client, FORK) == ["created"]
    assert stored("fork-01")[:5] == ("Fork", "Four prongs.", "Kitchen > Forks", "Brand", "12.50")
    read = client.get("/v1/products/fork-01").json()
    assert read["attributes"] == FORK["attributes"]
    assert read["created_at"] == FORK["created_at"]
    assert outcomes(client, FORK) == ["unchanged"]
    assert outcomes(client, {**FORK, "price": 13}) == ["updated"]
    assert client.get("/v1/products/fork-01").json()["price"] == 13


def test_what_is_left_out_stays_and_null_empties(client: Client) -> None:
    put(client, FORK)
    before = stored("fork-01")
    assert outcomes(client, {"product_id": "fork-01", "is_in_stock": True}) == ["updated"]
    after = stored("fork-01")
    assert [n for n in range(len(before)) if before[n] != after[n]] == [14]
    emptied = dict.fromkeys(("brand", "sale_price", "attributes", "gtin"))
    assert outcomes(client, {"product_id": "fork-01", **emptied}) == ["updated"]
    assert stored("fork-01")[3:6] == (None, "12.50", None)
    assert stored("fork-01")[10] == {}
    assert put(client, {"product_id": "fork-01", "title": " "})[0]["reason"] == "title is missing"


def test_each_product_is_kept_or_rejected_by_itself(client: Client) -> None:
    results = put(
        client,
        {"product_id": "fork-02"},
        {"product_id": "..", "title": "Up"},
        {"product_id": "fork-03", "title": "x" * 5001},
        {"product_id": "ö" * 251, "title": "Long"},
        {"product_id": "fork-04", "title": "Four"},
        {"product_id": " fork-04 ", "title": "Four"},
        {"product_id": "fork-04", "title": "Five"},
    )
    assert [result["outcome"] for result in results] == [
        *["rejected"] * 4,
        *["created"] * 2,
        "rejected",
    ]
    assert [result["reason"] for result in results] == [
        "title is missing",
        "product_id is '..': it has no address of a page",
        "title is 5001 bytes: at most 5000",
        "product_id is 502 bytes: at most 500",
        None,
        None,
        TWICE,
    ]
    assert results[5]["product_id"] == "fork-04"
    assert stored("fork-04")[0] == "Four"
    assert rows("select count(*) from raw.products where title in ('Up', 'Long')") == [(0,)]


# Of a product: what is sent, and as a file would have it.
ODD = [
    ({"title": "A &amp; B<br>C"}, {"title": "A &amp; B<br>C"}),
    ({"description": "<p>5 &lt; 6</p>R&D"}, {"description": "<p>5 &lt; 6</p>R&D"}),
    ({"category": "A &gt; B"}, {"category": "A &gt; B"}),
    ({"brand": "<i>A</i>"}, {"brand": "<i>A</i>"}),
    ({"url": "/a?b=1&amp;c=2"}, {"url": "/a?b=1&amp;c=2"}),
    ({"attributes": {"a &amp; b": ["<b>c</b>"]}}, {"attributes": '{"a &amp; b": ["<b>c</b>"]}'}),
    ({"attributes": {"w": 10**400}}, {"attributes": '{"w": 1e400}'}),
    ({"brand": "NONE", "category": "(null)"}, {"brand": "NONE", "category": "(null)"}),
    ({"brand": "N/A", "url": "null"}, {"brand": "N/A", "url": "null"}),
    ({"category": "-", "language": "None"}, {"category": "-", "language": "None"}),
    ({"price": 1.234, "currency": "EUR"}, {"price": "1.234", "currency": "EUR"}),
    ({"price": 1.234, "currency": "kwd"}, {"price": "1.234", "currency": "kwd"}),
    ({"price": 1e300}, {"price": "1" + "0" * 300}),
    ({"price": 0.1 + 0.2}, {"price": "0.30000000000000004"}),
    ({"price": 5, "sale_price": 9}, {"price": "5", "sale_price": "9"}),
    ({"price": 5, "sale_price": 5}, {"price": "5", "sale_price": "5"}),
    ({"price": 10, "sale_price": 9.99}, {"price": "10", "sale_price": "9.99"}),
    ({"currency": "€"}, {"currency": "€"}),
    ({"currency": "Euro"}, {"currency": "Euro"}),
    ({"url": "javascript:alert(1)"}, {"url": "javascript:alert(1)"}),
    ({"gtin": "12"}, {"gtin": "12"}),
    ({"language": "de_AT"}, {"language": "de_AT"}),
    ({"description": "x" * 250_001}, {"description": "x" * 250_001}),
    ({"created_at": "1970-01-01T00:00:00Z"}, {"created_at": "1970-01-01T00:00:00+00:00"}),
    ({"created_at": "2999-01-01T00:00:00Z"}, {"created_at": "2999-01-01T00:00:00+00:00"}),
]


@pytest.mark.parametrize(("sent", "filed"), ODD, ids=lambda value: next(iter(value)))
def test_a_field_meets_the_rules_that_it_meets_in_a_file(
    client: Client, tmp_path: Path, sent: dict[str, Any], filed: dict[str, str]
) -> None:
    line = json.dumps({"product_id": "file", "title": "Odd", **filed})
    (tmp_path / "products.jsonl").write_text(line + "\n")
    loaded = load_folder(tmp_path, consent="none", report=ignore_progress)
    (result,) = put(client, {"product_id": "http", "title": "Odd", **sent})
    assert result["outcome"] == "created"
    for column in filed:
        same = f"select count(distinct coalesce({column}::text, '')) from raw.products"
        if column != "created_at":
            assert rows(f"{same} where product_id in ('file', 'http')") == [(1,)]
    noted = [note.partition(": ")[2].partition(" (1 row")[0] for note in loaded.notes]
    assert result["notes"] == [note for note in noted if note.split()[0] in filed]


NO_PRICE = "left empty: expected a number like 1299.50, with no more decimals than its currency has"
NO_SALE = "left empty: expected less than the price"


@pytest.mark.parametrize(
    ("before", "sent", "after", "notes"),
    [
        ((5.55, 4.5, "EUR"), {"currency": "JPY"}, (None, None, "JPY"), [NO_PRICE, NO_PRICE]),
        ((5, 4, "EUR"), {"currency": "JPY"}, ("5", "4", "JPY"), []),
        ((1.234, None, "KWD"), {"currency": "EUR"}, (None, None, "EUR"), [NO_PRICE]),
        ((1.2, None, "KWD"), {"currency": "EUR"}, ("1.20", None, "EUR"), []),
        ((500, None, "JPY"), {"price": 5.55}, (None, None, "JPY"), [NO_PRICE]),
        ((1, None, "KWD"), {"price": 1.234}, ("1.234", None, "KWD"), []),
        ((10, None, "EUR"), {"sale_price": 12}, ("10.00", None, "EUR"), [NO_SALE]),
        ((10, 9, "EUR"), {"price": 5}, ("5.00", None, "EUR"), [NO_SALE]),
        ((10, 9, "EUR"), {"is_in_stock": True}, ("10.00", "9.00", "EUR"), []),
        ((10, 9, "EUR"), {"price": None}, (None, "9.00", "EUR"), []),
        ((5.55, None, None), {"currency": "eur"}, ("5.55", None, "EUR"), []),
    ],
)
def test_prices_and_currency_are_checked_together(
    client: Client,
    before: tuple[Any, ...],
    sent: dict[str, Any],
    after: tuple[Any, ...],
    notes: list[str],
) -> None:
    price, sale_price, currency = before
    put(client, {**FORK, "price": price, "sale_price": sale_price, "currency": currency})
    (result,) = put(client, {"product_id": "fork-01", **sent})
    assert stored("fork-01")[4:7] == after
    assert [note.partition(" ")[2] for note in result["notes"]] == notes


@pytest.mark.parametrize(
    ("file", "after", "notes"),
    [
        ("currency\nJPY", (None, None, "JPY"), 2),
        ("price\n4", ("4.00", None, "EUR"), 1),
        ("sale_price\n5", ("5.55", "5.00", "EUR"), 0),
        ("brand\nBrand", ("5.55", "4.50", "EUR"), 0),
    ],
)
def test_a_file_without_some_of_them_is_checked_with_what_is_known(
    client: Client, tmp_path: Path, file: str, after: tuple[Any, ...], notes: int
) -> None:
    put(client, {**FORK, "price": 5.55, "sale_price": 4.5})
    column, value = file.split("\n")
    (tmp_path / "products.csv").write_text(f"product_id,title,{column}\nfork-01,Fork,{value}\n")
    loaded = load_folder(tmp_path, consent="none", report=ignore_progress)
    assert stored("fork-01")[4:7] == after
    assert len([note for note in loaded.notes if "left empty" in note]) == notes


def test_an_item_that_is_no_product_harms_no_other(client: Client) -> None:
    deep: Any = 1
    for _ in range(17):
        deep = [deep]
    bad: list[tuple[Any, str | None, str]] = [
        ({"product_id": "a", "price": -1}, "a", "products[0].price: Expected `float` >= 0"),
        ({"product_id": "x" * 501, "title": "x"}, None, "products[1].product_id: Expected `str`"),
        ({"product_id": "b", "created_at": "soon"}, "b", "products[2].created_at: Invalid RFC3339"),
        ({"product_id": "c", "created_at": "2024-02-03T04:05:06"}, "c", "products[3].created_at:"),
        ({"product_id": " ", "title": "x"}, None, "products[4].product_id: Expected `str`"),
        ({"product_id": "d", "titel": "x"}, "d", "products[5].titel: Object contains unknown"),
        ({"title": "x"}, None, "products[6].product_id: Object missing required field"),
        ({"product_id": "e", "is_in_stock": None}, "e", "products[7].is_in_stock: Expected `bool`"),
        ({"product_id": "f", "price": "1"}, "f", "products[8].price: Expected `float | null`"),
        ("fork", None, "products[9]: Expected `object`"),
        ({"product_id": "g", "title": "\0"}, "g", "products[10].title: Holds a NUL"),
        ({"product_id": "h", "attributes": {"a": deep}}, "h", "products[11].attributes: Has more"),
    ]
    results = put(client, *(item for item, _, _ in bad), FORK)
    for result, (_, product_id, reason) in zip(results, bad, strict=False):
        assert (result["product_id"], result["outcome"]) == (product_id, "rejected")
        assert result["reason"].startswith(reason)
    assert results[len(bad)]["outcome"] == "created"
    assert (
        rows("select product_id from raw.products where product_id = any(%s)", list("abcdefgh"))
        == []
    )
    # Numbers that JSON Schema takes for integers stay what they are in attributes.
    put(client, {"product_id": "fork-01", "attributes": {"length": 10.0}})
    assert rows("select attributes::text from raw.products where product_id = 'fork-01'") == [
        ('{"length": 10.0}',)
    ]


def test_what_is_no_id_harms_no_other_removal(client: Client) -> None:
    response = client.request(
        "DELETE", "/v1/products", json={"product_ids": ["x" * 501, 7, "knife-01"]}
    )
    assert response.status_code == 200, response.text
    results = response.json()["results"]
    assert [one["outcome"] for one in results] == ["rejected", "rejected", "removed"]
    assert results[1]["product_id"] is None
    assert results[1]["reason"] == "product_ids[1]: Expected `str`, got `int`"


def test_a_batch_has_bounds(reader: Client) -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    for body, field in (
        ({"products": []}, "products"),
        ({"products": [{"product_id": str(n), "title": "x"} for n in range(1001)]}, "products"),
        ({"products": {}}, "products"),
        ({}, "products"),
        ({"products": [FORK], "more": 1}, "more"),
        ([FORK], "body"),
        ({"product": deep}, "product"),
    ):
        response = reader.put("/v1/products", json=body)
        assert response.status_code == 400, body
        assert response.json()["errors"][0]["field"] == field
    missing = reader.request("DELETE", "/v1/products")
    assert missing.json()["errors"] == [{"field": "body", "message": "Is missing."}]


def test_one_product_has_an_address_of_its_own(client: Client) -> None:
    path = "/v1/products/fork%2F50%20%25"
    fields = {"title": "Half a fork"}
    assert client.put(path, json={}).json()["errors"][0] == {
        "field": "title",
        "message": "title is missing",
    }
    created = client.put(path, json=fields)
    assert (created.status_code, created.json()["outcome"]) == (201, "created")
    assert created.json()["product_id"] == "fork/50 %"
    again = client.put(path, json=fields)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert client.get(path).json()["title"] == "Half a fork"
    for outcome in ("removed", "unchanged"):
        response = client.delete(path)
        assert (response.status_code, response.json()["outcome"]) == (200, outcome)


def test_a_removed_product_is_gone_until_it_is_put_as_a_new_one(client: Client) -> None:
    put(client, FORK)
    assert remove(client, " knife-01", "fork-01", "never") == ["removed", "removed", "unchanged"]
    assert remove(client, "knife-01", "fork-01") == ["unchanged", "unchanged"]
    similar = client.get("/v1/products/knife-02/similar?k=100&with_sold_out=false").json()["items"]
    assert "knife-01" not in {item["product_id"] for item in similar}
    assert client.get("/v1/products/knife-01").status_code == 404
    (result,) = put(client, {"product_id": "fork-01", "price": 9})
    assert result["reason"] == "title is missing"
    assert outcomes(client, {"product_id": "fork-01", "title": "Another fork"}) == ["created"]
    title, *others, is_in_stock, is_hidden, _, removed_at = stored("fork-01")
    assert (title, is_in_stock, is_hidden, removed_at) == ("Another fork", True, False, None)
    assert set(map(str, others)) == {"None", "{}", "[]"}


def test_a_file_brings_a_removed_product_back(client: Client, tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text("product_id,title\nknife-01,Knife again\n")
    assert remove(client, "knife-01") == ["removed"]
    load_folder(tmp_path, consent="none", report=ignore_progress)
    title, *_, is_in_stock, is_hidden, _, removed_at = stored("knife-01")
    assert (title, is_in_stock, is_hidden, removed_at) == ("Knife again", True, False, None)


def test_the_same_batch_at_once_leaves_one_row_each(client: Client) -> None:
    batch = [{"product_id": f"new-{n:03}", "title": f"New {n}", "price": n} for n in range(200)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda n: client.put(
                    "/v1/products", json={"products": batch[:: 1 if n % 2 else -1]}
                ),
                range(8),
            )
        )
    # A batch is a large request: of one client they take turns, and wait two seconds at most.
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert rows(
        "select count(*), count(distinct product_id) from raw.products where brand is null"
    ) == [(200, 200)]
    assert outcomes(client, *batch) == ["unchanged"] * 200


def test_two_changes_of_one_product_at_once_both_count(client: Client) -> None:
    with ThreadPoolExecutor(1) as threads, psycopg.connect("") as other:
        other.execute("update raw.products set price = 7 where product_id = 'knife-01'")
        change = threads.submit(put, client, {"product_id": "knife-01", "is_in_stock": False})
        with psycopg.connect("", autocommit=True) as watching:
            waits = (
                "select from pg_stat_activity"
                " where wait_event_type = 'Lock' and datname = current_database()"
            )
            wait_for(lambda: bool(watching.execute(waits).fetchall()))
        other.commit()
        assert change.result(WITHIN_SECONDS)[0]["outcome"] == "updated"
    assert rows(
        "select price::int, is_in_stock from raw.products where product_id = 'knife-01'"
    ) == [(7, False)]


@pytest.fixture
def limited(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a client of an app that lets each address make ten requests a minute."""
    monkeypatch.setenv("ALSOLIKE_RATE_LIMIT", "10")
    with TestClient(create_app(load_settings())) as client:
        yield client


def test_a_batch_counts_as_a_request_for_every_twenty(limited: Client) -> None:
    batch = [{"product_id": str(n), "title": "x"} for n in range(41)]
    response = limited.put("/v1/products", json={"products": batch})
    assert response.headers["ratelimit-remaining"] == "7"
    response = limited.request("DELETE", "/v1/products", json={"product_ids": ["x"] * 40})
    assert response.headers["ratelimit-remaining"] == "5"


def test_without_the_database_nothing_is_lost(away: Client) -> None:
    response = away.put("/v1/products", json={"products": [FORK]})
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0

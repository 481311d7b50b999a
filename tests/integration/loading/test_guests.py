"""Orders without an account, and ids that stand for nobody."""

from pathlib import Path

import pytest

from alsolike.database import connect
from tests.shop.files import load, noted, select, write
from tests.shop.nobody import GUESTS, SHOPPERS

PRODUCTS = "product_id,title\np1,Kettle\np2,Pot\n"
HEAD = "purchase_id,shopper_id,product_id,purchased_at,order_id\n"


@pytest.mark.parametrize("word", ["", "0", "0.0", "Guest", "ANONYMOUS", "null", "(not set)"])
def test_an_order_without_a_shopper_is_a_guests(
    database: dict[str, str], tmp_path: Path, word: str
) -> None:
    purchases = (
        f"{HEAD}b1,{word},p1,2026-01-01T00:00:00Z,o1\nb2,{word},p2,2026-01-01T00:00:00Z,o1\n"
        f"b3,{word},p1,2026-01-01T00:00:00Z,\nb4,s1,p1,2026-01-01T00:00:00Z,\n"
    )
    folder = write(tmp_path, products=PRODUCTS, purchases=purchases)
    for loaded in (3, 0):
        summary = load(folder)
        orders = summary.files[-1]
        assert (orders.loaded, orders.unchanged, orders.rejected) == (loaded, 3 - loaded, 1)
        assert noted(summary, "2 purchases without a shopper loaded as orders of guests")
    assert select("select purchase_id, shopper_id, order_id from raw.purchases order by 1") == [
        ("b1", None, "o1"),
        ("b2", None, "o1"),
        ("b4", "s1", None),
    ]
    assert select("select shopper_id from raw.shoppers") == [("s1",)]
    assert select("select line, reason from raw.rejected_rows") == [
        (4, "shopper_id and order_id are missing: expected one of them")
    ]


def test_a_file_of_guests_orders_needs_no_column_of_shoppers_and_no_consent(
    database: dict[str, str], tmp_path: Path
) -> None:
    purchases = "purchase_id,product_id,purchased_at,order_id\nb1,p1,2026-01-01T00:00:00Z,o1\n"
    summary = load(write(tmp_path, products=PRODUCTS, purchases=purchases), consent=None)
    assert summary.files[-1].loaded == 1


def test_words_for_guests_are_the_same_to_the_database(database: dict[str, str]) -> None:
    statement = "select w from unnest(%s::text []) as w where raw.is_nobody(w) is not true"
    with connect() as connection:
        people = connection.execute(statement, [[*GUESTS, *SHOPPERS]]).fetchall()
    assert {one for (one,) in people} == set(SHOPPERS)


def test_nobody_is_no_shopper_in_any_file(database: dict[str, str], tmp_path: Path) -> None:
    summary = load(
        write(
            tmp_path,
            products=PRODUCTS,
            shoppers="shopper_id,consent\nguest,yes\ns1,yes\n",
            views="view_id,product_id,viewed_at,shopper_id,session_id\n"
            "v1,p1,2026-01-01T00:00:00Z,0,x1\nv2,p1,2026-01-01T00:00:00Z,0,\n",
        )
    )
    assert [file.rejected for file in summary.files] == [0, 1, 1]
    assert select("select shopper_id from raw.shoppers") == [("s1",)]
    assert select("select view_id, shopper_id, session_id from raw.views") == [("v1", None, "x1")]


@pytest.mark.parametrize("column", [",shopper_id", ""], ids=["empty", "missing"])
def test_a_review_without_a_shopper_is_kept(
    database: dict[str, str], tmp_path: Path, column: str
) -> None:
    head = f"review_id,product_id,rating,reviewed_at,body{column}\n"
    nobody = [",guest", ","] if column else ["", ""]
    rows = "".join(
        f"r{n},p{n},5,2026-01-0{n}T00:00:00Z,Sturdy{end}\n" for n, end in enumerate(nobody, start=1)
    )
    folder = write(tmp_path, products=PRODUCTS, reviews=head + rows)
    for loaded in (2, 0):
        summary = load(folder, consent=None)
        assert [(file.loaded, file.rejected) for file in summary.files[1:]] == [(loaded, 0)]
    assert select("select review_id, shopper_id, body from raw.reviews order by 1") == [
        ("r1", None, "Sturdy"),
        ("r2", None, "Sturdy"),
    ]
    assert select("select shopper_id from raw.shoppers") == []
    edited = write(tmp_path, products=PRODUCTS, reviews=(head + rows).replace("Sturdy", "Shaky"))
    assert load(edited, consent=None).files[-1].loaded == 2


def test_a_shopper_with_absurdly_many_orders_is_noted(
    database: dict[str, str], tmp_path: Path
) -> None:
    shoppers = [*["TILL-3"] * 400, *[f"s{n}" for n in range(100)]]
    rows = "".join(
        f"b{n},{shopper},p1,2026-01-01T00:00:00Z,o{n}\n" for n, shopper in enumerate(shoppers)
    )
    folder = write(tmp_path, products=PRODUCTS, purchases=HEAD + rows)
    assert noted(load(folder), "'TILL-3' has 400 of 500 purchases", "placeholder")
    folder = write(tmp_path, products=PRODUCTS, purchases=HEAD + rows.replace("TILL-3", "s1", 350))
    assert noted(load(folder), "'s1' has 351 of 500 purchases")


def test_a_guest_whom_an_older_release_took_for_a_shopper_is_no_conflict(
    database: dict[str, str], tmp_path: Path
) -> None:
    purchases = f"{HEAD}b1,0,p1,2026-01-01T00:00:00Z,o1\n"
    folder = write(tmp_path, products=PRODUCTS, purchases=purchases)
    with connect() as connection:
        connection.execute("insert into raw.shoppers (shopper_id) values ('0')")
        connection.execute(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, "
            "order_id) values ('b1', '0', 'p1', '2026-01-01T00:00:00Z', 'o1')"
        )
    orders = load(folder).files[-1]
    assert (orders.loaded, orders.unchanged, orders.rejected) == (0, 1, 0)

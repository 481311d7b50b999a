"""What a load says of the rows that it cannot use, what is kept of them, and how it ends."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from alsolike.cli import run
from alsolike.database import connect
from alsolike.errors import InputFileError
from alsolike.migrate import migrate
from tests.shop.files import load, noted, select, write

PRODUCTS = "product_id,title,price\np1,Kettle,1\np2,Pot,1\n"
PURCHASE = "purchase_id,shopper_id,product_id,purchased_at\n"
REJECTED = "select source, line, ids, reason from raw.rejected_rows order by source, line"


def purchases(*product_ids: str) -> str:
    """Purchases of products, one each."""
    return PURCHASE + "".join(
        f"b{n},s1,{product_id},2026-01-01T00:00:00Z\n" for n, product_id in enumerate(product_ids)
    )


def test_the_three_commonest_reasons_are_shown_with_a_line(
    database: dict[str, str], tmp_path: Path
) -> None:
    rows = purchases("p1", *["q1"] * 2, *[f"q{n}" for n in range(10, 14)])
    rows += "c1,s1,p1,2026-13-01\nc2,s1,p1,tomorrow\nc3,s1,,2026-01-01\n,s1,p1,2026-01-01\n"
    summary = load(write(tmp_path, products=PRODUCTS, purchases=rows))
    shown = summary.text()
    assert "purchases.csv: 10 of 11 rows were rejected, most often because:" in shown
    assert "  6 rows, first line 3: product_id is 'q1': expected a product that is loaded" in shown
    assert "  2 rows, first line 9: purchased_at is '2026-13-01': expected a time like" in shown
    assert "  1 row, first line 11: product_id is missing" in shown
    assert len(summary.files[-1].reasons) == 3


def test_an_event_tells_that_its_products_row_was_rejected(
    database: dict[str, str], tmp_path: Path
) -> None:
    products = "product_id,title\n1001,Kettle\np2,\n"
    expected = "expected a product that is loaded"
    load(write(tmp_path, products=products, purchases=purchases("p2", "1001.0", "p9")))
    assert [row[3] for row in select(REJECTED) if row[0] == "purchases.csv"] == [
        f"product_id is 'p2': {expected}, and its row was rejected: line 3 of products.csv",
        f"product_id is '1001.0': {expected}, and there is one '1001'",
        f"product_id is 'p9': {expected}",
    ]
    # A load without the file says nothing of it.
    (tmp_path / "products.csv").unlink()
    load(tmp_path)
    reasons = [row[3] for row in select(REJECTED) if row[0] == "purchases.csv"]
    assert reasons[0] == f"product_id is 'p2': {expected}"


def test_what_a_later_load_mends_is_no_longer_there(
    database: dict[str, str], tmp_path: Path
) -> None:
    good, bad = PRODUCTS, "product_id,title,price\np1,,1\np2,Pot,1\n"
    load(write(tmp_path, products=bad, purchases=purchases("p9")))
    assert [(row[0], row[1]) for row in select(REJECTED)] == [
        ("products.csv", 2),
        ("purchases.csv", 2),
    ]
    (tmp_path / "purchases.csv").unlink()
    load(write(tmp_path, products=good))
    # The other file was not loaded again.
    assert [(row[0], row[1]) for row in select(REJECTED)] == [("purchases.csv", 2)]
    load(write(tmp_path, products=bad, purchases=purchases("p2")))
    assert [(row[0], row[1]) for row in select(REJECTED)] == [("products.csv", 2)]


def test_rejected_rows_hold_what_finds_them_and_nothing_of_the_shopper(
    database: dict[str, str], tmp_path: Path
) -> None:
    load(
        write(
            tmp_path,
            products=PRODUCTS,
            shoppers="shopper_id,display_name,consent\nann@example.com,Ann Doe,yes,1\n"
            "s7,Bo Doe,yes,1\n",
            reviews="review_id,shopper_id,product_id,rating,reviewed_at,title,body\n"
            "r1,s1,p1,ann@example.com,2026-01-01,Secret,Private words\n"
            f"r2,s1,p1,{'long words ' * 20},2026-01-01,Secret,Private words\n",
        )
    )
    assert select(REJECTED) == [
        (
            "reviews.csv",
            2,
            {"review_id": "r1", "product_id": "p1"},
            "rating is '(an address)': expected a number from 1 to 5",
        ),
        (
            "reviews.csv",
            3,
            {"review_id": "r2", "product_id": "p1"},
            f"rating is '{('long words ' * 20)[:40]}…': expected a number from 1 to 5",
        ),
        ("shoppers.csv", 2, {}, "the row has 4 values where the header has 3"),
        (
            "shoppers.csv",
            3,
            {"shopper_id": "s7"},
            "the row has 4 values where the header has 3",
        ),
    ]


def test_a_load_that_rejects_most_of_a_file_fails_and_belongs_to_its_run(
    database: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write(tmp_path, products=PRODUCTS, purchases=purchases("q1", "q2", "q3")))
    assert run(["load", folder, "--consent", "none"]) == 3
    output = capsys.readouterr()
    assert "alsolike: purchases.csv: all 3 rows were rejected.\n" in output.err
    assert "3 rows, first line 2: product_id is 'q1'" in output.out
    runs = "select is_success, error, counts -> 'total' ->> 'rejected' from ops.runs"
    ((is_success, error, rejected),) = select(runs)
    assert (is_success, rejected) == (False, "3")
    assert "all 3 rows were rejected" in error
    assert select(
        "select distinct r.run_id = u.run_id from raw.rejected_rows as r, ops.runs as u"
    ) == [(True,)]


def test_strict_fails_for_a_single_row(
    database: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write(tmp_path, products=PRODUCTS, purchases=purchases("p1", "p2", "p9")))
    assert run(["load", folder, "--consent", "none", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["rejected"] == 1
    assert run(["load", folder, "--consent", "none", "--strict"]) == 1
    assert "alsolike: purchases.csv: 1 of 3 rows was rejected." in capsys.readouterr().err
    write(tmp_path, purchases=purchases("p1", "p2"))
    assert run(["load", folder, "--consent", "none", "--strict"]) == 0


def test_a_load_without_a_word_on_consent_is_one_line_and_exit_code_1(
    database: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write(tmp_path, products=PRODUCTS, purchases=purchases("p1")))
    assert run(["load", folder]) == 1
    (line,) = [text for text in capsys.readouterr().err.splitlines() if text.startswith("alsolike")]
    assert "1 shopper of purchases.csv" in line
    assert "--consent personalisation" in line
    assert "--consent none" in line
    assert select("select count(*) from raw.products") == [(0,)]


@pytest.mark.parametrize("name", ["amazon", "completejourney"])
def test_the_known_data_sets_need_a_word_on_consent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    files = [str(tmp_path / "m"), str(tmp_path / "r")]
    for file in files:
        Path(file).touch()
    options = ["--meta", files[0], "--reviews", files[1]] if name == "amazon" else []
    assert run(["load", name, *options]) == 2
    assert "--consent" in capsys.readouterr().err


def test_the_help_names_the_options_of_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["load", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(
        option in shown
        for option in ("--consent [personalisation|none]", "--full", "--strict", "--json")
    )


def test_a_complete_file_takes_the_rest_out_of_the_lists_and_brings_it_back(
    database: dict[str, str], tmp_path: Path
) -> None:
    stock = "select product_id, is_in_stock from raw.products order by 1"
    load(write(tmp_path, products="product_id,title\np1,Kettle\np2,Pot\np3,Pan\n"))
    fewer = write(tmp_path, products="product_id,title\np1,Kettle\np3,\np4,Cup\n")
    load(fewer)
    assert dict(select(stock)) == dict.fromkeys(["p1", "p2", "p3", "p4"], True)
    summary = load(fewer, is_full=True)
    # p3 is there, though its row cannot be used.
    assert dict(select(stock)) == {"p1": True, "p2": False, "p3": True, "p4": True}
    assert noted(summary, "products.csv: 1 product that it lacks taken off sale")
    load(write(tmp_path, products="product_id,title\np1,Kettle\np2,Pot\np4,Cup\n"), is_full=True)
    assert dict(select(stock)) == {"p1": True, "p2": True, "p3": False, "p4": True}


@pytest.mark.parametrize("rows", ["", "p1,\n", "p1,\np2,Pot\n"])
def test_a_broken_export_empties_no_shop(
    database: dict[str, str], tmp_path: Path, rows: str
) -> None:
    load(write(tmp_path, products=PRODUCTS))
    write(tmp_path, products=f"product_id,title\n{rows}")
    with pytest.raises(InputFileError, match=r"products\.csv is no full catalogue"):
        load(tmp_path, is_full=True)
    assert select("select bool_and(is_in_stock), count(*) from raw.products") == [(True, 2)]


def test_a_complete_file_without_rows_is_told_as_such(
    database: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, products="product_id,title\n")
    with pytest.raises(InputFileError, match=r"no full catalogue: it has no rows\. Nothing"):
        load(tmp_path, is_full=True)


def test_a_full_file_older_than_the_last_one_is_refused(
    database: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write(tmp_path / "new", products="product_id,title\np1,Kettle\np2,Pot\n")
    old = write(tmp_path / "old", products="product_id,title\np1,Kettle\n")
    load_full = ["load", "--full", "--consent", "none"]
    assert run([*load_full, str(new)]) == 0
    written = (new / "products.csv").stat().st_mtime
    os.utime(old / "products.csv", (written - 3600, written - 3600))
    capsys.readouterr()
    assert run([*load_full, str(old)]) == 1
    assert "a full file of" in capsys.readouterr().err
    in_stock = "select bool_and(is_in_stock) from raw.products"
    assert select(in_stock) == [(True,)]
    # Without --full it is a file like any other, and one of the same minute is no older.
    assert run(["load", "--consent", "none", str(old)]) == 0
    os.utime(old / "products.csv", (written - 30, written - 30))
    assert run([*load_full, "--accept-deletes", str(old)]) == 0
    assert select(in_stock) == [(False,)]


def test_a_full_file_that_lacks_half_of_the_shop_is_refused(
    database: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twenty = [f"p{number},Kettle {number}\n" for number in range(20)]
    write(tmp_path, products="product_id,title\n" + "".join(twenty))
    load_full = ["load", "--full", "--consent", "none", str(tmp_path)]
    assert run(load_full) == 0
    on_sale = "select count(*) from raw.products where is_in_stock"
    # A new product is no answer to those that are gone.
    half = "".join([*twenty[:10], "new,Cup\n"])
    write(tmp_path, products=f"product_id,title\n{half}")
    capsys.readouterr()
    assert run(load_full) == 1
    told = capsys.readouterr().err
    assert "products.csv has 11 rows, and lacks 10 of the 20 that are on sale. Nothing" in told
    assert "`alsolike load … --full --accept-deletes`" in told
    assert run([*load_full, "--dry-run"]) == 1
    assert select(on_sale) == [(20,)]
    assert select("select count(*) from raw.products") == [(20,)]
    assert run([*load_full, "--accept-deletes"]) == 0
    assert select(on_sale) == [(11,)]
    # Fewer than half is a change of the assortment.
    write(tmp_path, products="product_id,title\n" + "".join(twenty[:6]))
    assert run(load_full) == 0
    assert select(on_sale) == [(6,)]


def test_a_full_file_from_the_future_counts_as_written_now(
    database: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, products=PRODUCTS)
    load_full = ["load", "--full", "--consent", "none", str(tmp_path)]
    far = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "products.csv", (far, far))
    assert run(load_full) == 0
    # An earlier release kept the file's own time.
    with psycopg.connect("") as connection:
        connection.execute(
            'update ops.runs set counts = counts || \'{"full_as_of": "2099-01-01 00:00Z"}\''
        )
    os.utime(tmp_path / "products.csv")
    assert run(load_full) == 0


def test_loads_that_are_not_full_do_not_make_a_full_file_too_old(
    database: dict[str, str], tmp_path: Path
) -> None:
    hour = timedelta(hours=1)
    write(tmp_path, products=PRODUCTS)
    before = (datetime.now(UTC) - 2 * hour).timestamp()
    os.utime(tmp_path / "products.csv", (before, before))
    load_full = ["load", "--full", "--consent", "none", str(tmp_path)]
    # The file is older than a load that was not full, and than one that brought events alone.
    assert run(["load", "--consent", "none", str(tmp_path)]) == 0
    assert run(load_full) == 0
    events = tmp_path / "events"
    events.mkdir()
    write(events, purchases=purchases("p1"))
    assert run(["load", "--consent", "none", str(events)]) == 0
    later = (datetime.now(UTC) - hour).timestamp()
    os.utime(tmp_path / "products.csv", (later, later))
    assert run(load_full) == 0
    os.utime(tmp_path / "products.csv", (before, before))
    assert run(load_full) == 1


def test_a_folder_without_products_is_no_complete_one(
    database: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, purchases=purchases("p1"))
    with pytest.raises(InputFileError, match="no file of products"):
        load(tmp_path, is_full=True)


def test_a_folder_without_files_of_ours_says_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, products_CSV="product_id,title\n", orders="x\n")
    with pytest.raises(InputFileError, match=r"found orders\.csv, products\.CSV"):
        load(tmp_path)


def test_older_rejected_rows_lose_their_content_and_keep_what_finds_them(
    database: dict[str, str],
) -> None:
    migrate("0011")
    rows = [
        ("products.csv", 2, '{"product_id": "p1", "title": "Kettle"}', "price is bad"),
        ("products.csv", 2, '{"product_id": "p1", "title": "Kettle"}', "price is still bad"),
        ("reviews.csv", 3, '{"review_id": "r1", "shopper_id": "s1", "body": "Mine"}', "rating"),
        ("shoppers.csv", 4, '{"shopper_id": "s1", "display_name": "Ann"}', "consent"),
        ("shoppers.csv", 5, '{"shopper_id": "ann@example.com"}', "consent"),
        ("views.csv", 6, "a,row,as,it,stood", "too long"),
    ]
    with connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.rejected_rows (source, line, content, reason) values (%s, %s, %s, %s)",
            rows,
        )
    migrate("0012")
    assert select("select source, line, ids, reason, run_id from raw.rejected_rows order by 2") == [
        ("products.csv", 2, {"product_id": "p1"}, "price is bad", None),
        ("reviews.csv", 3, {"review_id": "r1"}, "rating", None),
        ("shoppers.csv", 4, {"shopper_id": "s1"}, "consent", None),
        ("shoppers.csv", 5, {}, "consent", None),
        ("views.csv", 6, {}, "too long", None),
    ]
    migrate("0011")
    assert select("select count(*), count(content) from raw.rejected_rows") == [(5, 5)]
    migrate("head")

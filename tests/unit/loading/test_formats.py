"""Reading files: lines, header, refusal."""

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alsolike.errors import InputFileError
from alsolike.loading.csv_files import read_csv
from alsolike.loading.jsonl_files import read_jsonl
from alsolike.loading.parquet_files import read_parquet
from alsolike.loading.rows import Reading
from alsolike.loading.tables import PRODUCTS, SHOPPERS, Table

# Without the time of its making: it is part of a test's name, equal in all processes.
ZIPPED = gzip.compress(b"shopper_id\nx\n", mtime=0)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def read(path: Path, reading: Reading | None = None, table: Table = SHOPPERS) -> list[list[str]]:
    reader = {".csv": read_csv, ".gz": read_csv, ".jsonl": read_jsonl, ".parquet": read_parquet}
    chunks = reader[path.suffix](path, table, reading or Reading())
    return rows_of(b"".join(chunk.data for chunk in chunks))


def test_lines_are_those_of_an_editor_behind_quoted_newlines(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_bytes(b'shopper_id,display_name\r\ns1,"two\r\nlines"\r\n\r\ns2,one\r\n')
    assert [(row[0], row[2], row[3]) for row in read(path)] == [
        ("2", "s1", "two\r\nlines"),
        ("5", "s2", "one"),
    ]


def test_byte_order_mark_spaces_and_case_of_the_header_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_bytes(b"\xef\xbb\xbf Shopper_ID ,colour\n s1 ,red\n")
    reading = Reading()
    assert read(path, reading) == [["2", "", "s1", "", "", "", ""]]
    assert reading.columns == {"shopper_id"}
    assert reading.ignored == ["colour"]


def test_a_row_too_long_is_a_problem_and_its_shopper_is_known(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_text('shopper_id,display_name\ns1,a,"b,c"\ns2,d\n')
    bad, good = read(path)
    assert bad[:3] == ["2", "the row has 3 values where the header has 2", "s1"]
    assert good[2] == "s2"
    # What is too much is of no column, also of none that the file lacks.
    assert not any(bad[4:])


def test_rows_end_where_a_spreadsheet_ends_them(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_text("shopper_id,display_name,consent\ns1\ns2,Bo,,,\n,,\n\ns3,,no\n")
    reading = Reading()
    assert [row[0:5] for row in read(path, reading)] == [
        ["2", "", "s1", "", ""],
        ["3", "", "s2", "Bo", ""],
        ["6", "", "s3", "", "no"],
    ]
    assert list(reading.notes()) == [
        "values at the end of 1 row are missing, and were taken as empty."
    ]


def test_a_row_in_which_the_file_ends_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_text("shopper_id,display_name,consent\ns1,Bo,no\ns2,Ann")
    reading = Reading()
    rows = read(path, reading)
    assert rows[0][0:5] == ["2", "", "s1", "Bo", "no"]
    assert rows[1][0] == "3"
    assert rows[1][1].startswith("the file ends within this row, which has 2 of 3 values")
    assert list(reading.notes()) == []
    # The end of a file may be blank, or be a whole row.
    path.write_text("shopper_id,display_name,consent\ns1,Bo,no\ns2,Ann,no\n ")
    assert [row[1:3] for row in read(path, Reading())] == [["", "s1"], ["", "s2"]]
    path.write_text("shopper_id,display_name,consent\ns1,Bo,no")
    assert [row[1:3] for row in read(path, Reading())] == [["", "s1"]]


def test_a_file_that_ends_within_quotes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_text('shopper_id,display_name,consent\ns1,Bo,no\ns2,"Ann\n')
    with pytest.raises(InputFileError, match=r"line 3: not CSV .the file ends within quotes"):
        read(path, Reading())


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_known_by_the_header(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text(f"title{separator}product_id\nOne, two{separator}p1\n")
    reading = Reading()
    assert [row[2:4] for row in read(path, reading, PRODUCTS)] == [["p1", "One, two"]]
    assert list(reading.notes()) == [f"read with {separator!r} between the columns."]


def test_the_separator_line_of_excel_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes(b"\xef\xbb\xbfsep=;\r\nproduct_id;title\r\np1;Kettle\r\n")
    assert [row[:4] for row in read(path, None, PRODUCTS)] == [["3", "", "p1", "Kettle"]]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n\nproduct_id,title\np1,Kettle\n", "4"),
        ('"sep=;"\nproduct_id;title\np1;Kettle\n', "3"),
        ("sep= ;\nproduct_id;title\np1;Kettle\n", "3"),
        ("\n\nsep=\t\nproduct_id\ttitle\np1\tKettle\n", "5"),
        ("\u200bproduct_id,\u2060title\np1,Kettle\n", "2"),
        ("\ufeff\ufeffproduct_id,title\np1,Kettle\n", "2"),
        ("product_id,title\n\ufeffp1,Kettle\n", "2"),
        ("product_id,title\np1,Kettle\n\x1a", "2"),
        ("product_id,title\np1,Kettle\x1a", "2"),
    ],
)
def test_signs_that_programs_add_do_not_matter(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert [row[:4] for row in read(path, None, PRODUCTS)] == [[line, "", "p1", "Kettle"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"product_id,title"\n"p1,Kettle"\n', "Each line stands in quotes as a whole"),
        ("'product_id','title'\n'p1','Kettle'\n", 'The quotes of CSV are "'),
        ("\u201cproduct_id\u201d,\u201ctitle\u201d\np1,Kettle\n", 'The quotes of CSV are "'),
        (
            "Stock list\nproduct_id,title\np1,Kettle\n",
            "header stands on line 2, below 'Stock list'",
        ),
        ("\n# made today\n#\nproduct_id;title\np1;Kettle\n", "on line 4, below '# made today'"),
    ],
)
def test_a_header_that_cannot_be_read_says_why(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError) as raised:
        read(path, None, PRODUCTS)
    assert told in str(raised.value)


def test_the_header_of_a_second_file_that_was_joined_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("product_id,title\np1,Kettle\n\ufeffproduct_id,title\np2,Pot\n")
    rows = read(path, None, PRODUCTS)
    assert [row[1] for row in rows] == [
        "",
        "the row is the header again: were two files joined?",
        "",
    ]


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be", "utf-16", "utf-16-le"])
def test_wide_encodings_are_told_by_name(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text("product_id,title\np1,Kettle\n", encoding=encoding)
    with pytest.raises(InputFileError, match=f"it is {encoding[:6].upper()}"):
        read(path, None, PRODUCTS)


def test_a_header_with_other_names_is_told_with_what_may_be_meant(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Product ID,Title\np1,Kettle\n")
    with pytest.raises(InputFileError) as raised:
        read(path, None, PRODUCTS)
    assert "Found 'product id', 'title'. Rename 'product id' to product_id." in str(raised.value)


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("ProductId,title", "Rename 'productid' to product_id."),
        ("productID,Name", "Rename 'productid' to product_id, 'name' to title."),
        ("sku,name", "Rename 'sku' to product_id, 'name' to title."),
        ("Product ID;Title", "Rename 'product id' to product_id."),
        ("Product ID\tTitle", "Rename 'product id' to product_id."),
        ("Product ID|Title", "Rename 'product id' to product_id."),
    ],
)
def test_names_of_other_systems_are_told_whatever_separates_them(
    tmp_path: Path, header: str, hint: str
) -> None:
    path = tmp_path / "products.csv"
    path.write_text(f"{header}\np1,Kettle\n")
    with pytest.raises(InputFileError, match="lacks the column") as raised:
        read(path, None, PRODUCTS)
    assert str(raised.value).endswith(hint)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_words_for_nothing_are_nothing_and_counted(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"shoppers.{suffix}"
    rows = [
        {"shopper_id": "s1", "display_name": "NULL", "consent": "None"},
        {"shopper_id": "s2", "display_name": "Null", "consent": "\\N"},
    ]
    if suffix == "csv":
        lines = [",".join(row.values()) for row in rows]
        path.write_text("\n".join(["shopper_id,display_name,consent", *lines]))
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    reading = Reading()
    # `Null` is a name, and None an answer to the question of consent.
    assert [row[2:5] for row in read(path, reading)] == [["s1", "", "None"], ["s2", "Null", ""]]
    assert reading.nothing == {"NULL": 1, "\\N": 1}


def test_whole_floats_are_whole_numbers_in_every_format(tmp_path: Path) -> None:
    floats = [8901234567890.0, 7.0, 1.25, None, float("nan")]
    expected = ["8901234567890", "7", "1.25", "", ""]
    lines = tmp_path / "shoppers.jsonl"
    lines.write_text("".join(json.dumps({"shopper_id": n}) + "\n" for n in floats))
    assert [row[2] for row in read(lines)] == expected
    for kind in (pa.float64(), pa.float32()):
        path = tmp_path / "shoppers.parquet"
        values = pa.array(floats[1:], kind)
        pq.write_table(pa.table({"shopper_id": values}), path)
        assert [row[2] for row in read(path)] == expected[1:]
    pq.write_table(pa.table({"shopper_id": pa.array(floats)}), path)
    assert [row[2] for row in read(path)] == expected


def test_decimals_lose_the_zeros_of_their_type(tmp_path: Path) -> None:
    path = tmp_path / "products.parquet"
    prices = pa.array([Decimal("19.9000"), Decimal("100.0000"), Decimal("0.1250")])
    pq.write_table(
        pa.table({"product_id": ["a", "b", "c"], "title": ["x", "y", "z"], "price": prices}), path
    )
    assert [row[7] for row in read(path, None, PRODUCTS)] == ["19.9", "100", "0.125"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("shoppers.csv", b"", "lacks the column shopper_id"),
        ("shoppers.csv", b"display_name\nx\n", "lacks the column shopper_id"),
        ("shoppers.csv", b"shopper_id,shopper_id\nx,y\n", "the column shopper_id twice"),
        ("shoppers.csv", b"shopper_id\n\xe9t\xe9\n", "line 2: not UTF-8"),
        ("shoppers.csv", "shopper_id\nx\n".encode("utf-16"), "line 1: not UTF-8"),
        ("shoppers.csv", "shopper_id\nx\n".encode("utf-16"), "it is UTF-16"),
        ("shoppers.csv", "shopper_id\nx\n".encode("utf-16-le"), "it is UTF-16"),
        ("shoppers.csv", "shopper_id\nx\n".encode("utf-16-be"), "it is UTF-16"),
        ("shoppers.csv", b"shopper_id\n\xe9t\xe9\n", "byte 0xe9 would be 'é' in Windows-1252"),
        ("shoppers.csv", b"shopper_id\rx\ry\r", "lines end in a carriage return alone"),
        ("shoppers.csv", b'shopper_id\n"x\n', "not CSV"),
        ("shoppers.csv", ZIPPED, "line 1: not UTF-8"),
        ("shoppers.csv.gz", b"shopper_id\nx\n", "not a whole gzip file"),
        (
            "shoppers.csv.gz",
            ZIPPED[:-9],
            "not a whole gzip file",
        ),
        ("shoppers.jsonl", b'[{"shopper_id": "x"}]\n', "line 1: not a JSON object"),
        ("shoppers.jsonl", b"shopper_id\nx\n", "line 1: not a JSON object"),
        ("shoppers.jsonl", b'{"name": "x"}\n', "lacks the column shopper_id"),
        ("shoppers.jsonl", b'{"shopper_id": "\xe9"}\n', "line 1: not UTF-8"),
        ("shoppers.parquet", b"shopper_id\nx\n", "cannot be read as Parquet"),
        ("shoppers.parquet", b"", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=message) as raised:
        read(path)
    assert str(path) in str(raised.value)


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.csv"
    path.write_bytes(b"shopper_id\n" + b"x" * (16 * 1024 * 1024 + 1))
    with pytest.raises(InputFileError, match="line 2: the line is longer than 16 MiB"):
        read(path)


def test_json_values_become_text(tmp_path: Path) -> None:
    path = tmp_path / "products.jsonl"
    path.write_text(
        '{"product_id": 7, "title": " x ", "price": 12.50, "in_stock": false, '
        '"attributes": {"a": [1]}, "brand": null, "colour": 1}\n'
        "\n"
        '{"product_id": "8", "title": {"en": "x"}}\n'
        '{"product_id": \n'
    )
    reading = Reading()
    first, second, third = read(path, reading, PRODUCTS)
    assert first[:2] == ["1", ""]
    assert dict(zip(PRODUCTS.columns, first[2:], strict=True)) == {
        "product_id": "7",
        "title": "x",
        "description": "",
        "category": "",
        "brand": "",
        "price": "12.5",
        "currency": "",
        "image_url": "",
        "more_image_urls": "",
        "attributes": '{"a":[1]}',
        "in_stock": "false",
        "created_at": "",
        "url": "",
        "sale_price": "",
        "item_group_id": "",
        "is_hidden": "",
        "language": "",
        "gtin": "",
    }
    assert second[1] == "title is an object: expected text or a number"
    assert third[0] == "4"
    assert third[1].startswith("the line is not a JSON object (")
    assert reading.ignored == ["colour"]


def test_parquet_types_become_text(tmp_path: Path) -> None:
    path = tmp_path / "products.parquet"
    time = pa.array([1_700_000_000_000_000_000], pa.timestamp("ns", "Europe/Berlin"))
    pq.write_table(
        pa.table(
            {
                "product_id": pa.array([7]),
                "title": pa.array([" x "]).dictionary_encode(),
                "price": pa.array([float("nan")]),
                "attributes": pa.array([{"a": 1}]),
                "created_at": time,
                "in_stock": pa.array([True]),
                "brand": pa.array([None], pa.string()),
            }
        ),
        path,
    )
    ((line, _, *values),) = read(path, None, PRODUCTS)
    assert line == "1"
    row = dict(zip(PRODUCTS.columns, values, strict=True))
    assert row["product_id"] == "7"
    assert row["title"] == "x"
    assert row["price"] == ""
    assert row["attributes"] == '{"a":1}'
    assert row["created_at"] == "2023-11-14 22:13:20.000000Z"
    assert row["in_stock"] == "true"


def test_parquet_refuses_a_nested_column_where_text_belongs(tmp_path: Path) -> None:
    path = tmp_path / "products.parquet"
    pq.write_table(pa.table({"product_id": ["1"], "title": [["a"]]}), path)
    with pytest.raises(InputFileError, match="the column title has the type list"):
        read(path, None, PRODUCTS)


def test_parquet_nul_becomes_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "shoppers.parquet"
    pq.write_table(pa.table({"shopper_id": ["s1", "s\x002"]}), path)
    good, bad = read(path)
    assert good[1] == ""
    assert "shopper_id holds a NUL character" in bad[1]

"""Amazon Reviews in both layouts; the rows are made up."""

import gzip
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alsolike.errors import InputFileError
from alsolike.loading import LoadSummary, load_amazon
from alsolike.progress import ignore_progress

META_2018 = [
    {
        "asin": "A1",
        "title": "Tea &amp; Cake",
        "description": ["<b>Sweet</b>.", "Nice."],
        "category": ["Food", "Cakes"],
        "brand": "by\n    Baker",
        "price": "$1,012.99",
        "feature": ["No sugar &lt;1g"],
        "imageURL": ["http://x/1.jpg"],
        "also_buy": ["A2"],
    },
    {"asin": "A2", "title": "Tin", "description": [], "category": [], "price": ".a{color:red}"},
    {"asin": "A3"},
]
REVIEWS_2018 = [
    {
        "reviewerID": "U1",
        "asin": "A1",
        "overall": 5.0,
        "reviewText": "Good &quot;tea&quot;",
        "summary": "Yes",
        "unixReviewTime": 1514764800,
        "verified": True,
    },
    {
        "reviewerID": "U1",
        "asin": "A1",
        "overall": 1.0,
        "reviewText": "Now bad",
        "summary": "No",
        "unixReviewTime": 1514764800,
        "verified": False,
    },
    {"reviewerID": "U2", "asin": "A9", "overall": 3.0, "unixReviewTime": 1, "verified": True},
]
META_2023 = [
    {
        "parent_asin": "B1",
        "title": "Lamp",
        "description": ["Bright."],
        "store": "Lumen",
        "categories": ["Home", "Lamps"],
        "price": 15.5,
        "features": ["LED"],
        "images": [{"thumb": "http://x/t.jpg", "large": "http://x/l.jpg"}],
        "details": {"Colour": "Blue"},
        "average_rating": 4.1,
    },
    {"parent_asin": "B2", "title": "Bulb", "price": "None", "images": []},
]
REVIEWS_2023 = [
    {
        "user_id": "V1",
        "parent_asin": "B1",
        "asin": "B1x",
        "rating": 4.0,
        "title": "Fine",
        "text": "A lamp<br />with light",
        "timestamp": 1600000000123,
        "verified_purchase": True,
    },
    {
        "user_id": "V1",
        "parent_asin": "B1",
        "asin": "B1y",
        "rating": 4.0,
        "title": "Also",
        "text": "Another colour",
        "timestamp": 1600000000123,
        "verified_purchase": True,
    },
]


def load(folder: Path, meta: list[Any], reviews: list[Any]) -> LoadSummary:
    for name, rows in (("meta", meta), ("reviews", reviews)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(
                (row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows
            )
    return load_amazon(
        folder / "meta.jsonl.gz",
        folder / "reviews.jsonl.gz",
        consent="personalisation",
        report=ignore_progress,
    )


def select(statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect("") as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]


def counts(summary: LoadSummary) -> list[tuple[int, int, int]]:
    return [(file.loaded, file.unchanged, file.rejected) for file in summary.files]


def test_the_layout_of_2018(database: dict[str, str], tmp_path: Path) -> None:
    summary = load(tmp_path, META_2018, REVIEWS_2018)
    assert counts(summary) == [(2, 0, 1), (2, 0, 1), (1, 0, 1)]
    assert select(
        "select title, description, category, brand, price::text, currency, image_url, attributes "
        "from raw.products order by product_id"
    ) == [
        (
            "Tea & Cake",
            "Sweet.\nNice.",
            "Food > Cakes",
            "Baker",
            "1012.99",
            "USD",
            "http://x/1.jpg",
            {"features": ["No sugar <1g"]},
        ),
        ("Tin", None, None, None, None, None, None, {}),
    ]
    assert select("select rating, title, body, reviewed_at::text from raw.reviews order by 1") == [
        (1, "No", "Now bad", "2018-01-01 00:00:00+00"),
        (5, "Yes", 'Good "tea"', "2018-01-01 00:00:00+00"),
    ]
    assert select("select shopper_id, product_id, quantity from raw.purchases") == [("U1", "A1", 1)]
    assert select("select source from raw.consents") == [("import:amazon",)]
    assert counts(load(tmp_path, META_2018, REVIEWS_2018)) == [(0, 2, 1), (0, 2, 1), (0, 1, 1)]


def test_the_layout_of_2023(database: dict[str, str], tmp_path: Path) -> None:
    summary = load(tmp_path, META_2023, [*REVIEWS_2023, "{"])
    assert counts(summary) == [(2, 0, 0), (2, 0, 1), (2, 0, 0)]
    assert select(
        "select description, category, brand, price::text, image_url, attributes "
        "from raw.products order by product_id limit 1"
    ) == [
        (
            "Bright.",
            "Home > Lamps",
            "Lumen",
            "15.50",
            "http://x/l.jpg",
            {"features": ["LED"], "details": {"Colour": "Blue"}},
        )
    ]
    assert select("select distinct product_id, reviewed_at::text from raw.reviews") == [
        ("B1", "2020-09-13 12:26:40.123+00")
    ]
    ((source, line, reason),) = select("select source, line, reason from raw.rejected_rows")
    assert (source, line) == ("reviews.jsonl.gz", 3)
    assert reason.startswith("the line is not a JSON object (")


def test_another_layout_is_refused(database: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="of neither Amazon layout"):
        load(tmp_path, [{"id": 1}], REVIEWS_2018)

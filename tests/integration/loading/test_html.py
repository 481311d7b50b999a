"""Text that was written for a web page is text, in whatever format it comes."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.shop.files import load, noted, select

PRODUCTS: list[dict[str, Any]] = [
    {
        "product_id": "web",
        "title": "Fork &amp;amp; knife<br>5&quot;",
        "description": "<style>p{}</style><p>Of steel.</p><p>Washes&nbsp;at 60&deg;.</p>",
        "category": "Kitchen &gt; Cutlery &amp; co",
        "brand": "<b>Smith &#38; Sons</b>",
        "url": "/forks?size=5&amp;copy=1",
        "image_url": "https://cdn.test/f.jpg?w=1&amp;h=2",
        "attributes": {"Care &amp; use": "<i>Dry</i> well", "sizes": ["5&quot;", "6"], "kg": 1.10},
    },
    {
        "product_id": "plain",
        "title": "R&D  kit <3",
        "description": "5 < 6 mm, a<b\n\nAT&T",
        "category": "Kits",
        "brand": "A&B;",
        "url": "/kit?a=1&copy=2",
        "image_url": "/kit.jpg",
        "attributes": {"R&D": "a<b"},
    },
    {"product_id": "script", "title": "<script>alert(1)</script>"},
    {"product_id": "dash", "title": "Dash", "brand": "<p>-</p>", "description": "<p>&nbsp;</p>"},
]
REVIEWS = [
    {
        "review_id": "r",
        "shopper_id": "ann",
        "product_id": "web",
        "rating": 5,
        "reviewed_at": "2026-01-02",
        "title": "It&#39;s good",
        "body": "Cuts.<br />Shines &lt;3",
    }
]


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(
            {key: json.dumps(one) if isinstance(one, dict) else one for key, one in row.items()}
            for row in rows
        )


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    path.with_suffix(".jsonl").write_text(text)


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    columns = {
        key: [
            json.dumps(row[key]) if isinstance(row.get(key), dict) else row.get(key) for row in rows
        ]
        for key in rows[0]
    }
    pq.write_table(pa.table(columns), path.with_suffix(".parquet"))


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_parquet])
def test_html_becomes_text(
    database: dict[str, str],
    tmp_path: Path,
    write: Callable[[Path, list[dict[str, Any]]], None],
) -> None:
    write(tmp_path / "products", PRODUCTS)
    write(tmp_path / "reviews", REVIEWS)
    summary = load(tmp_path)
    assert select(
        "select product_id, title, description, category, brand, url, image_url, attributes"
        " from raw.products order by product_id"
    ) == [
        ("dash", "Dash", None, None, None, None, None, {}),
        (
            *("plain", "R&D  kit <3", "5 < 6 mm, a<b\n\nAT&T", "Kits", "A&B;"),
            *("/kit?a=1&copy=2", "/kit.jpg", {"R&D": "a<b"}),
        ),
        (
            *("web", 'Fork & knife 5"', "Of steel.\nWashes at 60°.", "Kitchen > Cutlery & co"),
            *("Smith & Sons", "/forks?size=5&copy=1", "https://cdn.test/f.jpg?w=1&h=2"),
            {"Care & use": "Dry well", "sizes": ['5"', "6"], "kg": 1.1},
        ),
    ]
    assert select("select title, body from raw.reviews") == [("It's good", "Cuts.\nShines <3")]
    assert select("select ids, reason from raw.rejected_rows") == [
        ({"product_id": "script"}, "title is missing")
    ]
    assert noted(summary, "HTML was turned into text in 10 fields.")
    assert noted(summary, "HTML was turned into text in 2 fields.")
    write(tmp_path / "products", PRODUCTS)
    assert [file.loaded for file in load(tmp_path).files] == [0, 0], "the same again"

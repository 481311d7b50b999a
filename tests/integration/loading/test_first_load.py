"""The first load of many rows, which builds the indexes after the rows."""

from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alsolike.loading import LoadSummary, load_folder
from alsolike.progress import ignore_progress

# So many that the indexes are worth building after them.
ROWS = 50_000


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    pq.write_table(
        pa.table({"product_id": ["p"], "title": ["Kettle"]}), tmp_path / "products.parquet"
    )
    write_views(tmp_path, [f"v{n}" for n in range(ROWS)])
    return tmp_path


def write_views(folder: Path, ids: list[str], product: str = "p") -> None:
    table = pa.table(
        {
            "view_id": ids,
            "product_id": [product] * len(ids),
            "viewed_at": [f"2026-01-01T00:00:{n % 60:02}Z" for n in range(len(ids))],
            "session_id": ["x"] * len(ids),
        }
    )
    pq.write_table(table, folder / "views.parquet")


def load(folder: Path) -> LoadSummary:
    return load_folder(folder, consent="personalisation", report=ignore_progress)


def indexes() -> list[tuple[Any, ...]]:
    with psycopg.connect("") as connection:
        return connection.execute(
            "select indexname, indexdef from pg_indexes where schemaname = 'raw' "
            "and tablename = 'views' "
            "union all select conname, pg_get_constraintdef(oid) from pg_constraint "
            "where conrelid = 'raw.views'::regclass order by 1, 2"
        ).fetchall()


def test_all_indexes_and_constraints_are_there_again(database: dict[str, str], shop: Path) -> None:
    before = indexes()
    assert len(before) > 4
    assert load(shop).files[-1].loaded == ROWS
    assert indexes() == before
    assert load(shop).files[-1].unchanged == ROWS


def test_repeated_ids_are_found(database: dict[str, str], shop: Path) -> None:
    before = indexes()
    write_views(shop, [f"v{n}" for n in range(ROWS)] + ["v0"])
    views = load(shop).files[-1]
    assert (views.loaded, views.unchanged, views.rejected) == (ROWS, 0, 1)
    assert indexes() == before


def test_a_table_in_use_is_loaded_all_the_same(database: dict[str, str], shop: Path) -> None:
    with psycopg.connect("") as reader:
        reader.execute("select from raw.views")
        assert load(shop).files[-1].loaded == ROWS

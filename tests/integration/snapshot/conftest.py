"""A small catalogue with neighbours, and the bucket that its snapshots go to."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from alsolike.database import connect
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.manifest import Manifest
from alsolike.snapshot.parts import parquet
from alsolike.snapshot.store import SnapshotStore

CATEGORIES = {
    "Ä": "Garden",
    "a": "Garden",
    "b": "Garden > Pots",
    "c": "Garden > Pots",
    "d": "Gardening",
    "e": "Kitchen",
    "z": None,
}
OUT_OF_STOCK = "c"
GONE = "gone"


@pytest.fixture
def shop(database: dict[str, str], s3: str) -> dict[str, str]:
    """Give every product all others as neighbours, and one that the shop no longer has."""
    assert s3
    with connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into raw.products (product_id, title, category, is_in_stock) "
            "values (%s, 'A title', %s, %s)",
            [(name, path, name != OUT_OF_STOCK) for name, path in CATEGORIES.items()],
        )
    add_model("average")
    add_model("other")
    with connect() as connection:
        connection.execute(
            "insert into recs.serving_model (model_id) "
            "select model_id from recs.models where name = 'average'"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
                "select m.model_id, %s, %s, %s, %s from recs.models as m where m.name = 'average'",
                [
                    (product, rank, neighbour, 1 - rank / 10)
                    for product in [*CATEGORIES, GONE]
                    for rank, neighbour in enumerate(
                        (n for n in [GONE, *CATEGORIES] if n != product), start=1
                    )
                ],
            )
    return database


def add_model(name: str) -> None:
    """Register a model without vectors."""
    with connect() as connection:
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values ('e', 'e', 3) "
            "on conflict do nothing"
        )
        connection.execute(
            "select recs.add_model(%s, 'average', (select encoder_id from recs.encoders), 3, '{}')",
            (name,),
        )


@pytest.fixture
def store(shop: dict[str, str], settings: Settings) -> SnapshotStore:
    """Open the store of the test's bucket."""
    assert shop
    return SnapshotStore(settings.s3_bucket, settings.s3_prefix)


@pytest.fixture
def export(shop: dict[str, str], settings: Settings) -> Callable[..., Manifest]:
    """Give the function that exports with the test's settings."""
    assert shop

    def run(**options: Any) -> Manifest:
        return export_snapshot(settings, **options, report=ignore_progress)

    return run


@pytest.fixture
def read_rows(store: SnapshotStore) -> Callable[[Manifest], list[tuple[Any, ...]]]:
    """Give the function that reads the rows of a snapshot, in their order."""

    def run(manifest: Manifest) -> list[tuple[Any, ...]]:
        contents = [store.get(f"{manifest.snapshot_id}/{file.name}") for file in manifest.files]
        tables = [parquet.read_table(io.BytesIO(content)) for content in contents]
        return [tuple(row.values()) for table in tables for row in table.to_pylist()]

    return run


@pytest.fixture
def read_pointer(store: SnapshotStore) -> Callable[[], dict[str, str]]:
    """Give the function that reads `latest`."""

    def run() -> dict[str, str]:
        pointer: dict[str, str] = json.loads(store.get("latest"))
        return pointer

    return run

"""The products of a snapshot: what a page tells of each, without a trace of any shopper."""

from contextlib import closing
from typing import Any

import psycopg

from alsolike.database import query
from alsolike.progress import Report
from alsolike.snapshot.manifest import PartFile, products_folder
from alsolike.snapshot.parts import PRODUCT_SCHEMA, PartWriter
from alsolike.snapshot.store import SnapshotStore

# Descriptions are long: fewer rows at a time than of neighbours keep the same memory.
GROUP_ROWS = 5_000
PART_ROWS = 250_000
# Products that have a place among the recently popular; the newest follow them.
POPULAR = 1_000

_STAGE = "export products"


def write_products(
    connection: psycopg.Connection[Any],
    store: SnapshotStore,
    snapshot_id: str,
    written: list[str],
    report: Report,
) -> tuple[PartFile, ...]:
    """Write the whole catalogue as Parquet files beside a snapshot's own folder.

    Parameters
    ----------
    connection : psycopg.Connection
        In the transaction that the neighbours are read in: both are of one moment.
    written : list of str
        Takes the name of every object before it is written, for the clean-up after a failure.
    report : Report
        Told the products done.

    Returns
    -------
    tuple of PartFile
        Names are relative to `products_folder`.

    Raises
    ------
    SnapshotError
        The disk for temporary files is full, or S3 fails.
    """
    files: list[PartFile] = []
    done = 0
    report(_STAGE, 0, None)
    with connection.cursor("snapshot_products_rows", binary=True) as cursor:
        cursor.execute(query("alsolike/snapshot/products"), {"popular": POPULAR})
        rows = cursor.fetchmany(GROUP_ROWS)
        while rows:
            name = f"part-{len(files):04}.parquet"
            with closing(PartWriter(name, None, PRODUCT_SCHEMA)) as part:
                while rows and part.rows < PART_ROWS:
                    part.write(rows)
                    done += len(rows)
                    report(_STAGE, done, None)
                    rows = cursor.fetchmany(GROUP_ROWS)
                described, file = part.finish()
                place = f"{products_folder(snapshot_id)}/{name}"
                written.append(place)
                store.upload(place, file)
                files.append(described)
    report(_STAGE, done, done)
    return tuple(files)

"""Snapshots: each product's neighbours as Parquet files in S3, for when the database is away.

    s3://bucket/prefix/<snapshot_id>/part-0000.parquet …   the rows
    s3://bucket/prefix/<snapshot_id>/manifest.json         what the files hold, written after them
    s3://bucket/prefix/latest                              which snapshot is current, written last

`latest` names the last snapshot of the whole catalogue. One of a category or of a list of products
moves no pointer: it would take every other product away from those who read `latest`. Its id is
printed, kept in `ops.snapshots` and all that is needed to read it.
"""

from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.manifest import Manifest, PartFile, Pointer
from alsolike.snapshot.product_list import read_product_ids
from alsolike.snapshot.store import SnapshotStore
from alsolike.snapshot.verify import latest_manifest, verify_snapshot

__all__ = [
    "Manifest",
    "PartFile",
    "Pointer",
    "SnapshotStore",
    "export_snapshot",
    "latest_manifest",
    "read_product_ids",
    "verify_snapshot",
]

"""The worker's snapshots: to S3 for every machine, and onto the disk of its own."""

import logging

from alsolike.errors import SnapshotError
from alsolike.progress import ignore_progress
from alsolike.runs import recorded_run
from alsolike.settings import Settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.local_file import read_pointer, snapshot_folder

logger = logging.getLogger("alsolike.worker")


def is_missing(settings: Settings) -> bool:
    """Tell whether this machine's disk holds no snapshot that could be read."""
    try:
        return read_pointer(snapshot_folder(settings.home)) is None
    except SnapshotError:
        return True


def write_snapshot(settings: Settings) -> None:
    """Export the catalogue as it is, then fetch it.

    A failure is one line in the log and a failed run in `ops.runs`: the site keeps the snapshot
    that it has, and the next hour tries again.
    """
    try:
        with recorded_run("worker", {"task": "snapshot"}) as counts:
            manifest = export_snapshot(settings, report=ignore_progress)
            fetch_snapshot(settings, report=ignore_progress)
            counts.update(snapshot=manifest.snapshot_id, rows=manifest.row_count)
    except SnapshotError as error:
        logger.warning("No snapshot was written: %s", error)

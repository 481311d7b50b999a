"""A snapshot of the test's shop on the local disk."""

from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.local_file import LocalPointer


def keep_snapshot() -> LocalPointer:
    """Compute the neighbours, export them and fetch the snapshot into the home of the test."""
    settings = load_settings()
    write_all_neighbours(model=None, k=20, sessions=1, report=ignore_progress)
    export_snapshot(settings, report=ignore_progress)
    pointer, _ = fetch_snapshot(settings, report=ignore_progress)
    return pointer

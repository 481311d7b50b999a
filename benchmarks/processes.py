"""The memory of a server's processes."""

from pathlib import Path

import psutil


def resident_mb(server: int) -> float:
    """Return the memory of the worker that a web server started: the largest of its processes."""
    workers = psutil.Process(server).children()
    return max((worker.memory_info().rss for worker in workers), default=0) / 2**20


def postgres_mb(data: Path) -> float:
    """Return the memory of a Postgres server and all its processes.

    Shared memory counts once: each process has its proportional share, of touched pages only.
    """
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    total = 0
    for process in (postmaster, *postmaster.children()):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20

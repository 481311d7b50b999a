"""The memory of processes, as Linux counts it."""

import contextlib
from pathlib import Path


def resident_mb(server: int) -> float:
    """Return the memory of the worker that a web server started: the largest of its processes."""
    sizes = [0.0]
    for process in _children(server):
        with contextlib.suppress(OSError, KeyError):
            sizes.append(_kilobytes(process / "status", "VmRSS") / 1024)
    return max(sizes)


def postgres_mb(data: Path) -> float:
    """Return the memory of a Postgres server and all its processes.

    What several of them share counts once: each has its proportional part of it. Of the shared
    buffers those count that were touched.
    """
    postmaster = int((data / "postmaster.pid").read_text().splitlines()[0])
    total = 0.0
    for process in [Path(f"/proc/{postmaster}"), *_children(postmaster)]:
        with contextlib.suppress(OSError, KeyError):
            total += _kilobytes(process / "smaps_rollup", "Pss") / 1024
    return total


def _children(parent: int) -> list[Path]:
    """Find the processes that another one started."""
    found: list[Path] = []
    for status in Path("/proc").glob("[0-9]*/status"):
        # A process may end meanwhile.
        with contextlib.suppress(OSError, KeyError):
            if _field(status, "PPid") == str(parent):
                found.append(status.parent)
    return found


def _kilobytes(file: Path, name: str) -> int:
    return int(_field(file, name).split()[0])


def _field(file: Path, name: str) -> str:
    fields = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
    return fields[name].strip()

"""The users of an embedded server: a file of process ids, read and written under a lock."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import fasteners  # pyright: ignore[reportMissingTypeStubs]
import psutil


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the folder's inter-process lock, so that two commands never start one server twice."""
    folder.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(folder / ".lock"):  # pyright: ignore[reportUnknownMemberType]
        yield


def add_handle(path: Path) -> None:
    """Add this process to the users of the server; drop processes that died."""
    _write(path, {*_living(path), os.getpid()})


def remove_handle(path: Path) -> bool:
    """Remove this process; return whether no living process is left."""
    remaining = _living(path) - {os.getpid()}
    _write(path, remaining)
    return not remaining


def forget_dead_handles(path: Path) -> None:
    """Drop the ids of processes that were killed before they could remove themselves."""
    if path.exists():
        _write(path, _living(path))


def _living(path: Path) -> set[int]:
    try:
        known: list[int] = json.loads(path.read_text() or "[]")
    except FileNotFoundError:
        return set()
    return {pid for pid in known if psutil.pid_exists(pid)}


def _write(path: Path, pids: set[int]) -> None:
    path.write_text(json.dumps(sorted(pids)))

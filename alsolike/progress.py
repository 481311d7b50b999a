"""Progress of long work: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

# Called with the stage's name, the amount done and the total (None: unknown).
Report = Callable[[str, int, int | None], None]

_LINE_SECONDS = 10.0


def ignore_progress(_stage: str, _done: int, _total: int | None) -> None:
    """Report nothing: for tests and for short work."""


@contextmanager
def report_progress() -> Generator[Report]:
    """Yield a function to report progress to; it writes to standard error."""
    if sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bars() -> Generator[Report]:
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield report


def _lines() -> Report:
    """Write a line when a stage begins and ends, and every ten seconds in between."""
    last: dict[str, float] = {}

    def report(stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        is_end = total is not None and done >= total
        if is_end or now - last.get(stage, float("-inf")) >= _LINE_SECONDS:
            last[stage] = now
            of_total = "" if total is None else f" of {total:,}"
            sys.stderr.write(f"{stage}: {done:,}{of_total}\n")
            sys.stderr.flush()

    return report

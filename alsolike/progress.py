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

# Called as the next step of a command begins, with the step's name.
Begin = Callable[[str], None]

_LINE_SECONDS = 10.0
_STEP_SECONDS = 30.0


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
def report_steps(count: int) -> Generator[tuple[Begin, Report]]:
    """Yield functions to begin each of some steps, and to report what goes on within one.

    A step is a bar on a terminal. Elsewhere it is a line, and another one every half a minute while
    it lasts: who reads "4 of 9" has no use for the stages within.
    """
    if sys.stderr.isatty():
        with _step_bars(count) as functions:
            yield functions
    else:
        yield _step_lines(count)


@contextmanager
def _step_bars(count: int) -> Generator[tuple[Begin, Report]]:
    columns = (TextColumn("{task.description:<46}"), BarColumn(), TimeElapsedColumn())
    tasks: list[TaskID] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def end() -> None:
            for task in tasks[-1:]:
                progress.update(task, total=1, completed=1)

        def begin(name: str) -> None:
            end()
            tasks.append(progress.add_task(f"{len(tasks) + 1} of {count} {name}", total=None))

        def report(_stage: str, done: int, total: int | None) -> None:
            # A full bar would say that the step is over.
            is_under_way = total is not None and done < total
            progress.update(
                tasks[-1],
                completed=done if is_under_way else 0,
                total=total if is_under_way else None,
            )

        yield begin, report
        end()


def _step_lines(count: int) -> tuple[Begin, Report]:
    begun = 0
    began_at = told_at = 0.0

    def begin(name: str) -> None:
        nonlocal begun, began_at, told_at
        begun += 1
        began_at = told_at = time.monotonic()
        _write_line(f"{begun} of {count} {name}")

    def report(_stage: str, _done: int, _total: int | None) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= _STEP_SECONDS:
            told_at = now
            minutes, seconds = divmod(int(now - began_at), 60)
            _write_line(f"       … {minutes}:{seconds:02d} min")

    return begin, report


def _write_line(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


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
            _write_line(f"{stage}: {done:,}{of_total}")

    return report

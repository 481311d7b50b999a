"""Load a folder of files in the input format."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from alsolike.errors import InputFileError
from alsolike.loading.csv_files import read_csv
from alsolike.loading.formats import written_at
from alsolike.loading.jsonl_files import read_jsonl
from alsolike.loading.parquet_files import read_parquet
from alsolike.loading.rows import Chunk, Reading, Source
from alsolike.loading.shop_headers import commands_for, recognise_file
from alsolike.loading.sources import load_sources
from alsolike.loading.summary import LoadSummary
from alsolike.loading.tables import PRODUCTS, TABLES, Table
from alsolike.progress import Report

_Reader = Callable[[Path, Table, Reading], Iterator[Chunk]]
_READERS: dict[str, _Reader] = {
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
    ".parquet": read_parquet,
}
# How many files a message names.
_SHOWN_FILES = 8


def load_folder(
    folder: Path,
    *,
    consent: str | None,
    report: Report,
    is_full: bool = False,
    accepts_deletes: bool = False,
    is_trial: bool = False,
    run_id: int | None = None,
) -> LoadSummary:
    """Load whichever input files a folder has: products, shoppers, purchases, views, reviews.

    Loading the same files twice changes nothing. Each file is one transaction. See `load_sources`
    for the parameters.

    Raises
    ------
    InputFileError
        There is no such file, two of a kind, or one that is not what its name says or lacks a
        required column.
    ConsentNeededError
        `consent` is None, and the files name shoppers or sessions without a stated consent.
    """
    sources = [
        Source(path.name, table, partial(read, path, table), written_at(path))
        for table in TABLES
        for path, read in _find(folder, table)
    ]
    if not sources:
        raise InputFileError(_nothing_to_load(folder))
    if is_full and all(source.table is not PRODUCTS for source in sources):
        message = f"{folder} has no file of products, so it cannot be a full one."
        raise InputFileError(message)
    summary = load_sources(
        sources,
        origin=folder.resolve().name,
        consent=consent,
        report=report,
        is_full=is_full,
        accepts_deletes=accepts_deletes,
        is_trial=is_trial,
        run_id=run_id,
    )
    named = {source.name for source in sources}
    for hint in _hints(path for path in _files(folder) if path.name not in named):
        summary.note(hint)
    return summary


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _nothing_to_load(folder: Path) -> str:
    names = [table.name for table in TABLES]
    *suffixes, last = _READERS
    there = _files(folder)
    shown = ", ".join(path.name for path in there[:_SHOWN_FILES])
    found = f"{shown}{' …' if len(there) > _SHOWN_FILES else ''}"
    hints = list(_hints(there))
    if not hints:
        hints = [
            f"Rename {path.name} to {meant}{suffix}."
            for path in there
            for meant in names
            for suffix in _READERS
            if path.name.lower().startswith(meant) and path.name.lower().endswith(suffix)
        ]
    return (
        f"{folder} has no file to load: expected any of {', '.join(names)}, "
        f"each as {', '.join(suffixes)} or {last}; found {found or 'no file'}."
        f"{''.join(f' {hint}' for hint in hints[:_SHOWN_FILES])}"
    )


def _hints(paths: Iterable[Path]) -> Iterator[str]:
    """Name the commands that read the files of shop systems."""
    return commands_for(
        (path, export) for path in paths if (export := recognise_file(path)) is not None
    )


def _find(folder: Path, table: Table) -> list[tuple[Path, _Reader]]:
    """Return the file of a kind, if there is one, and what reads it."""
    files = [(folder / f"{table.name}{suffix}", read) for suffix, read in _READERS.items()]
    present = [(path, read) for path, read in files if path.is_file()]
    if len(present) > 1:
        names = " and ".join(path.name for path, _ in present)
        message = f"{folder} has {names}: keep one file of {table.name}."
        raise InputFileError(message)
    return present

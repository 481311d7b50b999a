"""Load a folder of files in the input format."""

import re
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

# How names of further formats end, what to do with such a file, and how the name should end then.
_OTHERS = {
    ".tsv": ("Rename", ".csv"),
    ".tsv.gz": ("Rename", ".csv.gz"),
    ".txt": ("Rename", ".csv"),
    ".ndjson": ("Rename", ".jsonl"),
    ".ndjson.gz": ("Rename", ".jsonl.gz"),
    ".json": ("Save", ".jsonl"),
    ".xlsx": ("Save", ".csv"),
    ".xls": ("Save", ".csv"),
    ".ods": ("Save", ".csv"),
    ".zip": ("Unpack", ".csv"),
}
# Words in the name of a file, and which one it is then likely to be.
_MEANT = {
    word: meant
    for meant, words in {
        "products": "products product produkte produits items articles artikel catalog catalogue",
        "shoppers": "shoppers shopper customers customer clients users kunden",
        "purchases": "purchases purchase orders order sales transactions bestellungen commandes",
        "views": "views view pageviews",
        "reviews": "reviews review ratings bewertungen",
        "returns": "returns return refunds",
    }.items()
    for word in words.split()
}


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
    others = [path for path in _files(folder) if path.name not in named]
    for hint in _hints(others):
        summary.note(hint)
    if left := [path for path in others if _is_data(path)]:
        summary.note(_left_out(left))
    return summary


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _nothing_to_load(folder: Path) -> str:
    names = [table.name for table in TABLES]
    *suffixes, last = _READERS
    there = _files(folder)
    hints = list(_hints(there)) or list(_renamings(there))
    return (
        f"{folder} has no file to load: expected any of {', '.join(names)}, "
        f"each as {', '.join(suffixes)} or {last}; found {_shown(there) or 'no file'}."
        f"{''.join(f' {hint}' for hint in hints[:_SHOWN_FILES])}"
    )


def _left_out(paths: list[Path]) -> str:
    """Say of files beside those that were loaded that they were not."""
    renamings = list(_renamings(paths))
    return (
        f"not loaded, because of {'its name' if len(paths) == 1 else 'their names'}: "
        f"{_shown(paths)}.{''.join(f' {hint}' for hint in renamings[:_SHOWN_FILES])}"
    )


def _shown(paths: list[Path]) -> str:
    names = ", ".join(path.name for path in paths[:_SHOWN_FILES])
    return f"{names}{' …' if len(paths) > _SHOWN_FILES else ''}"


def _is_data(path: Path) -> bool:
    """Tell whether a file may be meant to be loaded, by its name."""
    if path.name.startswith((".", "~")):
        return False
    suffix = _suffix_of(path)
    # A folder may have texts and settings too.
    is_table = suffix in _READERS or (suffix in _OTHERS and suffix not in {".txt", ".json"})
    return is_table or _meant_by(path) is not None


def _suffix_of(path: Path) -> str:
    name = path.name.lower()
    return next((end for end in (*_READERS, *_OTHERS) if name.endswith(end)), "")


def _meant_by(path: Path) -> str | None:
    """Return the kind of file that a name is likely to mean, if it ends like one of a table."""
    suffix = _suffix_of(path)
    words = re.findall(r"[^\W\d_]+", path.name.lower().removesuffix(suffix)) if suffix else ()
    return next((_MEANT[word] for word in words if word in _MEANT), None)


def _renamings(paths: Iterable[Path]) -> Iterator[str]:
    """Say what to call files, and as what to save those that are in another format."""
    for path in paths:
        meant, suffix = _meant_by(path), _suffix_of(path)
        if meant is None:
            continue
        verb, end = ("Rename", suffix) if suffix in _READERS else _OTHERS[suffix]
        what = {
            ".json": ", one object on each line",
            "purchases": ", one line for each product of an order",
        }
        more = what.get(suffix) or (what.get(meant) if meant not in path.name.lower() else None)
        yield f"{verb} {path.name} {'to' if verb == 'Rename' else 'as'} {meant}{end}{more or ''}."


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

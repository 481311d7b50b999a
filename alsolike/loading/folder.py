"""Load a folder of files in the input format."""

from functools import partial
from pathlib import Path

from alsolike.errors import InputFileError
from alsolike.loading.csv_files import read_csv
from alsolike.loading.formats import SUFFIXES
from alsolike.loading.jsonl_files import read_jsonl
from alsolike.loading.parquet_files import read_parquet
from alsolike.loading.rows import Source
from alsolike.loading.sources import load_sources
from alsolike.loading.summary import LoadSummary
from alsolike.loading.tables import PRODUCTS, TABLES, Table
from alsolike.progress import Report


def load_folder(
    folder: Path,
    *,
    consent: str | None,
    report: Report,
    is_complete: bool = False,
    run_id: int | None = None,
) -> LoadSummary:
    """Load whichever input files a folder has: products, shoppers, purchases, views, reviews.

    Loading the same files twice changes nothing. Each file is one transaction.

    Parameters
    ----------
    folder : Path
        Holds at most one file of each kind, as .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet.
    consent : str or None
        `personalisation` or `none`: what sessions, and shoppers without a decision, agreed to. None
        if the files or earlier decisions state everybody's consent.
    report : Report
        Gets the rows read and stored of each file.
    is_complete : bool
        The file of products has all that are sold: the load sets the others out of stock.
    run_id : int, optional
        The run that the rejected rows belong to.

    Raises
    ------
    InputFileError
        There is no such file, two of a kind, or one that is not what its name says or lacks a
        required column.
    ConsentNeededError
        `consent` is None, and the files name shoppers or sessions without a stated consent.
    """
    sources = [
        Source(path.name, table, partial(_READERS[_suffix(path)], path, table))
        for table in TABLES
        for path in _find(folder, table)
    ]
    if not sources:
        names = ", ".join(table.name for table in TABLES)
        there = sorted(path.name for path in folder.iterdir() if path.is_file())
        found = ", ".join(there[:_SHOWN_FILES]) + (" …" if len(there) > _SHOWN_FILES else "")
        message = (
            f"{folder} has no file to load: expected any of {names}, "
            f"each as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}; found {found or 'no file'}."
        )
        raise InputFileError(message)
    if is_complete and all(source.table is not PRODUCTS for source in sources):
        message = f"{folder} has no file of products, so it cannot be a complete one."
        raise InputFileError(message)
    return load_sources(
        sources,
        origin=folder.resolve().name,
        consent=consent,
        report=report,
        is_complete=is_complete,
        run_id=run_id,
    )


# How many files a message names.
_SHOWN_FILES = 8


_READERS = {
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
    ".parquet": read_parquet,
}


def _find(folder: Path, table: Table) -> list[Path]:
    paths = [folder / f"{table.name}{suffix}" for suffix in SUFFIXES]
    present = [path for path in paths if path.is_file()]
    if len(present) > 1:
        names = " and ".join(path.name for path in present)
        message = f"{folder} has {names}: keep one file of {table.name}."
        raise InputFileError(message)
    return present


def _suffix(path: Path) -> str:
    return path.name[path.name.index(".") :]

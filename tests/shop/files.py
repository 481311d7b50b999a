"""Writing a shop's files as text and loading them, for the tests of this folder."""

from pathlib import Path
from typing import Any

import psycopg

from alsolike.loading import LoadSummary, load_folder
from alsolike.progress import ignore_progress


def write(folder: Path, **files: str) -> Path:
    """Write files as they stand; `products="…"` makes products.csv, `x_jsonl` makes x.jsonl."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        stem, _, suffix = name.partition("_")
        (folder / f"{stem}.{suffix or 'csv'}").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, consent: str | None = "personalisation", **options: Any) -> LoadSummary:
    """Load a folder without telling of progress."""
    return load_folder(folder, consent=consent, report=ignore_progress, **options)


def select(statement: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with psycopg.connect("") as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]


def noted(summary: LoadSummary, *words: str) -> bool:
    """Whether a note of the load has all the words."""
    return any(all(word in note for word in words) for note in summary.notes)

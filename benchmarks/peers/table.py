"""The figures of all engines as Markdown."""

import dataclasses

from benchmarks.peers.measure import Figures


@dataclasses.dataclass(frozen=True)
class Row:
    """One engine: what was chosen, and what it came to.

    Attributes
    ----------
    seconds : float
        To take in everything and build its indexes.
    memory : str
        Megabytes after the load.
    figures, changes : dict
        By kind of question; whether the next answer knows of each kind of change.
    """

    name: str
    settings: str
    seconds: float
    memory: str
    figures: dict[str, Figures]
    changes: dict[str, str]


def tables(rows: list[Row]) -> str:
    """Write three tables: speed, what was found, and the rest."""
    kinds = list(rows[0].figures)
    return "\n\n".join(
        [
            "Requests/s (p99 in ms):",
            _table(["", *kinds], [[row.name, *map(_speed, row.figures.values())] for row in rows]),
            (
                "Recall@10; in brackets the share of answers that had min(10, eligible) rows, "
                "where not all did:"
            ),
            _table(["", *kinds], [[row.name, *map(_found, row.figures.values())] for row in rows]),
            "Memory, and whether the next answer knows of a change:",
            _table(
                ["", "MB", "build, s", *rows[0].changes, "version and settings"],
                [
                    [
                        row.name,
                        row.memory,
                        f"{row.seconds:.0f}",
                        *row.changes.values(),
                        row.settings,
                    ]
                    for row in rows
                ],
            ),
        ]
    )


def _speed(figures: Figures) -> str:
    rate = f"{figures.rate:,.0f}" if figures.rate >= 10 else f"{figures.rate:.1f}"  # noqa: PLR2004
    return f"{rate} ({figures.p99:,.0f})"


def _found(figures: Figures) -> str:
    recall = f"{figures.recall:.3f}".removeprefix("0")
    # Rounded down: 99.8 % are not all.
    return recall if figures.full == 1 else f"{recall} ({int(100 * figures.full)} %)"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

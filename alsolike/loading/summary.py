"""What a load did: counts per file, and notes."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FileSummary:
    """Rows of one file: newly there or changed, there already, not usable."""

    name: str
    loaded: int
    unchanged: int
    rejected: int


@dataclass(slots=True)
class LoadSummary:
    """Rows of every file that was loaded, in that order, and what else is worth knowing."""

    files: list[FileSummary] = field(default_factory=list[FileSummary])
    notes: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def total(self) -> FileSummary:
        """The sums over all files."""
        return FileSummary(
            name="total",
            loaded=sum(file.loaded for file in self.files),
            unchanged=sum(file.unchanged for file in self.files),
            rejected=sum(file.rejected for file in self.files),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for JSON."""
        return {
            "files": [asdict(file) for file in self.files],
            "total": {
                "loaded": self.total.loaded,
                "unchanged": self.total.unchanged,
                "rejected": self.total.rejected,
            },
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """Return an aligned table for a person: one line per file, the total, the notes."""
        head = ("file", "loaded", "unchanged", "rejected")
        body = [
            (file.name, f"{file.loaded:,}", f"{file.unchanged:,}", f"{file.rejected:,}")
            for file in (*self.files, self.total)
        ]
        widths = [max(len(row[place]) for row in (head, *body)) for place in range(len(head))]
        lines = [
            "  ".join(
                (row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, len(row))))
            )
            for row in (head, *body)
        ]
        notes = [f"note: {note}" for note in self.notes]
        if self.total.rejected:
            notes.append("The rejected rows and their reasons are in raw.rejected_rows.")
        return "\n".join([*lines, *notes])

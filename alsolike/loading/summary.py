"""What a load did: counts per file, the commonest reasons, and notes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

from alsolike.schemas import in_schemas

_COUNTS = ("loaded", "unchanged", "rejected", "not_kept")
# Of a text of a product that a trial shows.
_SHOWN_CHARACTERS = 70


@dataclass(frozen=True, slots=True)
class Rejection:
    """A reason to reject rows of a file: how many rows, the first one's line and its own reason."""

    rows: int
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileSummary:
    """Rows of one file: new or changed, unchanged, unusable, and not kept.

    Not kept are views without consent, and rows of erased shoppers.

    `reasons` has the three commonest reasons of the rejected rows.
    """

    name: str
    loaded: int
    unchanged: int
    rejected: int
    not_kept: int = 0
    reasons: Sequence[Rejection] = ()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The numbers of rows, in the order of `_COUNTS`."""
        return self.loaded, self.unchanged, self.rejected, self.not_kept

    @property
    def is_mostly_rejected(self) -> bool:
        """Whether more than half of the rows cannot be used."""
        return 2 * self.rejected > sum(self.counts)


@dataclass(slots=True)
class LoadSummary:
    """Rows of every loaded file, in the order of loading, and notes.

    Of a trial, `products` has some products as they would be stored. `full_as_of` is when the file
    was written that took products off sale.
    """

    files: list[FileSummary] = field(default_factory=list[FileSummary])
    notes: list[str] = field(default_factory=list[str])
    is_trial: bool = False
    products: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    full_as_of: datetime | None = None

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
            not_kept=sum(file.not_kept for file in self.files),
        )

    @property
    def has_mostly_rejected(self) -> bool:
        """Whether more than half the rows of a file cannot be used."""
        return any(file.is_mostly_rejected for file in self.files)

    def rejected_text(self) -> str:
        """Say on one line how many rows of which files were rejected."""
        files = [f"{file.name}: {_rejected(file)}." for file in self.files if file.rejected]
        return " ".join(files)

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for JSON."""
        trial = {"is_trial": True, "products": self.products} if self.is_trial else {}
        return {
            "files": [asdict(file) for file in self.files],
            "total": dict(zip(_COUNTS, self.total.counts, strict=True)),
            "notes": list(self.notes),
            **trial,
            **self._full(),
        }

    def as_counts(self) -> dict[str, Any]:
        """Return the numbers for `ops.runs`, without the notes and reasons, which quote rows."""
        return {
            "files": [
                {"name": file.name, **dict(zip(_COUNTS, file.counts, strict=True))}
                for file in self.files
            ],
            "total": dict(zip(_COUNTS, self.total.counts, strict=True)),
            **self._full(),
        }

    def _full(self) -> dict[str, str]:
        return {} if self.full_as_of is None else {"full_as_of": self.full_as_of.isoformat()}

    def text(self) -> str:
        """Return an aligned table for a person: a line per file, the total, reasons and notes."""
        head = ("file", *(name.replace("_", " ") for name in _COUNTS))
        body = [
            (file.name, *(f"{count:,}" for count in file.counts))
            for file in (*self.files, self.total)
        ]
        widths = [max(len(row[place]) for row in (head, *body)) for place in range(len(head))]
        lines = [
            "  ".join(
                (row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, len(row))))
            )
            for row in (head, *body)
        ]
        lines.extend(f"note: {note}" for note in self.notes)
        for file in self.files:
            if file.rejected:
                lines.append(f"{file.name}: {_rejected(file)}, most often because:")
                lines.extend(
                    f"  {counted(reason.rows, 'row')}, first line {reason.line}: {reason.reason}"
                    for reason in file.reasons
                )
        if self.is_trial:
            lines.extend(line for product in self.products for line in _shown_product(product))
            lines.append("This was a trial: nothing was stored.")
        elif self.total.rejected:
            statement = in_schemas("select source, line, ids, reason from raw.rejected_rows")
            lines.append(f"All of them: alsolike psql -c '{statement}'")
        return "\n".join(lines)


def _shown_product(product: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on a product as it would be stored."""
    yield f"{product['product_id']}: {product['title']}"
    price = product["sale_price"] or product["price"]
    usual = f" instead of {product['price']}" if product["sale_price"] else ""
    facts = (
        product["category"],
        product["brand"],
        f"{price}{usual} {product['currency'] or ''}".strip() if price else "no price",
        "in stock" if product["is_in_stock"] else "not in stock",
        "hidden" if product["is_hidden"] else None,
        f"of the group {product['item_group_id']}" if product["item_group_id"] else None,
    )
    yield f"  {' | '.join(fact for fact in facts if fact)}"
    for name, value in product["attributes"].items():
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        yield f"  {name}: {_shortened(', '.join(map(str, values)))}"
    for name in ("description", "url", "image_url"):
        if product[name]:
            yield f"  {name}: {_shortened(product[name])}"


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN_CHARACTERS else f"{plain[:_SHOWN_CHARACTERS]}…"


def counted(count: int, what: str) -> str:
    """Write a number of things.

    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _rejected(file: FileSummary) -> str:
    rows = sum(file.counts)
    if rows == 1:
        return "its only row was rejected"
    if file.rejected == rows:
        return f"all {rows:,} rows were rejected"
    return f"{file.rejected:,} of {rows:,} rows {'was' if file.rejected == 1 else 'were'} rejected"

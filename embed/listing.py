"""The encoders that the database knows, for people."""

from dataclasses import asdict, dataclass
from typing import Any

from psycopg.rows import args_row
from rich.table import Table

from alsolike.database import connect, query


@dataclass(frozen=True, slots=True)
class ListedEncoder:
    """A row of `recs.encoders`, with the number of products that it embedded and its models."""

    encoder_id: int
    name: str
    revision: str
    sha256: str
    document_prompt: str
    query_prompt: str
    pooling: str | None
    dimension: int
    products: int
    models: list[str]
    role: str

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return asdict(self)


def list_encoders() -> list[ListedEncoder]:
    """Return all encoders in the order in which they were first used."""
    with connect() as connection, connection.cursor(row_factory=args_row(ListedEncoder)) as cursor:
        return cursor.execute(query("embed/list_encoders")).fetchall()


def encoder_table(encoders: list[ListedEncoder]) -> Table:
    """Return them as a table for people."""
    table = Table(
        "no.", "encoder", "document prompt", "query prompt", "pooling", "dimensions", "products",
        "models", "",
    )  # fmt: skip
    for one in encoders:
        table.add_row(
            str(one.encoder_id),
            f"{one.name} {one.revision[:8]}".strip(),
            repr(one.document_prompt) if one.document_prompt else "–",
            repr(one.query_prompt) if one.query_prompt else "–",
            one.pooling or "–",
            str(one.dimension),
            f"{one.products:,}",
            ", ".join(one.models),
            one.role,
        )
    return table

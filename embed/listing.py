"""The encoders that the database knows, for people."""

from dataclasses import asdict, dataclass
from typing import Any

from psycopg.rows import args_row

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


def encoders_text(encoders: list[ListedEncoder]) -> str:
    """Return them for people, three lines for each."""
    return "\n".join(_text(one) for one in encoders) or "There is no encoder yet: alsolike embed"


def _text(one: ListedEncoder) -> str:
    where = f"{one.name} at {one.revision[:8]}" if one.revision else one.name
    return (
        f"{one.encoder_id}  {where} {one.role}\n"
        f"   {one.dimension:,} dimensions, pooling: {one.pooling or 'not kept'}, "
        f"prompt of documents: {one.document_prompt!r}, of queries: {one.query_prompt!r}\n"
        f"   {one.products:,} products; models: {', '.join(one.models) or 'none'}"
    )

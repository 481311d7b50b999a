"""What the commands share: options, printing a result, and the check of the schema."""

import json
from typing import Any

import click

from alsolike.errors import AlsolikeError

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
model_option = click.option("--model", help="Name of a model; the serving one by default.")


class NotMigratedError(AlsolikeError):
    """The database has no alsolike schema: run `alsolike migrate` first."""


def show(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result: as one JSON object, or as text for a person."""
    click.echo(json.dumps(result, default=str) if as_json else text)


def require_schema() -> None:
    """Raise an error in a database that was never migrated.

    Raises
    ------
    NotMigratedError
        There is no schema.
    """
    from alsolike.migrate import current_revision  # noqa: PLC0415  (web processes never need it)

    if current_revision() == "base":
        raise NotMigratedError

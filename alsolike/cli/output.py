"""What the commands share: options, the frame of a recorded run, and printing a result."""

import json
import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from alsolike.embedded import embedded_servers
from alsolike.errors import AlsolikeError
from alsolike.progress import Report, report_progress
from alsolike.runs import Counts, recorded_run
from alsolike.settings import Settings

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
k_option = click.option(
    "--k", type=click.IntRange(1, 1000), default=10, show_default=True, help="Length of the lists."
)
# What every generator takes that draws something here.
SEEDS = click.IntRange(0, 2**32 - 1)
seed_option = click.option(
    "--seed",
    type=SEEDS,
    default=0,
    show_default=True,
    help="Of all that is drawn at random.",
)
model_option = click.option("--model", help="Name of a model; the serving one by default.")


class FiniteRange(click.FloatRange):
    """A range of numbers, to which NaN does not belong: it is neither below nor above a bound."""

    def convert(
        self,
        value: Any,  # noqa: ANN401  (as click has it)
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Read a number; see `click.FloatRange`."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


class NotMigratedError(AlsolikeError):
    """The database has no alsolike schema: run `alsolike migrate` first."""


def show(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result: as one JSON object, or as text for a person."""
    click.echo(json.dumps(result, default=str) if as_json else text)


def require_schema() -> None:
    """Raise `NotMigratedError` in a database that was never migrated."""
    from alsolike.migrate import current_revision  # noqa: PLC0415  (web processes never need it)

    if current_revision() == "base":
        raise NotMigratedError


@contextmanager
def working(
    settings: Settings, command: str, arguments: Mapping[str, Any], *, with_s3: bool = False
) -> Generator[tuple[Report, Counts]]:
    """Record a command's run while the block works, with servers, a schema and bars of progress."""
    with embedded_servers(settings, with_s3=with_s3), report_progress() as report:
        require_schema()
        with recorded_run(command, arguments) as counts:
            yield report, counts

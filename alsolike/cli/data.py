"""Commands of the schema and the data: migrate, pull, transform, psql; and how a load runs."""

import subprocess
from typing import IO, TYPE_CHECKING, Any

import click

from alsolike.cli.output import as_json_option, require_schema, show, working
from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
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

CONSENTS = click.Choice(["personalisation", "none"])
CONSENT_HELP = (
    "What sessions agreed to, and shoppers whose consent neither the files nor an earlier decision "
    "state. Views of those who did not agree are not kept."
)
strict_option = click.option(
    "--strict", is_flag=True, help="End with exit code 1 if a row was rejected."
)
accept_deletes_option = click.option(
    "--accept-deletes",
    "accepts_deletes",
    is_flag=True,
    help="Take back what is gone even if that is half of it or more.",
)
dry_run_option = click.option(
    "--dry-run",
    "is_trial",
    is_flag=True,
    help="Store nothing; show the counts, the commonest reasons and five products.",
)


@click.command()
@click.argument("revision", default="head")
@click.option(
    "--drop-all-data",
    is_flag=True,
    help="Go down to an older REVISION even if that deletes rows.",
)
@click.pass_obj
def migrate(settings: Settings, revision: str, *, drop_all_data: bool) -> None:
    """Bring the schema to REVISION (head, base or a number) and re-apply the SQL functions.

    Going down drops what alsolike made and nothing else. It refuses to delete rows without
    --drop-all-data. With ALSOLIKE_APP_PASSWORD set, it gives the role alsolike_app that password.
    With ALSOLIKE_LANGUAGE set, that becomes the language of products that name none.
    """
    from alsolike.app_role import set_app_password  # noqa: PLC0415
    from alsolike.migrate import migrate as bring_schema  # noqa: PLC0415
    from alsolike.migrate import remaining_objects  # noqa: PLC0415
    from alsolike.shop_language import set_shop_language  # noqa: PLC0415

    with embedded_servers(settings):
        reached = bring_schema(revision, drop_all_data=drop_all_data)
        if settings.app_password and settings.are_roles_used and reached != "base":
            set_app_password(settings.app_password)
        click.echo(f"The schema is at revision {reached}.")
        if revision == "head" and settings.language:
            count = set_shop_language(settings.language)
            if count is not None:
                click.echo(
                    f"The shop's language is {settings.language}: "
                    f"the search words of {count:,} products were made anew."
                )
        if reached == "base" and (kept := remaining_objects()):
            click.echo(f"Not alsolike's, so kept with their schemas: {', '.join(kept)}.")


@click.command()
@click.option("--consent", type=CONSENTS, help=f"{CONSENT_HELP} Default: ALSOLIKE_PULL_CONSENT.")
@click.option(
    "--full", "is_full", is_flag=True, help="Compare all rows, also of views with updated_at."
)
@accept_deletes_option
@strict_option
@dry_run_option
@as_json_option
@click.pass_obj
def pull(
    settings: Settings,
    consent: str | None,
    *,
    is_full: bool,
    accepts_deletes: bool,
    strict: bool,
    is_trial: bool,
    as_json: bool,
) -> None:
    """Pull what changed from the shop's own tables, through the views of ALSOLIKE_PULL_SCHEMA.

    docs/pull.md shows how to write the views. Exit codes are those of load; nothing is written to
    the shop's tables.
    """
    from alsolike.pull import pull as pull_views  # noqa: PLC0415

    load_with(
        settings,
        {"schema": settings.pull.schema, "consent": consent, "full": is_full},
        command="pull",
        strict=strict,
        as_json=as_json,
        step=lambda report, run_id: pull_views(
            settings.pull,
            consent=consent,
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            report=report,
            run_id=run_id,
        ),
        is_trial=is_trial,
    )


def load_with(
    settings: Settings,
    arguments: dict[str, Any],
    *,
    strict: bool,
    as_json: bool,
    command: str = "load",
    step: "Callable[[Report, int | None], LoadSummary]",
    is_trial: bool = False,
) -> None:
    """Load or pull by a step, as a recorded run unless it is a trial; show the summary."""
    summary: LoadSummary | None = None
    try:
        with embedded_servers(settings), report_progress() as report:
            require_schema_or_make_it(settings)
            _keep_erased_shoppers_away(settings)
            if is_trial:
                # The log of runs is of what changes data.
                summary = step(report, None)
                _require_usable_rows(summary, strict=strict)
                return
            with recorded_run(command, arguments) as counts:
                summary = step(report, counts.run_id)
                counts.update(summary.as_counts())
                _require_usable_rows(summary, strict=strict)
    finally:
        if summary is not None:
            show(summary.as_dict(), summary.text(), as_json=as_json)


def _keep_erased_shoppers_away(settings: Settings) -> None:
    """Bring the list of erased shoppers up to its copies: the database may have been restored."""
    from alsolike.privacy.copies import merge_copies  # noqa: PLC0415
    from alsolike.privacy.follow_up import sweep  # noqa: PLC0415

    with connect() as connection:
        row = connection.execute("select exists (select from ops.snapshots)").fetchone()
    # An S3 server of our own lies in the home folder, as the other copy does.
    merge_copies(settings, with_s3=row == (True,) and not settings.is_s3_embedded)
    sweep()


class RejectedRowsError(click.ClickException):
    """A load ran, but rejected rows, which --strict forbids."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message like those of other failures."""
        click.echo(f"alsolike: {self.message}", file=file, err=True)


class MostlyRejectedError(RejectedRowsError):
    """A load ran, but could not use more than half the rows of a file."""

    exit_code = 3


def _require_usable_rows(summary: "LoadSummary", *, strict: bool) -> None:
    """Fail if more than half the rows of a file were rejected; if strict, if any was."""
    if strict and summary.total.rejected:
        raise RejectedRowsError(summary.rejected_text())
    if summary.has_mostly_rejected:
        raise MostlyRejectedError(summary.rejected_text())


def require_schema_or_make_it(settings: Settings) -> None:
    """Migrate the embedded database; require the schema of a server that the user runs."""
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

    arguments = {"full_refresh": full_refresh, "select": select}
    with working(settings, "transform", arguments) as (report, counts):
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
    help="Role to connect as.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(settings: Settings, role: str, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; ARGUMENTS are psql's own (-c 'select …')."""
    if role != "owner" and not settings.are_roles_used:
        message = "There are no roles (ALSOLIKE_ROLES is false): give no --role."
        raise PsqlError(message)
    user = {"owner": [], "app": ["-U", APP_ROLE], "analyst": ["-U", ANALYST_ROLE]}[role]
    with embedded_servers(settings):
        code = subprocess.call([str(postgres_program("psql")), *user, *arguments])  # noqa: S603
    if code:
        raise PsqlError

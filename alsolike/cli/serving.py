"""Commands that deliver recommendations: neighbours, export, fetch, serve."""

import os
from functools import partial
from pathlib import Path

import click
import psycopg

from alsolike.cli.output import as_json_option, model_option, show, working
from alsolike.database import connect
from alsolike.embedded import embedded_servers
from alsolike.errors import DatabaseUnavailableError
from alsolike.progress import report_progress
from alsolike.settings import Settings


@click.command()
@model_option
@click.option("--k", type=click.IntRange(1, 1000), help="Neighbours kept for each product.")
@click.option(
    "--sessions",
    type=click.IntRange(1, 64),
    default=lambda: min(8, os.cpu_count() or 1),
    help="Database sessions that work side by side; one per core by default.",
)
@as_json_option
@click.pass_obj
def neighbours(
    settings: Settings, model: str | None, k: int | None, sessions: int, *, as_json: bool
) -> None:
    """Compute the nearest products of every product, for snapshots and as a fallback."""
    from alsolike.neighbours import write_all_neighbours  # noqa: PLC0415

    k = k or settings.neighbours_k
    arguments = {"model": model, "k": k, "sessions": sessions}
    with working(settings, "neighbours", arguments) as (report, counts):
        rows = write_all_neighbours(model=model, k=k, sessions=sessions, report=report)
        counts.update(rows=rows)
    show({"rows": rows}, f"{rows:,} neighbours written.", as_json=as_json)


@click.command()
@model_option
@click.option("--k", type=click.IntRange(1, 1000), help="Most neighbours per product.")
@click.option(
    "--products",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only the products of this file, one id per line.",
)
@click.option("--category", help="Only the products of this category and those below it.")
@click.option(
    "--verify", is_flag=True, help="Read everything back and check it before `latest` names it."
)
@as_json_option
@click.pass_obj
def export(
    settings: Settings,
    model: str | None,
    k: int | None,
    products: Path | None,
    category: str | None,
    *,
    verify: bool,
    as_json: bool,
) -> None:
    """Write a snapshot (product id → top-X) to S3: Parquet files, a manifest, then `latest`."""
    from alsolike.snapshot.export import export_snapshot  # noqa: PLC0415
    from alsolike.snapshot.scope import read_product_ids  # noqa: PLC0415

    if products is not None and category is not None:
        message = "--products and --category exclude each other: give one of them."
        raise click.UsageError(message)
    arguments = {"model": model, "k": k, "category": category, "has_list": products is not None}
    with working(settings, "export", arguments, with_s3=True) as (report, counts):
        manifest = export_snapshot(
            settings,
            model=model,
            k=k,
            category=category,
            product_ids=None if products is None else read_product_ids(products),
            is_verified=verify,
            report=report,
        )
        counts.update(snapshot_id=manifest.snapshot_id, rows=manifest.row_count)
    checked = ", read back and found whole" if verify else ""
    text = (
        f"Snapshot {manifest.snapshot_id} of model {manifest.model}: "
        f"{manifest.product_count:,} products, {manifest.row_count:,} rows{checked}."
    )
    show(manifest.as_dict(), text, as_json=as_json)


@click.command()
@as_json_option
@click.pass_obj
def fetch(settings: Settings, *, as_json: bool) -> None:
    """Keep the latest snapshot on this machine's disk, for when the database is away.

    It reads the snapshot from S3, checks it, and writes one file below ALSOLIKE_HOME; a running
    site picks it up. It needs no database. The worker does the same on its own machine.
    """
    import msgspec  # noqa: PLC0415

    from alsolike.snapshot.fetch import fetch_snapshot  # noqa: PLC0415

    with (
        embedded_servers(settings, with_postgres=False, with_s3=True),
        report_progress() as report,
    ):
        pointer, is_new = fetch_snapshot(settings, report=report)
    state = "fetched" if is_new else "is here already, whole"
    text = f"Snapshot {pointer.snapshot_id} of model {pointer.model} {state}."
    show({**msgspec.to_builtins(pointer), "is_new": is_new}, text, as_json=as_json)


@click.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the site and the API at ALSOLIKE_HOST and ALSOLIKE_PORT until stopped.

    An address that other machines reach needs ALSOLIKE_API_KEYS. ALSOLIKE_PAGES=false leaves out
    the pages. On them shoppers sign in to accounts, which needs mail: see docs/accounts.md.
    """
    from api.serve import require_closed_api, require_looks, require_role  # noqa: PLC0415
    from api.serve import serve as listen  # noqa: PLC0415

    require_closed_api(settings)
    require_looks(settings)
    with embedded_servers(settings, with_s3=True):
        if require_role(settings):
            _warn_without_mail(settings)
        listen(settings, announce=partial(_print_address, settings))


def _print_address(settings: Settings) -> None:
    """Print the address of the site, once it listens."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}{settings.path_prefix}"
    click.echo(f"Serving at {address}, the API is described at {address}/schema. Ctrl-C stops it.")


def _warn_without_mail(settings: Settings) -> None:
    """Print what the accounts of shoppers lack; those of the demo's shop are made up."""
    if not settings.are_pages_on or _is_demo_shop():
        return
    if not settings.mail.host:
        message = (
            f"Mail to shoppers is written to {settings.mail.folder}, and not sent: set "
            "ALSOLIKE_SMTP_HOST, so that they can make accounts."
        )
        click.echo(message, err=True)
    if not settings.browsers.public_origin and "*" in settings.allowed_hosts:
        message = (
            "No setting tells the site's address, so no link to it is mailed: set "
            "ALSOLIKE_PUBLIC_ORIGIN, or ALSOLIKE_ALLOWED_HOSTS."
        )
        click.echo(message, err=True)


def _is_demo_shop() -> bool:
    try:
        with connect(needs_session=False) as connection:
            row = connection.execute("select ops.is_demo_shop()").fetchone()
    except (DatabaseUnavailableError, psycopg.Error):
        # The site starts without its database, or without tables; its health check says so.
        return False
    return row == (True,)

"""Commands for people's rights over their data: erase, erasures, retain, shopper-data."""

from typing import TYPE_CHECKING

import click

from alsolike.cli.models import promote, train
from alsolike.cli.output import as_json_option, require_schema, show, working
from alsolike.cli.serving import export, fetch
from alsolike.cli.work import embed
from alsolike.database import connect
from alsolike.embedded import embedded_servers
from alsolike.errors import AlsolikeError
from alsolike.settings import Settings

if TYPE_CHECKING:
    from alsolike.privacy.erase import Receipt
    from alsolike.privacy.follow_up import Erasure


class UnknownShopperError(AlsolikeError):
    """Nothing is kept of a shopper of that id."""


def _id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return a shopper's id without blanks around it, as the API does."""
    if value is not None and not value.strip():
        message = "it is blank: give the shopper's id."
        raise click.BadParameter(message)
    return value and value.strip()


@click.command()
@click.argument("shopper", required=False, callback=_id)
@click.option(
    "--finish",
    is_flag=True,
    help="Then transform, embed, train, promote and export, as far as erasures wait for it.",
)
@as_json_option
@click.pass_context
def erase(context: click.Context, shopper: str | None, *, finish: bool, as_json: bool) -> None:
    """Delete everything about SHOPPER, and keep them out of later loads and events.

    One transaction deletes their rows from every table, known shopper or not; the receipt has no
    personal data. What was computed with their rows waits for the next transform, embed, training
    and export: the worker does all but the training, --finish does everything. A second erasure
    deletes what came since, and says so.
    """
    settings: Settings = context.obj
    if shopper is None and not finish:
        message = "Name the SHOPPER, or give --finish for the erasures that are open."
        raise click.UsageError(message)
    if shopper is not None:
        _erase(settings, shopper, as_json=as_json)
    if finish:
        _finish(context, as_json=as_json)


def _erase(settings: Settings, shopper: str, *, as_json: bool) -> None:
    from alsolike.privacy.copies import merge_copies  # noqa: PLC0415
    from alsolike.privacy.erase import erase as erase_rows  # noqa: PLC0415
    from alsolike.privacy.erased import has_erased_shoppers  # noqa: PLC0415
    from alsolike.privacy.follow_up import refresh_statistics  # noqa: PLC0415
    from alsolike.privacy.local_files import delete_files_naming  # noqa: PLC0415

    # The run's arguments stay: the shopper is not in them.
    with working(settings, "erase", {}, with_s3=True) as (_, counts):
        with connect() as connection:
            # Another key would put a hash on the list that no other process finds.
            has_erased_shoppers(connection)
            connection.execute("set local statement_timeout = 0")
            receipt = erase_rows(connection, shopper, source="command")
        refresh_statistics()
        files = delete_files_naming(settings.home, shopper)
        is_in_s3 = merge_copies(settings, with_s3=True)
        counts.update(erasure=str(receipt.erasure_id))
    result = {**receipt.as_dict(), "files": files, "is_list_in_s3": is_in_s3}
    show(result, _receipt_text(receipt, files, is_in_s3=is_in_s3), as_json=as_json)


def _receipt_text(receipt: "Receipt", files: list[str], *, is_in_s3: bool) -> str:
    lines = [f"Erased. Receipt {receipt.erasure_id}, {receipt.erased_at:%Y-%m-%d %H:%M:%S %Z}."]
    if receipt.erased_before is not None:
        lines.append(
            f"This shopper was erased before, {receipt.erased_before:%Y-%m-%d %H:%M:%S %Z}."
        )
    lines += [f"  {count:>9,}  {table}" for table, count in sorted(receipt.counts.items())]
    if not receipt.counts:
        lines.append("No row was about them. They are on the list of erased shoppers.")
    lines += [f"  deleted or emptied: {name}" for name in files]
    if not is_in_s3:
        lines.append("The copy of the list in S3 could not be written: the worker tries again.")
    if receipt.waits_for:
        lines.append(
            f"Waits for {', '.join(receipt.waits_for)}: the worker does all but train within the "
            "hour, `alsolike erase --finish` does everything; `alsolike erasures` tells."
        )
    return "\n".join(lines)


def _finish(context: click.Context, *, as_json: bool) -> None:
    """Run the commands that the open erasures wait for."""
    from alsolike.cli.data import transform  # noqa: PLC0415
    from alsolike.privacy.follow_up import list_erasures  # noqa: PLC0415

    settings: Settings = context.obj
    with embedded_servers(settings, with_s3=True):
        require_schema()
        waiting = {step for erasure in list_erasures() for step in erasure.waits_for}
        if "transform" in waiting:
            context.invoke(transform, no_tests=True, as_json=as_json)
        if "embed" in waiting:
            context.invoke(embed, as_json=as_json)
        # It may be that only a trained model needs it, which the steps before tell.
        waiting = {step for erasure in list_erasures() for step in erasure.waits_for}
        if "train" in waiting:
            name = _free_name()
            context.invoke(train, name=name, as_json=as_json)
            context.invoke(promote, model=name, as_json=as_json)
        if "export" in {step for erasure in list_erasures() for step in erasure.waits_for}:
            context.invoke(export, as_json=as_json)
            context.invoke(fetch, as_json=as_json)
        _show_erasures(list_erasures(), as_json=as_json)


def _free_name() -> str:
    """Return the first name of a trained model that is free."""
    from alsolike.models import model_names  # noqa: PLC0415

    with connect() as connection:
        names = model_names(connection)
    return next(
        name for number in range(1, len(names) + 2) if (name := f"trained-{number}") not in names
    )


@click.command()
@as_json_option
@click.pass_obj
def erasures(settings: Settings, *, as_json: bool) -> None:
    """List the receipts of erasures and what they still wait for."""
    from alsolike.privacy.follow_up import list_erasures  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        found = list_erasures()
    _show_erasures(found, as_json=as_json)


def _show_erasures(found: "list[Erasure]", *, as_json: bool) -> None:
    lines = [
        f"{erasure.erasure_id}  {erasure.erased_at:%Y-%m-%d %H:%M %Z}  "
        f"{sum(erasure.counts.values()):>7,} rows  "
        + (f"waits for {', '.join(erasure.waits_for)}" if erasure.waits_for else "complete")
        for erasure in found
    ]
    result = {"erasures": [erasure.as_dict() for erasure in found]}
    show(result, "\n".join(lines) or "Nobody was erased.", as_json=as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say how many rows would go.")
@as_json_option
@click.pass_obj
def retain(settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    """Drop what is too old: of anonymous sessions, rejected rows, runs, jobs, expired tokens.

    ALSOLIKE_KEEP_* say after how many days. The worker does it every night.
    """
    from alsolike.privacy.retain import retain as drop_old  # noqa: PLC0415

    with working(settings, "retain", {"dry_run": dry_run}) as (_, counts):
        dropped = drop_old(settings, is_dry=dry_run)
        counts.update(dropped)
    head = "Would drop:" if dry_run else "Dropped:"
    text = "\n".join([head, *(f"  {count:>9,}  {name}" for name, count in dropped.items())])
    show(dropped, text, as_json=as_json)


@click.command("shopper-data")
@click.argument("shopper", callback=_id)
@click.pass_obj
def shopper_data(settings: Settings, shopper: str) -> None:
    """Print everything that is kept of SHOPPER as JSON: a list of rows for each table.

    The same as the site's page /my-data gives them; web/static/my-data.schema.json describes it.
    Exit code 1: nothing is kept of them.
    """
    from alsolike.privacy.access import shopper_data as read  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        is_known = False
        with connect() as connection:
            for piece in read(connection, shopper):
                is_known = True
                click.echo(piece, nl=False)
    if not is_known:
        raise UnknownShopperError

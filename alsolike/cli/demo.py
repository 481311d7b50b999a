"""The command that makes and serves a whole shop: demo."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from alsolike.cli.output import SEEDS
from alsolike.database import connect, query
from alsolike.embedded import embedded_servers
from alsolike.errors import AlsolikeError
from alsolike.progress import Begin, Report, report_steps
from alsolike.runs import recorded_run
from alsolike.settings import Settings

if TYPE_CHECKING:
    from alsolike.demo.write import ShopSize

_STOP_SECONDS = 20
_STEPS = 8


class OtherDemoShopError(AlsolikeError):
    """The database holds a demo shop of other sizes: give another ALSOLIKE_HOME or database."""


class LoadedShopError(AlsolikeError):
    """Data was loaded into this database: `alsolike serve` serves it, and the demo stays out."""


class _Shop(TypedDict):
    """The record beside the generated files; its presence says that they are complete."""

    size: dict[str, int]
    seed: int
    ends_at: str


@click.command()
@click.option("--products", type=click.IntRange(12, 1_000_000), default=1200, show_default=True)
@click.option("--shoppers", type=click.IntRange(10, 1_000_000), default=2000, show_default=True)
@click.option("--days", type=click.IntRange(7, 365), default=60, show_default=True)
@click.option("--seed", type=SEEDS, default=1, show_default=True)
@click.option("--no-serve", is_flag=True, help="Do everything but serving, then end.")
@click.pass_obj
def demo(
    settings: Settings, products: int, shoppers: int, days: int, seed: int, *, no_serve: bool
) -> None:
    """Make the demo shop, run the whole pipeline over it, and serve it.

    A second run continues with the shop of the first, and with everything bought and viewed in it.
    """
    from alsolike.demo.write import ShopSize  # noqa: PLC0415
    from alsolike.migrate import migrate  # noqa: PLC0415
    from api.serve import require_free_port, require_looks  # noqa: PLC0415

    size = ShopSize(products=products, shoppers=shoppers, days=days)
    if not no_serve:
        # Fail now rather than after minutes of work.
        require_looks(settings)
        require_free_port(settings)
    with embedded_servers(settings, with_s3=True):
        migrate()
        _require_same_shop(size, seed)
        folder = settings.home / "demo"
        if no_serve or not _is_prepared():
            with report_steps(_STEPS) as (begin, report):
                outcome = _prepare(settings, folder, size, seed, begin, report)
            click.echo(outcome)
        if no_serve:
            click.echo("The demo shop is ready: `make demo` serves it.")
        else:
            _serve(settings)


def _require_same_shop(size: "ShopSize", seed: int) -> None:
    """Refuse to mix a demo shop with another one, or with real data, in one database."""
    with connect() as connection:
        has_load = connection.execute(
            "select exists (select from ops.runs where command = 'load')"
        ).fetchone()
        row = connection.execute(query("alsolike/cli/last_demo")).fetchone()
    if has_load == (True,):
        raise LoadedShopError
    if row is not None and row[0] != {**asdict(size), "seed": seed}:
        raise OtherDemoShopError


def _is_prepared() -> bool:
    """Whether a demo run was completed; the worker keeps the shop fresh from then on."""
    with connect() as connection:
        row = connection.execute(query("alsolike/cli/last_demo")).fetchone()
    return row is not None and row[1] is True


def _prepare(
    settings: Settings, folder: Path, size: "ShopSize", seed: int, begin: Begin, report: Report
) -> str:
    """Run the pipeline, from the shop's files to the snapshot; say which model serves."""
    from alsolike.loading import load_folder  # noqa: PLC0415
    from alsolike.neighbours import write_all_neighbours  # noqa: PLC0415
    from alsolike.snapshot.export import export_snapshot  # noqa: PLC0415
    from alsolike.snapshot.fetch import fetch_snapshot  # noqa: PLC0415
    from alsolike.transform import transform  # noqa: PLC0415
    from embed.run import embed_all  # noqa: PLC0415

    with recorded_run("demo", {**asdict(size), "seed": seed}) as counts:
        begin("Inventing a shop and its history")
        _generate(folder, size, seed, report)
        begin("Loading its files into Postgres")
        # For what shoppers.csv leaves open: of shoppers it says who agreed.
        loaded = load_folder(
            folder / "shop", consent="personalisation", report=report, run_id=counts.run_id
        )
        begin("Computing features with dbt")
        transform(report=report)
        begin("Embedding the products")
        embedded = embed_all(settings, report=report)
        embedded.require_most()
        begin("Finding the nearest of each product")
        rows = write_all_neighbours(model=None, k=settings.neighbours_k, sessions=2, report=report)
        begin("Training a model, the longest step, and comparing it")
        decided, outcome = _train_and_promote(report)
        counts.update(promotion=decided)
        begin("Writing a snapshot to S3")
        manifest = export_snapshot(
            settings, model=None, k=None, product_ids=None, category=None, report=report
        )
        begin("Keeping the snapshot on this machine")
        fetch_snapshot(settings, report=report)
        counts.update(
            load=loaded.as_counts(),
            embed=embedded.as_dict(),
            neighbours=rows,
            snapshot=manifest.snapshot_id,
        )
    return outcome


def _train_and_promote(report: Report) -> tuple[dict[str, Any], str]:
    """Train a model, once, and let it serve if it passes the gate.

    Returns
    -------
    dict, str
        The decision, for the record, and what it means.
    """
    from alsolike.history import SplitError  # noqa: PLC0415
    from alsolike.models import list_models  # noqa: PLC0415
    from alsolike.promotion import promote  # noqa: PLC0415
    from alsolike.training import Recipe, train  # noqa: PLC0415

    with connect() as connection:
        trained = list_models(connection, kind="trained")
        decided = connection.execute("select exists (select from recs.promotions)").fetchone()
    if decided == (True,):
        return {"decision": "taken by an earlier run"}, "An earlier run decided which model serves."
    try:
        # An earlier run may have stopped between training and promotion.
        model = trained[-1].name if trained else train(Recipe(), report=report).model
        decision = promote(model, report=report)
    except SplitError as error:
        return {"decision": "not trained", "reason": str(error)}, f"Nothing was trained: {error}"
    outcome = "serves" if decision.kind == "promote" else "was refused by the gate"
    text = (
        f"The trained model {decision.model} {outcome}. It was compared with average, the model "
        "without training: what is nearest to the average of a shopper's products. "
        f"{' '.join(decision.found)}"
    )
    return decision.as_dict(), text


def _generate(folder: Path, size: "ShopSize", seed: int, report: Report) -> None:
    """Write the shop's files, unless they exist; the history ends on the day of the first run.

    `shop.json` is written last, so files without it are from a run that was interrupted.
    """
    from alsolike.demo.write import write_demo_shop  # noqa: PLC0415

    kept = folder / "shop.json"
    if kept.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    write_demo_shop(folder / "shop", size, seed=seed, ends_at=today, progress=report)
    shop = _Shop(size=asdict(size), seed=seed, ends_at=today.isoformat())
    partial = kept.with_suffix(".part")
    partial.write_text(json.dumps(shop))
    partial.replace(kept)


def _serve(settings: Settings) -> None:
    from api.serve import serve  # noqa: PLC0415

    address = f"http://{settings.host}:{settings.port}"

    def announce() -> None:
        click.echo(f"\nalsolike serves the demo shop. Open {address}")
        click.echo(
            f"Sign in at {address}/sign-in as one of these shoppers. First what they like, then"
        )
        click.echo("what they looked at last, which may be a present for somebody else:")
        for shopper_id, name, hint in suggested_shoppers():
            click.echo(f"  {shopper_id}   {name}. {hint}.")
        click.echo("Ctrl-C stops everything this command started.\n")

    with _worker_process():
        serve(settings, announce=announce)


def suggested_shoppers() -> list[tuple[str, str, str]]:
    """Read the shoppers that the page /sign-in offers: id, name, and what they looked at lately."""
    from api.visitors.service import DEMO_SHOPPERS, lately  # noqa: PLC0415

    with connect() as connection:
        rows = connection.execute(query("alsolike/cli/demo_shoppers"), {"row_count": DEMO_SHOPPERS})
        return [(row[0], row[1], lately(row[2] or [])) for row in rows]


@contextmanager
def _worker_process() -> Generator[None]:
    """Run `alsolike worker` beside the site; stop that process, by its handle, at the end."""
    process = subprocess.Popen(  # noqa: S603
        # --parent ends the worker if this process is killed.
        [sys.executable, "-m", "alsolike", "worker", "--parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        # In a session of its own, so that Ctrl-C reaches only this process, which stops it.
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

"""The command that measures models: evaluate."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alsolike.cli.output import FiniteRange, as_json_option, k_option, seed_option, show, working
from alsolike.schemas import in_schemas
from alsolike.settings import Settings

if TYPE_CHECKING:
    from alsolike.evaluation.run import EvaluationRun

# Narrower terminals would tear the tables, wider ones need no more.
_LEAST_WIDTH = 100


def _moment(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        message = f"{value} is no time in ISO 8601, such as 2026-05-01 or 2026-05-01T12:00+00:00."
        raise click.BadParameter(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.option(
    "--split",
    type=click.Choice(["time", "next", "leave-one-out"]),
    default="time",
    show_default=True,
    help="Hold out what happened after a moment; foretell each such action from all that the "
    "shopper did before it; or hold out each shopper's last product.",
)
@click.option(
    "--cutoff",
    callback=_moment,
    metavar="ISO",
    help="The moment of a time or next split, UTC without an offset; when left out, nine tenths of "
    "the events lie before it, no shopper counting for more than most have.",
)
@k_option
@click.option(
    "--models",
    metavar="A,B",
    help="Names of baselines, `trained`, or of stored models; every baseline and `trained` when "
    "left out.",
)
@click.option(
    "--cold-share",
    type=FiniteRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the catalogue whose events are hidden from the models.",
)
@seed_option
@click.option(
    "--frontier",
    is_flag=True,
    help="Measure also what diversity costs: the model re-ranked in several ways.",
)
@click.option(
    "--complements",
    is_flag=True,
    help="Measure also how well `goes with it` completes baskets.",
)
@click.option(
    "--responsiveness",
    is_flag=True,
    help="Measure also how lists follow a visit, of the stored models among --models or the "
    "serving one.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a report with charts, one HTML file.",
)
@as_json_option
@click.pass_obj
def evaluate(
    settings: Settings,
    split: str,
    cutoff: datetime | None,
    k: int,
    models: str | None,
    *,
    cold_share: float,
    seed: int,
    frontier: bool,
    complements: bool,
    responsiveness: bool,
    report_path: Path | None,
    as_json: bool,
) -> None:
    """Measure how well models foretell what shoppers did next, side by side.

    Every product is ranked, for every shopper; each metric comes with its interval. The result is
    kept in recs.evaluations.
    """
    if cutoff is not None and split == "leave-one-out":
        message = "--cutoff goes with --split time or next only."
        raise click.UsageError(message)
    if report_path is not None and not report_path.absolute().parent.is_dir():
        message = f"The folder of --report {report_path} is not there."
        raise click.UsageError(message)
    names = _names(models)

    from alsolike.evaluation.run import (  # noqa: PLC0415
        DEFAULT_MODELS,
        EvaluationPlan,
        run_evaluation,
    )

    plan = EvaluationPlan(
        split=split,
        cutoff=cutoff,
        k=k,
        models=names or DEFAULT_MODELS,
        cold_share=cold_share,
        seed=seed,
        has_frontier=frontier,
        has_complements=complements,
        has_responsiveness=responsiveness,
    )
    arguments = {
        "split": split,
        "cutoff": None if cutoff is None else cutoff.isoformat(),
        "k": k,
        "models": list(plan.models),
        "cold_share": cold_share,
        "seed": seed,
    }
    with working(settings, "evaluate", arguments) as (report, counts):
        done = run_evaluation(plan, report=report)
        counts.update(
            evaluation_id=done.evaluation_id,
            shoppers=dict(done.evaluation.shoppers),
            models=len(done.evaluation.models),
        )
    if report_path is not None:
        from alsolike.evaluation.report import report_html  # noqa: PLC0415

        html = report_html(
            done.evaluation,
            has_vectors=done.has_vectors,
            data_fingerprint=done.data_fingerprint,
            frontier=done.frontier,
            coverage=done.coverage,
        )
        report_path.write_text(html, encoding="utf-8")
    result = {
        "evaluation_id": done.evaluation_id,
        "data_fingerprint": done.data_fingerprint,
        "cold_share": cold_share,
        **done.evaluation.as_dict(),
        "frontier": [point.as_dict() for point in done.frontier],
        "complements": done.complements,
        "responsiveness": None
        if done.responsiveness is None
        else [one.as_dict() for one in done.responsiveness],
    }
    show(result, "" if as_json else _text(done, report_path), as_json=as_json)


def _names(models: str | None) -> tuple[str, ...] | None:
    if models is None:
        return None
    names = tuple(name.strip() for name in models.split(",") if name.strip())
    if not names:
        message = "--models names no model."
        raise click.UsageError(message)
    return names


def _text(done: "EvaluationRun", report_path: Path | None) -> str:
    from alsolike.evaluation.table import (  # noqa: PLC0415
        complements_text,
        evaluation_text,
        frontier_text,
        responsiveness_text,
    )

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _LEAST_WIDTH
    text = evaluation_text(
        done.evaluation, has_vectors=done.has_vectors, width=max(_LEAST_WIDTH, width)
    )
    text += frontier_text(done.frontier)
    if done.complements is not None:
        text += complements_text(done.complements)
    if done.responsiveness is not None:
        text += responsiveness_text(done.responsiveness)
    text += in_schemas(f"\nKept as evaluation {done.evaluation_id} in recs.evaluations.")
    if report_path is not None:
        text += f" The report is {report_path}."
    return text

"""Evaluations as one self-contained HTML file."""

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alsolike.evaluation.charts import accuracy_chart, coverage_chart, frontier_chart
from alsolike.evaluation.frontier import CoverageFrontier, MeasuredSetting
from alsolike.evaluation.results import Evaluation, best_model
from alsolike.evaluation.table import (
    AS_STORED,
    beyond_title,
    bounds_text,
    compared_models,
    heading,
    interval_text,
    metric_names,
    number,
    verdict,
)


def report_html(
    evaluation: Evaluation,
    *,
    has_vectors: bool,
    data_fingerprint: str,
    frontier: Sequence[MeasuredSetting] = (),
    coverage: CoverageFrontier | None = None,
) -> str:
    """Return the report; the same evaluation gives the same file, but for the seconds.

    Without vectors it says why intra-list diversity is missing.
    """
    environment = Environment(
        loader=PackageLoader("alsolike.evaluation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    accuracy, beyond = metric_names(evaluation)
    stored, evaluation = evaluation.as_stored(), evaluation.honest()
    k = evaluation.k
    # The charts are our own markup; every name in them was escaped by the one who drew them.
    charts = [
        (f"NDCG@{k}", Markup(accuracy_chart(evaluation))),  # noqa: S704
        (f"Hit rate@{k}", Markup(accuracy_chart(evaluation, f"hr@{k}"))),  # noqa: S704
        ("Accuracy against coverage", Markup(coverage_chart(evaluation, coverage))),  # noqa: S704
    ]
    if frontier:
        charts.append(
            ("Accuracy against diversity", Markup(frontier_chart(frontier, k=k)))  # noqa: S704
        )
    return environment.get_template("report.html").render(
        heading=heading(evaluation),
        warnings=evaluation.warnings,
        charts=charts,
        tables=[
            _table(evaluation, "Accuracy", "all", accuracy),
            _table(evaluation, beyond_title(evaluation), "all", beyond),
            *(
                _table(
                    evaluation, f"{part.capitalize()} products ({count:,} shoppers)", part, accuracy
                )
                for part, count in evaluation.shoppers.items()
                if part != "all" and "cold" in evaluation.shoppers
            ),
            *([_table(stored, AS_STORED, "all", accuracy)] if stored.models else []),
        ],
        comparisons=[_comparison(evaluation, model) for model in compared_models(evaluation)],
        seconds=[
            (name, f"{result.fit_seconds:.1f}", f"{result.rank_seconds:.1f}")
            for name, result in evaluation.models.items()
        ],
        has_vectors=has_vectors,
        data_fingerprint=data_fingerprint,
        seed=evaluation.seed,
    )


def _table(evaluation: Evaluation, title: str, part: str, names: list[str]) -> dict[str, Any]:
    best = {
        name: best_model(
            name, ((m, r.metrics[part][name].value) for m, r in evaluation.models.items())
        )
        for name in names
    }
    return {
        "title": title,
        "columns": names,
        "rows": [
            (
                model,
                [
                    {
                        "text": number(result.metrics[part][name].value),
                        "title": bounds_text(result.metrics[part][name]),
                        "is_best": best[name] == model,
                    }
                    for name in names
                ],
            )
            for model, result in evaluation.models.items()
        ],
    }


def _comparison(evaluation: Evaluation, model: str) -> dict[str, Any]:
    names = [f"ndcg@{evaluation.k}", f"hr@{evaluation.k}"]
    return {
        "model": model,
        "columns": names,
        "rows": [
            (against, [(interval_text(metrics[name]), verdict(metrics[name])) for name in names])
            for (first, against), metrics in evaluation.differences.items()
            if first == model
        ],
    }

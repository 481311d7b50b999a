"""Evaluations as tables on a terminal."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from alsolike.evaluation.frontier import DEFAULT, MeasuredSetting
from alsolike.evaluation.results import FEW_SHOPPERS, Evaluation, Value, best_model
from alsolike.metrics.responsiveness import CARDS, Responsiveness
from alsolike.rankers.by_name import BASELINES
from alsolike.tables import WIDTH, printed

_ACCURACY = ("ndcg", "hr", "recall", "precision", "map", "mrr")
_BEYOND = ("coverage", "gini", "ild", "novelty", "long_tail", "cold_share")
# The title of the figures of models that may have seen the answers.
AS_STORED = "As stored: may have learned from what is held out, not comparable with the above"
# The metrics that models are compared by, one pair of columns each.
_COMPARED = ("ndcg", "hr")


def evaluation_text(evaluation: Evaluation, *, has_vectors: bool, width: int = WIDTH) -> str:
    """Return the tables of an evaluation; the best of each column carries a star.

    Without vectors a line says why intra-list diversity is missing.
    """
    accuracy, beyond = metric_names(evaluation)
    stored, evaluation = evaluation.as_stored(), evaluation.honest()
    tables = {
        "Accuracy (* the best of its column)": _metric_table(
            evaluation, {name: ("all", name) for name in accuracy}, has_seconds=True
        ),
        beyond_title(evaluation): _metric_table(
            evaluation, {name: ("all", name) for name in beyond}
        ),
    }
    if "cold" in evaluation.shoppers:
        counts = {part: n for part, n in evaluation.shoppers.items() if part != "all"}
        names = [f"{name}@{evaluation.k}" for name in _COMPARED]
        table = _metric_table(
            evaluation, {f"{part} {name}": (part, name) for part in counts for name in names}
        )
        table.caption = f"shoppers: {', '.join(f'{part} {n:,}' for part, n in counts.items())}"
        table.caption_justify = "left"
        tables["By held-out product; on cold ones nobody is known to have acted"] = table
    for model in compared_models(evaluation):
        title = f"{model} less each other model, with its paired 95 % interval"
        tables[title] = _difference_table(evaluation, model)
    if stored.models:
        tables[AS_STORED] = _metric_table(stored, {name: ("all", name) for name in accuracy})
    parts: list[Any] = [
        heading(evaluation),
        *(f"Warning: {warning}" for warning in evaluation.warnings),
    ]
    for title, table in tables.items():
        # rich would wrap a table's own title to the width of the table.
        parts += ["", title, table]
    if not has_vectors:
        parts.append("\nild is missing: no text is embedded; `alsolike embed` does it.")
    return printed(*parts, width=width)


def frontier_text(points: Sequence[MeasuredSetting]) -> str:
    """Return what diversity costs as a table, nothing where it was not measured."""
    if not points:
        return ""
    table = Table("re-ranked", "ndcg", "ild", "ndcg less that of none, 95 %")
    for point in points:
        is_default = " (default)" if point.setting == DEFAULT else ""
        table.add_row(
            point.setting.label + is_default,
            number(point.accuracy),
            number(point.diversity),
            interval_text(point.loss),
        )
    return printed("", "", "What diversity costs", table)


def complements_text(measured: Mapping[str, Any]) -> str:
    """Return basket completion as a table; see `evaluate_complements`."""
    metrics = list(next(iter(measured["models"].values())))
    table = Table("goes with it", *metrics, "complements' lead, 95 %")
    for model, values in measured["models"].items():
        lead = measured["differences"].get(model, {}).get(metrics[0])
        table.add_row(
            model,
            *(number(values[metric]) for metric in metrics),
            "" if lead is None else interval_text(Value(*lead)),
        )
    count = measured["baskets"]
    few = " (few: the intervals know no others)" if count < FEW_SHOPPERS else ""
    return printed("", "", f"Basket completion, {count:,} baskets{few}", table)


def responsiveness_text(measured: Sequence[Responsiveness]) -> str:
    """Return how lists follow a visit as a table; a line says so where it was not measured."""
    if not measured:
        return (
            "\n\nHow lists follow a visit was not measured: no model serves, no category has nine "
            "products, or no visitor acted on five."
        )
    table = Table("model", "looks", "changed", "of the kind or with it", "stayed")
    for one in measured:
        table.add_row(one.model, "0", "", f"{one.before:.1f}", "")
        for looks, after in one.after.items():
            means = (after.changed, after.of_kind, after.stayed)
            table.add_row("", str(looks), *(f"{mean:.1f}" for mean in means))
    title = (
        f"How lists of {CARDS} follow a visit to one kind that is new to the shopper, mean of "
        f"{measured[0].visitors} visitors"
    )
    return printed("", "", title, table)


def heading(evaluation: Evaluation) -> str:
    """Return what was evaluated, in two or three sentences."""
    cutoff = evaluation.cutoff_at
    since = "" if cutoff is None else f", known before {cutoff:%Y-%m-%d %H:%M} UTC"
    shoppers = evaluation.shoppers.get("all", 0)
    asked = ""
    if evaluation.split == "next":
        drawn = "" if evaluation.n_moments is None else f", drawn from {evaluation.n_moments:,}"
        asked = f" asked about at {evaluation.lists:,} moments{drawn}"
    mean = " A shopper counts by the mean over their moments." if asked else ""
    return (
        f"{evaluation.split} split{since}; {shoppers:,} shoppers{asked}, lists of {evaluation.k}, "
        f"every product ranked.{mean} Of {evaluation.held_out.get('all', 0):,} held-out products "
        f"{evaluation.cold_share:.1%} are cold."
    )


def beyond_title(evaluation: Evaluation) -> str:
    """Return the title of what describes lists."""
    return (
        "Beyond accuracy (gini: less is better; cold_share: of what is held out it is "
        f"{evaluation.cold_share:.4f})"
    )


def metric_names(evaluation: Evaluation) -> tuple[list[str], list[str]]:
    """Return the metrics that were measured: those of accuracy, and those beyond it."""
    first = next(iter(evaluation.models.values()))
    there = first.metrics["all"]

    def measured(names: tuple[str, ...]) -> list[str]:
        return [f"{name}@{evaluation.k}" for name in names if f"{name}@{evaluation.k}" in there]

    return measured(_ACCURACY), measured(_BEYOND)


def compared_models(evaluation: Evaluation) -> list[str]:
    """Return the models that are compared with every other: those that are no baseline."""
    ours = [name for name in evaluation.models if name not in BASELINES]
    return ours if len(evaluation.models) > 1 else []


def number(value: float) -> str:
    """Return a metric for reading: four digits after the point, or a dash."""
    return "–" if math.isnan(value) else f"{value:.4f}"


def interval_text(value: Value) -> str:
    """Return a difference with its interval, or that all shoppers have the same."""
    if value.is_point:
        return f"{value.value:+.4f} (same for all)"
    # Rounded to four digits a narrow interval would seem to have no width.
    digits = ".1e" if round(value.low, 4) == round(value.high, 4) else ".4f"
    return f"{value.value:+.4f} [{value.low:+{digits}}, {value.high:+{digits}}]"


def bounds_text(value: Value) -> str:
    """Return the interval of a mean for reading."""
    if value.is_point:
        return "same for all"
    return f"{number(value.low)} to {number(value.high)}"


def _metric_table(
    evaluation: Evaluation, columns: Mapping[str, tuple[str, str]], *, has_seconds: bool = False
) -> Table:
    """Return a table of metrics: by the head of each column, its slice and its metric."""
    seconds = ("fit s", "rank s") if has_seconds else ()
    table = _table("model", *columns, *seconds)
    best = {
        head: best_model(
            name, ((m, r.metrics[part][name].value) for m, r in evaluation.models.items())
        )
        for head, (part, name) in columns.items()
    }
    for model, result in evaluation.models.items():
        cells = [
            number(result.metrics[part][name].value) + ("*" if best[head] == model else " ")
            for head, (part, name) in columns.items()
        ]
        if has_seconds:
            cells += [f"{result.fit_seconds:.1f}", f"{result.rank_seconds:.1f}"]
        table.add_row(model, *cells)
    return table


def _difference_table(evaluation: Evaluation, model: str) -> Table:
    names = [f"{name}@{evaluation.k}" for name in _COMPARED]
    table = _table("against", *(head for name in names for head in (name, "")))
    for (first, against), metrics in evaluation.differences.items():
        if first == model:
            cells: list[str] = []
            for name in names:
                cells += [interval_text(metrics[name]), verdict(metrics[name])]
            table.add_row(against, *cells)
    return table


def _table(*heads: str) -> Table:
    """Return a table without lines: numbers to the right, names and columns without a head left."""
    table = Table(box=None, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place and head else "left", no_wrap=True)
    return table


def verdict(value: Value) -> str:
    """Return whether an interval shows a lead, a lag, or neither."""
    if value.is_point and value.value:
        return "untold"
    if not value.excludes_zero:
        return "even"
    return "leads" if value.value > 0 else "trails"

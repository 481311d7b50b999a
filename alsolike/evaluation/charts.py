"""Charts of evaluations as `<svg>` elements, the same bytes for the same numbers."""

# Matplotlib's own annotations leave the types of keyword arguments open.
# pyright: reportUnknownMemberType=false

import io
import math
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from alsolike.evaluation.frontier import DEFAULT, CoverageFrontier, MeasuredSetting
from alsolike.evaluation.results import Evaluation
from alsolike.rankers.by_name import BASELINES

_OURS, _OTHERS, _GRID = "#0b7a75", "#7a7f87", "#d9dce1"
_WIDTH_INCHES = 7.2
# Ids within the drawing are made from this instead of at random; text stays text.
_STYLE: dict[Any, Any] = {"svg.hashsalt": "alsolike", "svg.fonttype": "none", "font.size": 10.0}


def accuracy_chart(evaluation: Evaluation, metric: str | None = None) -> str:
    """Draw a metric of each model, NDCG when left out, with its interval; the best is on top."""
    name = metric or f"ndcg@{evaluation.k}"
    bars = sorted(
        ((result.metrics["all"][name], model) for model, result in evaluation.models.items()),
        key=lambda bar: (-math.inf if math.isnan(bar[0].value) else bar[0].value, bar[1]),
    )
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_INCHES, 0.9 + 0.34 * len(bars)), layout="constrained")
        axes = figure.add_subplot()
        for position, (value, model) in enumerate(bars):
            width = 0.0 if math.isnan(value.value) else value.value
            color = _OTHERS if model in BASELINES else _OURS
            axes.barh(position, width, height=0.62, color=color)
            if not math.isnan(value.low):
                axes.hlines(position, value.low, value.high, color="#1d2127", linewidth=1.6)
        axes.set_yticks(range(len(bars)), [model for _, model in bars])
        axes.set_xlabel(f"{name} with its 95 % interval over shoppers")
        axes.set_xlim(left=0)
        _tidy(axes)
        return _svg(figure, f"{name} of each model")


def frontier_chart(points: Sequence[MeasuredSetting], *, k: int = 10) -> str:
    """Draw accuracy against intra-list diversity, one point for each setting of the re-ranking.

    Points that differ in diversity alone are joined in their order.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_INCHES, 4.6), layout="constrained")
        axes = figure.add_subplot()
        joined = [point for point in points if point.setting.has_no_caps]
        axes.plot(
            [point.diversity for point in joined],
            [point.accuracy for point in joined],
            color=_OTHERS,
            linewidth=1.2,
            zorder=1,
        )
        for point in points:
            is_default = point.setting == DEFAULT
            color = _OURS if is_default else _OTHERS
            axes.scatter([point.diversity], [point.accuracy], s=48, color=color, zorder=2)
            label = point.setting.label
            axes.annotate(
                f"{label} (default)" if is_default else label,
                (point.diversity, point.accuracy),
                xytext=(6, 6),
                textcoords="offset points",
                fontsize=8,
            )
        axes.margins(0.12)
        axes.set_xlabel(f"intra-list diversity ild@{k}")
        axes.set_ylabel(f"ndcg@{k}")
        _tidy(axes)
        axes.grid(visible=True, axis="y", color=_GRID)
        return _svg(figure, "Accuracy against diversity")


def coverage_chart(evaluation: Evaluation, frontier: CoverageFrontier | None = None) -> str:
    """Draw accuracy against catalogue coverage: of each model, and of what training chose from."""
    k = evaluation.k
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_INCHES, 3.8), layout="constrained")
        axes = figure.add_subplot(1, 1 if frontier is None else 2, 1)
        for model, result in evaluation.models.items():
            metrics = result.metrics["all"]
            point = metrics[f"coverage@{k}"].value, metrics[f"ndcg@{k}"].value
            axes.scatter(*point, s=36, color=_OTHERS if model in BASELINES else _OURS, zorder=2)
            axes.annotate(model, point, xytext=(5, 4), textcoords="offset points", fontsize=8)
        axes.margins(0.15)
        axes.set_xlabel(f"coverage@{k}")
        axes.set_ylabel(f"ndcg@{k}")
        _tidy(axes)
        if frontier is not None:
            axes = figure.add_subplot(1, 2, 2)
            axes.plot(frontier.products, frontier.ndcg, color=_OTHERS, linewidth=1.2, marker=".")
            chosen = frontier.products[frontier.chosen], frontier.ndcg[frontier.chosen]
            axes.scatter(*chosen, s=48, color=_OURS, zorder=2)
            axes.annotate("chosen", chosen, xytext=(6, 6), textcoords="offset points", fontsize=8)
            axes.margins(0.12)
            axes.set_xlabel(f"products shown while {frontier.model} was trained")
            axes.set_ylabel("ndcg@10 in validation")
            _tidy(axes)
        return _svg(figure, "Accuracy against coverage")


def _tidy(axes: Axes) -> None:
    axes.grid(visible=True, axis="x", color=_GRID)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Figure, title: str) -> str:
    file = io.StringIO()
    # Without a date, or the same numbers would give another file tomorrow.
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Title": title})
    drawing = file.getvalue()
    # Within a page there is no place for the XML declaration and the document type.
    return drawing[drawing.index("<svg") :].replace(
        "<svg ", f'<svg role="img" aria-label="{title}" ', 1
    )

"""Results of experiments as tables on a terminal."""

from rich.table import Table

from alsolike.experiments.statistics.results import Analysis, Effect, SampleRatio, Span
from alsolike.tables import WIDTH, printed

# Characters of a line that no table reaches.
_NO_LIMIT = 1_000


def analysis_text(analysis: Analysis, *, width: int = WIDTH) -> str:
    """Return an analysis as text: who took part, warnings, relative and absolute effects."""
    level = f"{100 * analysis.confidence:g} %"
    lifts = Table(box=None, pad_edge=False)
    differences = Table(box=None, pad_edge=False)
    for head in ("metric", "arm"):
        lifts.add_column(head, no_wrap=True)
        differences.add_column(head, no_wrap=True)
    for head in (analysis.control, "arm's", "lift", f"{level}, one look", "any time", "so far"):
        lifts.add_column(head, justify="right", no_wrap=True)
    for head in ("difference", "one look", "p", "any time", "p", "variance left"):
        differences.add_column(head, justify="right", no_wrap=True)
    for effect in analysis.effects:
        lifts.add_row(
            effect.metric,
            effect.arm,
            _value(effect.control, effect),
            _value(effect.treatment, effect),
            "–" if effect.lift is None else f"{effect.lift:+.1%}",
            _lift_span(effect.lift_once),
            _lift_span(effect.lift_any_time),
            effect.verdict,
        )
        differences.add_row(
            effect.metric,
            effect.arm,
            _value(effect.difference, effect, sign="+"),
            _span(effect.once, effect),
            p_text(effect.p_value),
            _span(effect.any_time, effect),
            p_text(effect.any_time_p),
            f"{effect.variance_left:.0%}" if effect.is_adjusted else "–",
        )
    warnings = [f"Warning: {warning}" for warning in analysis.warnings]
    text = printed(ratio_text(analysis.sample_ratio), *warnings, width=width)
    if not analysis.effects:
        return text
    heads = f"Lift over {analysis.control}", "Differences"
    # rich would cut off what a long name leaves no place for.
    return text + printed(
        "\n", heads[0], lifts, "", heads[1], differences, width=max(width, _NO_LIMIT)
    )


def ratio_text(ratio: SampleRatio) -> str:
    """Return who took part, and whether the split is as it was to be."""
    arms = ", ".join(
        f"{arm} {count:,} ({ratio.shares[arm]:.0%} wanted)" for arm, count in ratio.shoppers.items()
    )
    verdict = "MISMATCH" if ratio.is_mismatch else "as it was to be"
    return (
        f"{sum(ratio.shoppers.values()):,} shoppers: {arms}. "
        f"The split is {verdict}, p = {p_text(ratio.p_value)}."
    )


def p_text(p_value: float) -> str:
    """Return a p-value for reading."""
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.1g}"  # noqa: PLR2004


def _value(value: float, effect: Effect, *, sign: str = "") -> str:
    return f"{value:{sign}.3%}" if effect.is_share else f"{value:{sign},.3f}"


def _span(span: Span, effect: Effect) -> str:
    return f"[{_value(span.low, effect, sign='+')}, {_value(span.high, effect, sign='+')}]"


def _lift_span(span: Span | None) -> str:
    return "–" if span is None else f"[{span.low:+.1%}, {span.high:+.1%}]"

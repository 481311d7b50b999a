"""What NDCG does not measure: coverage, concentration, diversity and new products of the lists.

The bar of coverage, evenness and diversity is a share of the lowest figure that the serving model
and the behaviour baselines show: lists that have little to do with the shopper show more of the
catalogue, more evenly, than good ones, so the highest figure is no aim. That of cold products is a
share of the lower of two: that in the serving model's lists, and that among what shoppers came to.
A clear win in NDCG lowers each bar; never below showing everybody the same few lists.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alsolike.evaluation.results import FEW_SHOPPERS, Evaluation, Value, or_none
from alsolike.promotion.gate import Check, Limits

# Baselines that go by what each shopper did. Those that show everybody the same are none of them:
# hardly any model shows less than they do.
BEHAVIOUR = ("item-knn", "ials", "ease")

# So many lists' worth of different products are shown at least, unless the shop is small: then this
# share of its products.
_FEWEST_LISTS = 3
_SMALL_SHOP = 0.1


@dataclass(frozen=True, slots=True)
class Lists:
    """The metrics of a model's lists of k, over all shoppers, by names such as 'coverage@10'."""

    name: str
    metrics: Mapping[str, Value]
    k: int

    def of(self, metric: str) -> float:
        """Return the value of a metric; NaN where it was not measured."""
        value = self.metrics.get(f"{metric}@{self.k}")
        return math.nan if value is None else value.value


@dataclass(frozen=True, slots=True)
class Shop:
    """What the guards have to know of the shop.

    Attributes
    ----------
    products, shoppers : int
        Number of products that could be shown, and of tested shoppers.
    cold_share : float
        Share of the held-out products that nobody had acted on; NaN where too few shoppers came to
        one to tell.
    """

    products: int
    shoppers: int
    cold_share: float

    @classmethod
    def of(cls, evaluation: Evaluation, products: int) -> "Shop":
        """Return what an evaluation tells of it."""
        has_enough = evaluation.shoppers.get("cold", 0) >= FEW_SHOPPERS
        cold_share = evaluation.cold_share if has_enough else math.nan
        return cls(products, evaluation.shoppers["all"], cold_share)

    def least_coverage(self, k: int) -> float:
        """Return the coverage below which nearly everybody is shown the same lists of k."""
        fewest = min(_FEWEST_LISTS * k, _SMALL_SHOP * self.products, self.shoppers)
        return fewest / max(1, self.products)


def check_guards(
    candidate: Lists,
    serving: Lists,
    shop: Shop,
    limits: Limits,
    *,
    is_clear_win: bool,
    measure: Callable[[str], Lists] | None,
) -> list[Check]:
    """Check the candidate's lists.

    What passes beside the serving model alone passes in any case, as a lower figure can only lower
    the bar. So the baselines are measured only if a guard fails there. A clear win counts only for
    a model that ranks as well as one of them: to beat a serving model that ranks worse than all of
    them proves little.

    Parameters
    ----------
    is_clear_win : bool
        Whether the candidate clearly ranks better than the serving model.
    measure : callable or None
        From the name of a baseline to its lists on the same split, in seconds to minutes; None: the
        baselines would not change the decision.
    """
    checks = _checks(candidate, serving, [serving], shop, limits)
    if measure is None or all(check.is_passed for check in checks):
        return checks
    baselines = [measure(name) for name in BEHAVIOUR]
    is_win = is_clear_win and any(
        candidate.of("ndcg") >= baseline.of("ndcg") for baseline in baselines
    )
    left = limits.bought if is_win else 1.0
    return _checks(candidate, serving, [serving, *baselines], shop, limits, left=left)


def _checks(
    candidate: Lists,
    serving: Lists,
    others: Sequence[Lists],
    shop: Shop,
    limits: Limits,
    *,
    left: float = 1.0,
) -> list[Check]:
    """Check against the lowest figure of the others; `left` is the share of each guard to ask."""
    won = ", after a clear win" if left < 1 else ""

    def check(
        name: str, metric: str, bar: float, wanted: str, option: str, *, compared_with: str
    ) -> Check:
        new = candidate.of(metric)
        is_better = new <= bar if metric == "gini" else new >= bar
        # Not measured, for lack of text vectors or of cold products: passes.
        is_passed = math.isnan(bar) or is_better
        return Check(
            name,
            or_none(new),
            or_none(serving.of(metric)),
            wanted,
            is_passed=is_passed,
            compared_with=compared_with,
            advice=None if is_passed else f"If the shop can afford it, change --limit {option}=…",
        )

    def share(name: str, metric: str, least: float, option: str, floor: float = 0.0) -> Check:
        lowest, at = _least({other.name: other.of(metric) for other in others})
        # Nothing asks for more than the lowest figure, the floor included.
        bar = max(least * left * lowest, min(floor, lowest))
        wanted = f"at least {bar:.4f}, as {least * left:g} × {lowest:.4f} of {at}{won}"
        if bar > least * left * lowest:
            wanted = f"at least {bar:.4f}: not nearly the same for everybody"
        if math.isnan(lowest):
            wanted = "not measured"
        return check(name, metric, bar, wanted, option, compared_with=at)

    evenness, at = _least({other.name: -other.of("gini") for other in others})
    most = limits.gini / left if left > 0 else math.inf
    cold, cold_at = _least({serving.name: serving.of("cold_share"), "history": shop.cold_share})
    cold_bar = limits.cold * left * cold
    cold_wanted = (
        f"at least {cold_bar:.4f}, as {limits.cold * left:g} × {cold:.4f} of {cold_at}{won}"
    )
    if cold == 0:
        cold_wanted = f"nothing: {cold_at} has none"
    if math.isnan(shop.cold_share):
        cold_bar = math.nan
        cold_wanted = f"not judged: under {FEW_SHOPPERS} shoppers came to a cold product"
    return [
        share(
            "catalogue coverage",
            "coverage",
            limits.coverage,
            "coverage",
            shop.least_coverage(candidate.k),
        ),
        check(
            "Gini of exposure",
            "gini",
            most - evenness,
            f"at most {most:g} above {-evenness:.4f} of {at}{won}" if left > 0 else f"any{won}",
            "gini",
            compared_with=at,
        ),
        share("intra-list diversity", "ild", limits.diversity, "diversity"),
        check(
            "share of cold products",
            "cold_share",
            cold_bar,
            cold_wanted,
            "cold",
            compared_with=cold_at,
        ),
    ]


def _least(figures: Mapping[str, float]) -> tuple[float, str]:
    """Return the lowest figure and whose it is; NaN and the first name if none was measured."""
    measured = {name: value for name, value in figures.items() if not math.isnan(value)}
    if not measured:
        return math.nan, next(iter(figures))
    name = min(measured, key=lambda one: measured[one])
    return measured[name], name

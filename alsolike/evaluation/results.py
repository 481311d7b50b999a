"""What an evaluation found."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import AlsolikeError

# Slices of the held-out products: all; warm, with known actions of anybody; cold, without any.
SLICES = ("all", "warm", "cold")
# Metrics for which a smaller value is better.
LESS_IS_BETTER = frozenset({"gini"})
# Below this number of tested shoppers, or baskets, the result carries a warning.
FEW_SHOPPERS = 100


class EvaluationError(AlsolikeError):
    """The evaluation cannot be made, or a model answered with something that is no ranking."""


@dataclass(frozen=True)
class Value:
    """A mean over shoppers, NaN where none counts, with its 95 % bootstrap interval over them.

    The bounds are NaN for what is no mean over shoppers.
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the interval; False without one, or with one of no width."""
        return not self.is_point and (self.low > 0 or self.high < 0)

    @property
    def is_point(self) -> bool:
        """Whether the interval has no width: every shopper has the same value.

        Resampling equal values gives the same value, so the interval says nothing about shoppers
        who differ.
        """
        return self.low == self.high


# Where nothing was measured.
NO_VALUE = Value(math.nan)


@dataclass(frozen=True, eq=False)
class ModelResult:
    """What was measured of one model.

    Attributes
    ----------
    metrics : dict of str to dict of str to Value
        By slice, then metric such as 'ndcg@10'. What describes lists (coverage, diversity, …) is in
        the slice 'all' only.
    resampled : dict of str to dict of str to ndarray, shape (RESAMPLES,), float64
        By slice, then metric: its mean over each draw of shoppers.
    by_shopper : dict of str to ndarray, shape (n_tested,), float64
        By metric of the slice 'all': its value for each shopper; NaN where one does not count.
    lists : ndarray, shape (n_rows, k), int32
        Product numbers, best first; -1 after the end.
    fit_seconds, rank_seconds : float
        Time to learn, and to score or list for all rows.
    has_seen_answers : bool
        Whether it may have learned from what was held out, as a model in the database that is
        measured as it is stored.
    """

    name: str
    metrics: Mapping[str, Mapping[str, Value]]
    resampled: Mapping[str, Mapping[str, NDArray[np.float64]]]
    by_shopper: Mapping[str, NDArray[np.float64]]
    lists: NDArray[np.int32]
    fit_seconds: float
    rank_seconds: float
    has_seen_answers: bool = False


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The models side by side, on the same shoppers.

    Attributes
    ----------
    split : str
        One of `alsolike.history.SPLITS`.
    cutoff : int or None
        Microseconds since 1970: what happened before was learned from; None: each shopper has a
        moment of their own.
    shoppers : dict of str to int
        Shoppers who count, by slice; a slice without any is missing.
    held_out : dict of str to int
        Held-out products, by slice: each shopper's count for themselves.
    differences : dict of (str, str) to dict of str to Value
        By (model, against), then metric: the first's mean less the second's, slice 'all'. There is
        none between a model that has seen the answers and one that has not.
    warm_differences : dict of (str, str) to dict of str to Value
        The same of the slice 'warm'; empty without one.
    lists : int
        Lists that each model made: more than shoppers where these are asked about again and again.
    n_moments : int or None
        How many there could have been before some were drawn; None: all were made.
    visitors, single : int
        Shoppers and sessions in the history, and those of them who acted on one product only.
    """

    split: str
    k: int
    cutoff: int | None
    seed: int
    shoppers: Mapping[str, int]
    held_out: Mapping[str, int]
    models: Mapping[str, ModelResult]
    differences: Mapping[tuple[str, str], Mapping[str, Value]]
    warm_differences: Mapping[tuple[str, str], Mapping[str, Value]]
    lists: int
    n_moments: int | None = None
    visitors: int = 0
    single: int = 0

    def only(self, names: Mapping[str, str]) -> "Evaluation":
        """Return the figures of some models alone, each under the name that is given for it."""
        all_differences, warm_differences = (
            {
                (names[model], names[against]): values
                for (model, against), values in differences.items()
                if model in names and against in names
            }
            for differences in (self.differences, self.warm_differences)
        )
        return replace(
            self,
            models={name: self.models[model] for model, name in names.items()},
            differences=all_differences,
            warm_differences=warm_differences,
        )

    def honest(self) -> "Evaluation":
        """Return the figures of the models that cannot have seen what was held out."""
        names = [name for name, model in self.models.items() if not model.has_seen_answers]
        return self.only({name: name for name in names})

    def as_stored(self) -> "Evaluation":
        """Return the figures of the models that may have learned from what was held out."""
        names = [name for name, model in self.models.items() if model.has_seen_answers]
        return self.only({name: name for name in names})

    @property
    def cutoff_at(self) -> datetime | None:
        """The cutoff as a time in UTC."""
        if self.cutoff is None:
            return None
        return datetime.fromtimestamp(self.cutoff / 1_000_000, UTC)

    @property
    def cold_share(self) -> float:
        """The share of the held-out products that nobody is known to have acted on, 0 to 1."""
        return self.held_out.get("cold", 0) / max(1, self.held_out.get("all", 0))

    @property
    def warnings(self) -> list[str]:
        """Warnings about figures that say less than they seem to, a sentence or two each."""
        warnings: list[str] = []
        count = self.shoppers.get("all", 0)
        if count < FEW_SHOPPERS:
            who = "Only 1 shopper is" if count == 1 else f"Only {count:,} shoppers are"
            warnings.append(
                f"{who} tested: the intervals know no others, and a few more could turn any "
                "difference."
            )
        cold = self.shoppers.get("cold", 0)
        if 0 < cold < FEW_SHOPPERS <= count:
            who = "Only 1 shopper has" if cold == 1 else f"Only {cold:,} shoppers have"
            warnings.append(
                f"{who} a cold product held out: the figures of that slice are uncertain."
            )
        if self.single > self.visitors / 2:
            warnings.append(
                f"{self.single:,} of {self.visitors:,} visitors acted on one product only and "
                "cannot be tested: the figures tell nothing about them. Sessions with one product "
                "are not even counted."
            )
        honest = self.honest()
        return [
            *warnings,
            *(honest.cold_lead(name) for name in honest.models if honest.led_by_cold(name)),
        ]

    def led_by_cold(self, model: str) -> list[str]:
        """Return the models that a model leads, but not on warm products alone."""
        metric = f"ndcg@{self.k}"

        def leads(value: Value) -> bool:
            return value.value > 0 and value.excludes_zero

        return [
            against
            for (first, against), metrics in self.differences.items()
            if first == model
            and leads(metrics[metric])
            # Without a warm product held out all of the lead comes from cold ones.
            and not leads(self.warm_differences.get((first, against), {metric: NO_VALUE})[metric])
        ]

    def cold_lead(self, model: str) -> str:
        """Return the warning that a model leads others by cold products alone."""
        share = self.models[model].metrics["all"][f"cold_share@{self.k}"].value
        return (
            f"{model} leads {', '.join(self.led_by_cold(model))} on all held-out products, but not "
            f"on warm ones: cold products, {self.cold_share:.1%} of what is held out, have "
            f"{share:.1%} of its places."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the shoppers one by one, ready for JSON; NaN becomes None.

        Models that may have seen the answers stand apart, under 'as_stored'.
        """
        cutoff, honest = self.cutoff_at, self.honest()
        return {
            "split": self.split,
            "k": self.k,
            "cutoff": None if cutoff is None else cutoff.isoformat(),
            "seed": self.seed,
            "shoppers": self.shoppers.get("all", 0),
            "lists": self.lists,
            "lists_drawn_from": self.n_moments or self.lists,
            "held_out": self.held_out.get("all", 0),
            "visitors": self.visitors,
            "visitors_with_one_product": self.single,
            "cold_share_of_held_out": round(self.cold_share, 6),
            "warnings": self.warnings,
            "models": honest.values("all"),
            "as_stored": self.as_stored().values("all"),
            "intervals": {
                name: {
                    metric: [or_none(value.low), or_none(value.high)]
                    for metric, value in result.metrics["all"].items()
                    if not math.isnan(value.low)
                }
                for name, result in honest.models.items()
            },
            "slices": {
                name: {
                    "shoppers": count,
                    "held_out": self.held_out[name],
                    "models": honest.values(name),
                }
                for name, count in self.shoppers.items()
                if name != "all"
            },
            "differences": honest.nested_differences(),
            "seconds": {
                name: {"fit": round(result.fit_seconds, 3), "rank": round(result.rank_seconds, 3)}
                for name, result in honest.models.items()
            },
        }

    def values(self, part: str) -> dict[str, dict[str, float | None]]:
        """Return the metrics of a slice by model and name, ready for JSON."""
        return {
            name: {m: or_none(value.value) for m, value in result.metrics[part].items()}
            for name, result in self.models.items()
        }

    def nested_differences(self) -> dict[str, dict[str, dict[str, dict[str, float | None]]]]:
        """Return the differences by model, other model and metric, ready for JSON."""
        nested: dict[str, dict[str, dict[str, dict[str, float | None]]]] = {}
        for (model, against), metrics in self.differences.items():
            nested.setdefault(model, {})[against] = {
                metric: {
                    "difference": or_none(value.value),
                    "low": or_none(value.low),
                    "high": or_none(value.high),
                }
                for metric, value in metrics.items()
            }
        return nested


def best_model(metric: str, values: Iterable[tuple[str, float]]) -> str | None:
    """Return the name of the best model by a metric; None where all are equal."""
    measured = [(name, value) for name, value in values if not math.isnan(value)]
    if len({value for _, value in measured}) < min(len(measured), 2):
        return None
    sign = -1 if metric.partition("@")[0] in LESS_IS_BETTER else 1
    return max(measured, key=lambda pair: sign * pair[1])[0] if measured else None


def or_none(value: float) -> float | None:
    """Return None for NaN, which neither JSON nor a table holds."""
    return None if math.isnan(value) else value

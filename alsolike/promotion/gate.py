"""What a model has to show before it may serve."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from alsolike.evaluation.results import Evaluation, Value, or_none
from alsolike.history import History
from alsolike.training import SAMPLE_SIZE, sample

ANEW = "made anew"
STORED = "as stored"

# Baselines that go by what each shopper did, the fastest first.
_PERSONAL = ("item-knn", "ials", "ease")
# Shows nearly the same to everybody: hardly any model covers less of the catalogue.
_SAME_FOR_ALL = "recently-popular"
# Kind of the model that a shop begins with.
_PLAIN = "average"
# Below this share of the candidate's NDCG the serving model sets no bar for lists.
_FAR_WORSE = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a model may fall behind another one in what NDCG does not measure.

    The other one is the serving model, or a behaviour baseline where that sets no bar; see
    `check_beside_behaviour`.

    Attributes
    ----------
    coverage : float
        Least share of the other's catalogue coverage.
    gini : float
        Most by which the Gini coefficient of exposure, 0 (equal) to 1, may be greater.
    diversity : float
        Least share of the other's intra-list diversity.
    cold : float
        Least share of the other's share of products without history.
    latency : float
        Most multiple of the serving model's 99th percentile of the time to answer; 25 ms always
        pass.
    data : float
        Least share of the events of its training that this database holds.
    """

    coverage: float = 0.5
    gini: float = 0.2
    diversity: float = 0.6
    cold: float = 0.5
    latency: float = 3.0
    data: float = 0.8


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate: the figures of both models, and what is wanted, for people.

    `compared_with` is the model that sets the bar.
    """

    name: str
    candidate: float | None
    serving: float | None
    wanted: str
    is_passed: bool
    compared_with: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return asdict(self)


def check_data(data: Mapping[str, Any], history: History, limits: Limits) -> Check:
    """Check that a model was trained on the data of this database.

    The share is estimated from the smallest hashes of events of both (Broder 1997). Erased events
    lower it a little; with the data of another shop it is 0.
    """
    wanted = f"at least {limits.data:.0%} of the events it was trained on are here"
    trained_on: Sequence[str] = data.get("sample", [])
    if not trained_on or "latest_event_us" not in data:
        return Check("training data", None, None, "it says what it was trained on", is_passed=False)
    # Events after its training do not count: the model could not have seen them.
    here = sample(history.before(int(data["latest_event_us"]) + 1))
    union = sorted({*trained_on, *here})[:SAMPLE_SIZE]
    both = {*trained_on} & {*here}
    share = sum(value in both for value in union) / len(union)
    return Check("training data", share, None, wanted, is_passed=share >= limits.data)


def check_ranking(evaluation: Evaluation, candidate: str, serving: str, label: str) -> Check:
    """Check that NDCG is not worse: the paired interval must exclude a loss.

    The models were measured under their names followed by the label.
    """
    metric = f"ndcg@{evaluation.k}"
    name = f"NDCG@{evaluation.k}, {label}"
    ours, theirs = f"{candidate} {label}", f"{serving} {label}"
    difference = evaluation.differences[ours, theirs][metric]
    low, high = difference.low, difference.high
    return Check(
        name,
        evaluation.models[ours].metrics["all"][metric].value,
        evaluation.models[theirs].metrics["all"][metric].value,
        f"no loss against {serving}: difference {difference.value:+.4f}, 95 % from {low:+.4f} to "
        f"{high:+.4f}, {evaluation.shoppers['all']:,} shoppers",
        # Without a comparison it is NaN, which does not pass.
        is_passed=low >= 0,
        compared_with=serving,
    )


def check_latency(
    candidate: Sequence[float], serving: Sequence[float], name: str, limits: Limits
) -> Check:
    """Check that the 99th percentile of the time to answer is not much greater.

    `candidate` and `serving` are the seconds of each answer, `name` is the serving model's.
    """
    new, old = (1000 * float(np.quantile(taken, 0.99)) for taken in (candidate, serving))
    return Check(
        "p99 of an answer, ms",
        new,
        old,
        f"at most {limits.latency:g} × {name}, or 25 ms",
        is_passed=new <= max(limits.latency * old, 25.0),
        compared_with=name,
    )


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


def check_lists(
    candidate: Lists, serving: Lists, limits: Limits, *, bar: Lists | None = None, why: str = ""
) -> list[Check]:
    """Check coverage, concentration, diversity and new products.

    The candidate is compared with `bar`, or with the serving model when that is left out; `why`
    tells people why it is not the serving one.
    """
    other = bar or serving
    because = f" ({why})" if why else ""

    def share(name: str, metric: str, least: float) -> Check:
        new, old = candidate.of(metric), other.of(metric)
        return Check(
            name,
            or_none(new),
            or_none(serving.of(metric)),
            f"at least {least:g} × {_figure(old)} of {other.name}{because}",
            # Not measured, for lack of text vectors or cold products: passes.
            is_passed=math.isnan(old) or new >= least * old,
            compared_with=other.name,
        )

    gini = other.of("gini")
    return [
        share("catalogue coverage", "coverage", limits.coverage),
        Check(
            "Gini of exposure",
            or_none(candidate.of("gini")),
            or_none(serving.of("gini")),
            f"at most {limits.gini:g} above {_figure(gini)} of {other.name}{because}",
            is_passed=candidate.of("gini") <= gini + limits.gini,
            compared_with=other.name,
        ),
        share("intra-list diversity", "ild", limits.diversity),
        share("share of cold products", "cold_share", limits.cold),
    ]


def why_no_bar(candidate: Lists, serving: Lists, kind: str | None) -> str | None:
    """Return why the serving model's lists set no bar for another model; None if they do.

    Lists drawn at random would be best in coverage, concentration, diversity and new products. So
    the worse a model ranks, the less its figures for these mean. `kind` is the serving model's.
    """
    if serving.of("ndcg") < _FAR_WORSE * candidate.of("ndcg"):
        return f"{serving.name} ranks less than {_FAR_WORSE:g} times as well"
    if kind == _PLAIN:
        return f"{serving.name} is only what a shop begins with"
    return None


def check_beside_behaviour(
    candidate: Lists,
    serving: Lists,
    limits: Limits,
    *,
    why: str,
    measure: Callable[[str], Lists],
) -> list[Check]:
    """Check the lists against those of a baseline that goes by what each shopper did.

    It is enough to pass against one baseline that ranks worse than the candidate, or against the
    best of `item-knn`, `ials` and `ease`. A model that ranks better than all of them and
    `recently-popular` may also pass against that one, which shows nearly everybody the same. The
    checks are those against the baseline that it passes, else against the best one.

    Parameters
    ----------
    why : str
        From `why_no_bar`.
    measure : callable
        From the name of a baseline to its lists on the same split. It takes seconds to minutes, so
        it is called no more often than needed.
    """
    measured: dict[str, Lists] = {}
    for name in _PERSONAL:
        measured[name] = measure(name)
        if measured[name].of("ndcg") < candidate.of("ndcg"):
            checks = check_lists(candidate, serving, limits, bar=measured[name], why=why)
            if all(check.is_passed for check in checks):
                return checks
    best = max(measured.values(), key=lambda lists: lists.of("ndcg"))
    checks = check_lists(candidate, serving, limits, bar=best, why=why)
    if all(check.is_passed for check in checks) or best.of("ndcg") >= candidate.of("ndcg"):
        return checks
    popular = measure(_SAME_FOR_ALL)
    if popular.of("ndcg") < candidate.of("ndcg"):
        against_popular = check_lists(candidate, serving, limits, bar=popular, why=why)
        if all(check.is_passed for check in against_popular):
            return against_popular
    return checks


def _figure(value: float) -> str:
    return "the – (not measured)" if math.isnan(value) else f"the {value:.4f}"

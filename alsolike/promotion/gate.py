"""What a model has to show before it may serve."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.ranker import Ranker
from alsolike.evaluation.results import Evaluation
from alsolike.history import History, split_by_time
from alsolike.progress import Report
from alsolike.training.train import SAMPLE_SIZE, sample

ANEW = "made anew"
STORED = "as stored"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a model may fall behind the serving one where ranking quality is not all.

    Attributes
    ----------
    coverage : float
        Least share of the serving model's catalogue coverage.
    gini : float
        By how much exposure may be more unequal; Gini is 0 (equal) to 1.
    diversity : float
        Least share of the serving model's intra-list diversity.
    cold : float
        Least share of the serving model's part of lists that goes to products without history.
    latency : float
        Most times the serving model's 99th percentile of the time to answer; below 25 ms nothing
        is refused.
    data : float
        Least share of the events that it was trained on which this database holds.
    """

    coverage: float = 0.5
    gini: float = 0.2
    diversity: float = 0.6
    cold: float = 0.5
    latency: float = 3.0
    data: float = 0.8


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the gate looks at.

    Attributes
    ----------
    name : str
    candidate, serving : float or None
        What was measured of each; None: there is no such figure.
    wanted : str
        What has to hold, for people.
    is_passed : bool
    """

    name: str
    candidate: float | None
    serving: float | None
    wanted: str
    is_passed: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return asdict(self)


def check_data(data: Mapping[str, Any], history: History, limits: Limits) -> Check:
    """Check that a model was trained on what this database holds.

    The share is estimated from the events with the smallest hashes of both (Broder 1997). What was
    erased since lowers it a little, the data of another shop to nothing.
    """
    wanted = f"at least {limits.data:.0%} of the events it was trained on are here"
    kept: Sequence[str] = data.get("sample", [])
    if not kept or "latest_event_us" not in data:
        return Check("training data", None, None, "it says what it was trained on", is_passed=False)
    # Only what it could have seen counts: what came later is no difference.
    here = sample(history.before(int(data["latest_event_us"]) + 1))
    union = sorted({*kept, *here})[:SAMPLE_SIZE]
    both = {*kept} & {*here}
    share = sum(value in both for value in union) / len(union)
    return Check("training data", share, None, wanted, is_passed=share >= limits.data)


def measure(
    history: History,
    rankers: Sequence[Ranker],
    *,
    k: int,
    vectors: NDArray[np.float32] | None,
    seed: int,
    report: Report,
) -> Evaluation:
    """Evaluate candidate and serving model on the time split, each once made anew, once stored."""
    return evaluate(split_by_time(history), rankers, k=k, vectors=vectors, seed=seed, report=report)


def check_ranking(evaluation: Evaluation, candidate: str, serving: str, label: str) -> Check:
    """Check that NDCG is not worse: the paired interval must exclude a loss."""
    metric = f"ndcg@{evaluation.k}"
    name = f"NDCG@{evaluation.k}, {label}"
    difference = evaluation.differences[candidate, serving][metric]
    low, high = difference.low, difference.high
    return Check(
        name,
        evaluation.models[candidate].metrics["all"][metric].value,
        evaluation.models[serving].metrics["all"][metric].value,
        f"no loss: difference {difference.value:+.4f}, 95 % from {low:+.4f} to {high:+.4f}",
        # NaN, where nothing could be compared, is no proof.
        is_passed=low >= 0,
    )


def check_guards(
    evaluation: Evaluation,
    candidate: str,
    serving: str,
    latencies: tuple[Sequence[float], Sequence[float]],
    limits: Limits,
) -> list[Check]:
    """Check what a better ranking must not be paid with.

    Parameters
    ----------
    latencies : pair of sequences of float
        Seconds that the answers of candidate and serving model took.
    """

    def of(model: str, metric: str) -> float:
        found = evaluation.models[model].metrics["all"].get(f"{metric}@{evaluation.k}")
        return math.nan if found is None else found.value

    def share(name: str, metric: str, least: float) -> Check:
        new, old = of(candidate, metric), of(serving, metric)
        # Nothing to measure on (no text vectors, no cold product) is nothing lost.
        is_passed = math.isnan(old) or new >= least * old
        return Check(name, _or_none(new), _or_none(old), f"at least {least:g} × serving", is_passed)

    new_gini, old_gini = of(candidate, "gini"), of(serving, "gini")
    new_latency, old_latency = (1000 * float(np.quantile(taken, 0.99)) for taken in latencies)
    return [
        share("catalogue coverage", "coverage", limits.coverage),
        Check(
            "Gini of exposure",
            new_gini,
            old_gini,
            f"at most serving + {limits.gini:g}",
            is_passed=new_gini <= old_gini + limits.gini,
        ),
        share("intra-list diversity", "ild", limits.diversity),
        share("share of cold products", "cold_share", limits.cold),
        Check(
            "p99 of an answer, ms",
            new_latency,
            old_latency,
            f"at most {limits.latency:g} × serving, or 25 ms",
            is_passed=new_latency <= max(limits.latency * old_latency, 25.0),
        ),
    ]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value

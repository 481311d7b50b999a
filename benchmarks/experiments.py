"""Whether the statistics of experiments keep what they promise, on simulated shoppers.

    python -m benchmarks.experiments [--runs 1000] [--seed 1]

Shoppers are drawn as shops see them: most buy nothing, and a few orders are large
(`alsolike/experiments/simulated_shoppers.py`). The tests run the same simulations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, norm

from alsolike.evaluation.bootstrap import resampled_means
from alsolike.experiments.simulated_shoppers import (
    NO_LIFT,
    Lift,
    Population,
    draw_experiment,
    draw_orders,
    draw_shoppers,
)
from alsolike.experiments.statistics.analyse import analyse
from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.metrics import ARM, CONVERTED, REVENUE, metrics_by_name
from alsolike.experiments.statistics.sample_ratio import check_sample_ratio
from alsolike.experiments.statistics.sample_size import sample_size, share_of
from alsolike.experiments.statistics.sequence import Bounds, confidence_sequence, tightest_rho
from benchmarks.catalogue import machine, options

SHARES = {"control": 0.5, "new": 0.5}
SHOPPERS = 4_000
DESIGN = Design(SHARES, "control", SHOPPERS)
LOOKS = 20
# Of both arms, at the last look.
LOOKED_AT = 10_000
BETTER = Lift(orders=1.2, order_value=1.1)
# Shoppers who come back, as those of a grocer: what they did before says a lot.
REGULARS = Population(orders=2.0, order_spread=0.4)
_ALPHA = 0.05
# Runs drawn at a time.
_RUNS_AT_ONCE = 50


def false_alarms(runs: int, *, seed: int) -> dict[str, int]:
    """Return in how many experiments without an effect the plain test has p < .05, by metric."""
    random = np.random.default_rng(seed)
    alarms: dict[str, int] = {}
    for _ in range(runs):
        for effect in analyse(draw_experiment(random, SHOPPERS, SHARES), DESIGN).effects:
            alarms[effect.metric] = alarms.get(effect.metric, 0) + (effect.p_value < _ALPHA)
    return alarms


def covered(runs: int, *, seed: int) -> dict[str, int]:
    """Return in how many experiments with an effect the plain interval has it, by metric."""
    random = np.random.default_rng(seed)
    true = true_differences(Population(), BETTER)
    metrics = metrics_by_name(true)
    hits = dict.fromkeys(true, 0)
    for _ in range(runs):
        rows = draw_experiment(random, SHOPPERS, SHARES, lifts={"new": BETTER})
        for effect in analyse(rows, DESIGN, metrics).effects:
            hits[effect.metric] += effect.once.low <= true[effect.metric] <= effect.once.high
    return hits


def true_differences(people: Population, lift: Lift) -> dict[str, float]:
    """Return what a lift changes for a shopper, by metric."""
    return {
        "conversion": people.conversion(lift) - people.conversion(),
        "revenue": people.revenue(lift) - people.revenue(),
    }


@dataclass(frozen=True)
class Looks:
    """Experiments that are looked at again and again.

    Attributes
    ----------
    plain, any_time : dict of str to int
        By metric, `adjusted` being the revenue of regulars adjusted for the time before: in how
        many runs the interval misses the truth at any of the looks.
    plain_at_end : dict of str to int
        At the last look alone.
    """

    plain: Mapping[str, int]
    any_time: Mapping[str, int]
    plain_at_end: Mapping[str, int]


def look_often(runs: int, lift: Lift = NO_LIFT, *, seed: int) -> Looks:
    """Look `LOOKS` times at experiments whose shoppers come one after another."""
    random = np.random.default_rng(seed)
    true = true_differences(Population(), lift)
    true["adjusted"] = true_differences(REGULARS, lift)["revenue"]
    misses = {name: np.zeros(3, np.int64) for name in true}
    rho = tightest_rho(LOOKED_AT, alpha=_ALPHA)
    for start in range(0, runs, _RUNS_AT_ONCE):
        shape = (min(_RUNS_AT_ONCE, runs - start), LOOKED_AT)
        is_new = random.random(shape) < SHARES["new"]
        few, _ = _orders(random, Population(), lift, is_new)
        many, before = _orders(random, REGULARS, lift, is_new)
        looks = {
            "conversion": differences_so_far(few[CONVERTED], is_new),
            "revenue": differences_so_far(few[REVENUE], is_new),
            "adjusted": differences_so_far(many[REVENUE], is_new, before[REVENUE]),
        }
        for name, (difference, error, shoppers) in looks.items():
            half = norm.ppf(1 - _ALPHA / 2) * error
            plain = _misses(Bounds(difference - half, difference + half), true[name])
            any_time = _misses(
                confidence_sequence(difference, error, shoppers, rho=rho, alpha=_ALPHA),
                true[name],
            )
            misses[name] += [
                np.count_nonzero(plain.any(axis=1)),
                np.count_nonzero(any_time.any(axis=1)),
                np.count_nonzero(plain[:, -1]),
            ]
    by_kind = [{name: int(counts[kind]) for name, counts in misses.items()} for kind in range(3)]
    return Looks(*by_kind)


def _orders(
    random: np.random.Generator, people: Population, lift: Lift, is_new: NDArray[np.bool_]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Draw what shoppers order during an experiment, and before it."""
    shoppers = draw_shoppers(random, is_new.shape, people)
    during = draw_orders(
        random,
        shoppers,
        people,
        orders=np.where(is_new, lift.orders, 1.0),
        order_value=np.where(is_new, lift.order_value, 1.0),
    )
    return during, draw_orders(random, shoppers, people)


def differences_so_far(
    values: NDArray[np.float64],
    is_new: NDArray[np.bool_],
    before: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference of means, its standard error and the shoppers at each look.

    Parameters
    ----------
    values, is_new : ndarray, shape (n_runs, n_shoppers)
    before : ndarray, shape (n_runs, n_shoppers), optional
        What to adjust for.

    Returns
    -------
    tuple of ndarray, shape (n_runs, LOOKS), float64
    """
    new = _Sums.of(values, before, is_new)
    old = _Sums.of(values, before, ~is_new)
    both = _Sums(*(part + other for part, other in zip(new.parts, old.parts, strict=True)))
    slope = 0.0 if before is None else both.covariance / both.variance_before
    difference = new.mean - old.mean - slope * (new.mean_before - old.mean_before)
    return difference, np.sqrt(new.error(slope) + old.error(slope)), both.count


@dataclass(frozen=True)
class _Sums:
    """Sums over the shoppers of an arm until each look, shape (n_runs, LOOKS)."""

    count: NDArray[np.float64]
    values: NDArray[np.float64]
    squares: NDArray[np.float64]
    before: NDArray[np.float64]
    squares_before: NDArray[np.float64]
    products: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        values: NDArray[np.float64],
        before: NDArray[np.float64] | None,
        members: NDArray[np.bool_],
    ) -> Self:
        y = np.where(members, values, 0.0)
        x = np.zeros_like(y) if before is None else np.where(members, before, 0.0)
        return cls(
            *(
                part.reshape(len(values), LOOKS, -1).sum(axis=2).cumsum(axis=1)
                for part in (members.astype(np.float64), y, y**2, x, x**2, x * y)
            )
        )

    @property
    def parts(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(getattr(self, field.name) for field in fields(self))

    @property
    def mean(self) -> NDArray[np.float64]:
        return self.values / self.count

    @property
    def mean_before(self) -> NDArray[np.float64]:
        return self.before / self.count

    @property
    def variance_before(self) -> NDArray[np.float64]:
        return (self.squares_before - self.before * self.mean_before) / (self.count - 1)

    @property
    def covariance(self) -> NDArray[np.float64]:
        return (self.products - self.before * self.mean) / (self.count - 1)

    def error(self, slope: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the squared standard error of the adjusted mean."""
        variance = (self.squares - self.values * self.mean) / (self.count - 1)
        adjusted = variance - 2 * slope * self.covariance + slope**2 * self.variance_before
        return adjusted / self.count


def _misses(bounds: Bounds, true: float) -> NDArray[np.bool_]:
    return (bounds.low > true) | (bounds.high < true)


@dataclass(frozen=True)
class VarianceLeft:
    """What adjusting for the time before leaves of the variance, as a share.

    Attributes
    ----------
    expected : float
        One less the squared correlation.
    reported : float
        By the standard errors, mean of the runs.
    between_runs : float
        By how much the effects differ from run to run.
    uncertainty : float
        Standard error of `between_runs`, as a share of it.
    """

    expected: float
    reported: float
    between_runs: float
    uncertainty: float


def variance_left(runs: int, *, seed: int) -> VarianceLeft:
    """Measure what CUPED leaves of the variance of revenue per shopper."""
    random = np.random.default_rng(seed)
    metrics = metrics_by_name(["revenue"])
    plain, adjusted, reported = np.zeros((3, runs))
    for run in range(runs):
        rows = draw_experiment(random, SHOPPERS, SHARES, population=REGULARS)
        (effect,) = analyse(rows, DESIGN, metrics).effects
        adjusted[run], reported[run] = effect.difference, effect.variance_left
        is_new = rows[ARM] == "new"
        plain[run] = rows[REVENUE][is_new].mean() - rows[REVENUE][~is_new].mean()
    correlation = REGULARS.revenue_correlation()
    return VarianceLeft(
        expected=1 - correlation**2,
        reported=float(reported.mean()),
        between_runs=float(adjusted.var() / plain.var()),
        # Of two variances of normal values with the correlation c: 2 sqrt((1 - c ** 2) / runs).
        uncertainty=2 * abs(correlation) / runs**0.5,
    )


def delta_over_bootstrap(resamples: int, *, seed: int) -> dict[str, float]:
    """Return the standard errors of ratios over those of a bootstrap of shoppers, by metric."""
    random = np.random.default_rng(seed)
    rows = draw_experiment(random, 2 * SHOPPERS, SHARES)
    metrics = metrics_by_name(["order_value", "click_rate"])
    analysis = analyse(rows, DESIGN, metrics)
    ratios: dict[str, dict[str, NDArray[np.float64]]] = {}
    for number, arm in enumerate(SHARES):
        members = rows[ARM] == arm
        columns = [measure.column for metric in metrics for measure in metric.measures]
        values = np.stack([rows[column][members] for column in columns], axis=1)
        means = resampled_means(values.astype(np.float64), seed=seed + number, resamples=resamples)
        ratios[arm] = {
            metric.name: means[:, 2 * place] / means[:, 2 * place + 1]
            for place, metric in enumerate(metrics)
        }
    return {
        effect.metric: float(
            effect.standard_error
            / np.std(ratios["new"][effect.metric] - ratios["control"][effect.metric], ddof=1)
        )
        for effect in analysis.effects
    }


@dataclass(frozen=True)
class Power:
    """How experiments of the size that `sample_size` tells end, where its lift is true.

    Attributes
    ----------
    once : float
        Share in which one look at the end shows it.
    any_time : float
        Share in which one of `LOOKS` looks shows it, by the planned size for looking any time.
    ended : float
        Median number of shoppers at the look that showed it first, as a share of the size for one
        look at the end.
    """

    once: float
    any_time: float
    ended: float


def power_reached(runs: int, *, seed: int) -> Power:
    """Measure the power that `sample_size` promises, by conversion."""
    random = np.random.default_rng(seed)
    people, lift = Population(), Lift(orders=1.5)
    size = sample_size(
        share_of(people.conversion()), people.conversion(lift) / people.conversion() - 1
    )
    shows: dict[str, NDArray[np.bool_]] = {}
    sizes: dict[str, int] = {}
    for name, arms in (("once", size.once), ("any_time", size.any_time)):
        # As many at each look.
        sizes[name] = -(-sum(arms.values()) // LOOKS) * LOOKS
        shape = (runs, sizes[name])
        is_new = random.random(shape) < SHARES["new"]
        during, _ = _orders(random, people, lift, is_new)
        difference, error, shoppers = differences_so_far(during[CONVERTED], is_new)
        if name == "once":
            shows[name] = difference / error > norm.ppf(1 - _ALPHA / 2)
        else:
            rho = tightest_rho(sizes[name], alpha=_ALPHA)
            bounds = confidence_sequence(difference, error, shoppers, rho=rho, alpha=_ALPHA)
            shows[name] = bounds.low > 0
    has_ended = shows["any_time"].any(axis=1)
    first = (shows["any_time"][has_ended].argmax(axis=1) + 1) * sizes["any_time"] / LOOKS
    return Power(
        once=float(shows["once"][:, -1].mean()),
        any_time=float(has_ended.mean()),
        ended=float(np.median(first) / sizes["once"]),
    )


def mismatch_probability() -> float:
    """Return the exact probability that a fair split of 10,000 shoppers is called a mismatch."""
    probability = 0.0
    for new in range(LOOKED_AT + 1):
        likely = float(binom.pmf(new, LOOKED_AT, SHARES["new"]))
        # What is left out has less than one in a billion together.
        if likely > 1e-14:  # noqa: PLR2004
            counts = {"new": new, "control": LOOKED_AT - new}
            probability += likely * check_sample_ratio(counts, DESIGN).is_mismatch
    return probability


def _shares(counts: Mapping[str, int], runs: int) -> str:
    return ", ".join(f"{name} {count / runs:.1%}" for name, count in counts.items())


def _main() -> None:
    chosen = options(__doc__ or "", runs=1000, seed=1)
    runs, seed = int(chosen.runs), int(chosen.seed)
    print(f"{machine()}; {runs:,} experiments each, seed {seed}\n")
    print(f"No effect, {SHOPPERS:,} shoppers, one look: p < .05 in", end=" ")
    print(_shares(false_alarms(runs, seed=seed), runs))
    print("An effect, one look: the interval has it in", _shares(covered(runs, seed=seed), runs))
    for label, lift in (("No effect", NO_LIFT), ("An effect", BETTER)):
        looks = look_often(runs, lift, seed=seed)
        print(f"{label}, {LOOKS} looks at up to {LOOKED_AT:,} shoppers: missed at some look by")
        print(f"  the plain interval      {_shares(looks.plain, runs)}")
        print(f"    at the last look      {_shares(looks.plain_at_end, runs)}")
        print(f"  the one for any time    {_shares(looks.any_time, runs)}")
    left = variance_left(runs, seed=seed)
    print(f"CUPED leaves {left.reported:.4f} of the variance by the standard errors,")
    print(f"  {left.between_runs:.4f} between runs (± {left.uncertainty:.1%});", end=" ")
    print(f"1 - r² is {left.expected:.4f}")
    for name, ratio in delta_over_bootstrap(20 * runs, seed=seed).items():
        print(f"Standard error of {name} over that of {20 * runs:,} resamples: {ratio:.4f}")
    power = power_reached(runs, seed=seed)
    print(f"Planned for 80 %: seen by one look at the end in {power.once:.1%};")
    print(
        f"  by looking any time in {power.any_time:.1%}, half of them by {power.ended:.0%}", end=" "
    )
    print("of the shoppers that one look needs")
    print(f"A fair split of {LOOKED_AT:,} is called a mismatch in {mismatch_probability():.3%}")


if __name__ == "__main__":
    _main()

"""How many shoppers an experiment needs to show an effect of a given size."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

from scipy.optimize import brentq
from tea_tasting.aggr import Aggregates  # pyright: ignore[reportMissingTypeStubs]
from tea_tasting.metrics import Mean  # pyright: ignore[reportMissingTypeStubs]

from alsolike.experiments.statistics.design import FEWEST_SHOPPERS
from alsolike.experiments.statistics.errors import SizeError
from alsolike.experiments.statistics.sequence import half_width, tightest_rho

_VALUE = "value"
_ARMS = 2
# More than every shopper there is: an effect that needs them is none.
_MOST_SHOPPERS = 10**10


@dataclass(frozen=True, slots=True)
class Baseline:
    """A metric as it is without the experiment; `share_of` makes that of a share.

    Attributes
    ----------
    mean : float
        Per shopper; above 0.
    variance : float
        Between shoppers, above 0.
    is_share : bool
        Whether it is the share of the shoppers who do something, 0 to 1.
    correlation : float
        Between what a shopper does and what they did before, -1 to 1, where the analysis adjusts
        for it.
    """

    mean: float
    variance: float
    is_share: bool = False
    correlation: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.mean > 0):
            message = (
                f"A baseline of {self.mean:g} cannot be raised by a share: it has to be above 0."
            )
            raise SizeError(message)
        if not (math.isfinite(self.variance) and self.variance > 0):
            message = f"A variance of {self.variance:g} between shoppers: it has to be above 0."
            raise SizeError(message)
        if not -1 < self.correlation < 1:
            message = f"A correlation of {self.correlation:g}: it lies between -1 and 1."
            raise SizeError(message)

    def variance_with(self, lift: float) -> float:
        """Return the variance with a lift: of a share p, p (1 - p); an amount is multiplied."""
        if self.is_share:
            share = self.mean * (1 + lift)
            return share * (1 - share)
        return self.variance * (1 + lift) ** 2


def share_of(share: float, *, correlation: float = 0.0) -> Baseline:
    """Return the baseline of a share, 0 to 1, such as conversion per shopper."""
    if not 0 < share < 1:
        message = f"A share of {share:g}: it lies between 0 and 1, such as 0.03 for 3 %."
        raise SizeError(message)
    return Baseline(share, share * (1 - share), is_share=True, correlation=correlation)


@dataclass(frozen=True, slots=True)
class Plan:
    """How sure an experiment of two arms is to be.

    Attributes
    ----------
    power : float
        The probability that the interval excludes 0 where the lift is true, 0 to 1.
    confidence : float
        Of the interval, 0 to 1.
    treatment_share : float
        The share of the shoppers in the arm that is tried, 0 to 1.
    """

    power: float = 0.8
    confidence: float = 0.95
    treatment_share: float = 0.5

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0 < value < 1:
                message = f"A {name.replace('_', ' ')} of {value:g}: it lies between 0 and 1."
                raise SizeError(message)
        if self.power <= 1 - self.confidence:
            message = (
                f"A power of {self.power:g} at a confidence of {self.confidence:g} takes no "
                "shoppers: chance alone finds as much. Ask for more, such as 0.8."
            )
            raise SizeError(message)


@dataclass(frozen=True, slots=True)
class SampleSize:
    """The shoppers that an experiment needs.

    Attributes
    ----------
    lift : float
        The relative effect that is to be seen: 0.05 is 5 % more.
    once : dict of str to int
        Shoppers of 'control' and 'treatment' for one look at the end, by the plain interval.
    any_time : dict of str to int
        The same where one may look at any time, by the interval that allows it, planned for as
        many. The experiment often ends earlier.
    """

    baseline: Baseline
    plan: Plan
    lift: float
    once: Mapping[str, int]
    any_time: Mapping[str, int]

    def days(self, shoppers_per_day: float) -> dict[str, int]:
        """Return the days that 'once' and 'any_time' take, with so many new shoppers a day."""
        if not (math.isfinite(shoppers_per_day) and shoppers_per_day > 0):
            message = f"{shoppers_per_day:g} shoppers a day: it has to be more than 0."
            raise SizeError(message)
        return {
            "once": math.ceil(sum(self.once.values()) / shoppers_per_day),
            "any_time": math.ceil(sum(self.any_time.values()) / shoppers_per_day),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return asdict(self)


def sample_size(baseline: Baseline, lift: float, plan: Plan | None = None) -> SampleSize:
    r"""Return how many shoppers it takes to see a lift.

    With the variances :math:`v_0, v_1` of control and treatment, their shares :math:`p_0, p_1` and
    the absolute effect :math:`\delta`, a z-test needs

    .. math:: n = \left(\frac{v_0}{p_0} + \frac{v_1}{p_1}\right) (1 - r^2)
        \frac{(z_{1 - \alpha / 2} + z_{power})^2}{\delta^2}

    shoppers in both arms together, r being the correlation with what shoppers did before. To look
    at any time, :math:`z_{1 - \alpha / 2}` becomes the half-width of the confidence sequence at its
    narrowest, 3.04 at 95 %.

    Parameters
    ----------
    lift : float
        Relative, not 0, above -1.

    Raises
    ------
    SizeError
        The lift is 0, leads to a share above 1 or below 0, or takes more shoppers than there are.
    """
    plan = plan or Plan()
    _check_lift(baseline, lift)
    fewest = math.ceil(FEWEST_SHOPPERS / min(plan.treatment_share, 1 - plan.treatment_share))
    once = fewest
    if _power(baseline, lift, fewest, plan) < plan.power:
        solved = _mean(lift, plan).solve_power_from_aggregates(
            _aggregates(baseline, lift, fewest, plan), "n_obs"
        )
        once = solved[0].n_obs
    if once > _MOST_SHOPPERS:
        message = (
            f"A lift of {lift:.2g} takes {once:,.0f} shoppers: look for a greater one, or for a "
            "metric that differs less between shoppers."
        )
        raise SizeError(message)
    alpha = 1 - plan.confidence
    normal = NormalDist()
    found_by = (
        normal.inv_cdf(1 - alpha / 2),
        float(half_width(1.0, rho=tightest_rho(1.0, alpha=alpha), alpha=alpha)),
    )
    plain, wider = (limit + normal.inv_cdf(plan.power) for limit in found_by)
    return SampleSize(
        baseline,
        plan,
        lift,
        once=_by_arm(once, plan),
        any_time=_by_arm(once * (wider / plain) ** 2, plan),
    )


def power_of(baseline: Baseline, lift: float, shoppers: int, plan: Plan | None = None) -> float:
    """Return the probability that one look at so many shoppers of both arms shows a lift, 0 to 1.

    The power that `plan` asks for does not matter.
    """
    _check_lift(baseline, lift)
    return _power(baseline, lift, _checked(shoppers), plan or Plan())


def detectable_lift(baseline: Baseline, shoppers: int, plan: Plan | None = None) -> float:
    """Return the least lift above 0 that one look at so many shoppers of both arms would show.

    Raises
    ------
    SizeError
        Even a share of 1 would not be seen.
    """
    plan = plan or Plan()
    shoppers = _checked(shoppers)
    most = 1 / baseline.mean - 1 if baseline.is_share else 1e6
    # A share of exactly 1 has no variance.
    most *= 1 - 1e-9

    def lacking(lift: float) -> float:
        return plan.power - _power(baseline, lift, shoppers, plan)

    if lacking(most) > 0:
        message = f"{shoppers:,} shoppers show no lift of such a baseline: wait for more."
        raise SizeError(message)
    return float(brentq(lacking, most * 1e-12, most, xtol=most * 1e-12))


def _checked(shoppers: int) -> int:
    if shoppers < _ARMS * FEWEST_SHOPPERS:
        message = f"{shoppers:,} shoppers are too few: an arm needs {FEWEST_SHOPPERS} at least."
        raise SizeError(message)
    return shoppers


def _check_lift(baseline: Baseline, lift: float) -> None:
    if not (math.isfinite(lift) and lift != 0 and lift > -1):
        message = f"A lift of {lift:g}: give one above -1 that is not 0, such as 0.05 for 5 % more."
        raise SizeError(message)
    if baseline.is_share and baseline.mean * (1 + lift) >= 1:
        message = (
            f"A share of {baseline.mean:g} with a lift of {lift:g} is "
            f"{baseline.mean * (1 + lift):g}: it has to stay below 1."
        )
        raise SizeError(message)


def _mean(lift: float, plan: Plan) -> Mean:
    return Mean(
        _VALUE,
        alternative="two-sided",
        use_t=False,
        rel_effect_size=lift,
        alpha=1 - plan.confidence,
        power=plan.power,
        ratio=plan.treatment_share / (1 - plan.treatment_share),
    )


def _aggregates(baseline: Baseline, lift: float, shoppers: int, plan: Plan) -> Aggregates:
    """Return what the library takes: it knows one variance for both arms.

    With v = p1 v0 + p0 v1 its v / p0 + v / p1 is v0 / p0 + v1 / p1.
    """
    share = plan.treatment_share
    variance = share * baseline.variance + (1 - share) * baseline.variance_with(lift)
    return Aggregates(
        count_=shoppers,
        mean_={_VALUE: baseline.mean},
        var_={_VALUE: variance * (1 - baseline.correlation**2)},
    )


def _power(baseline: Baseline, lift: float, shoppers: int, plan: Plan) -> float:
    solved = _mean(lift, plan).solve_power_from_aggregates(
        _aggregates(baseline, lift, shoppers, plan), "power"
    )
    return float(solved[0].power)


def _by_arm(shoppers: float, plan: Plan) -> dict[str, int]:
    return {
        "control": math.ceil(shoppers * (1 - plan.treatment_share)),
        "treatment": math.ceil(shoppers * plan.treatment_share),
    }

"""The effect of one arm on one metric."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from tea_tasting.aggr import Aggregates  # pyright: ignore[reportMissingTypeStubs]
from tea_tasting.metrics import RatioOfMeans  # pyright: ignore[reportMissingTypeStubs]

from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.errors import NothingToCompareError
from alsolike.experiments.statistics.metrics import Metric
from alsolike.experiments.statistics.results import Effect, Span
from alsolike.experiments.statistics.rows import ShopperRows
from alsolike.experiments.statistics.sequence import (
    any_time_p,
    confidence_sequence,
    half_width,
    tightest_rho,
)

# What is left of a variance where only rounding is left.
_NOTHING = 1e-12


def moments(rows: ShopperRows, arm: str, columns: Sequence[str]) -> Aggregates:
    """Return the number of shoppers of an arm, and means, variances and covariances of columns."""
    values = rows.of_arm(arm, columns)
    means = values.mean(axis=1)
    covariances = np.atleast_2d(np.cov(values))
    return Aggregates(
        count_=values.shape[1],
        mean_=dict(zip(columns, means.tolist(), strict=True)),
        var_=dict(zip(columns, np.diag(covariances).tolist(), strict=True)),
        cov_={
            (first, second): float(covariances[row, column])
            for row, first in enumerate(columns)
            for column, second in enumerate(columns)
            if first < second
        },
    )


def compare(
    control: Aggregates, treatment: Aggregates, metric: Metric, arm: str, design: Design
) -> Effect:
    r"""Compare an arm with the control by one metric.

    The difference of two means, its interval and p-value are those of the z-test with a variance of
    its own in each arm. With a covariate X a shopper's value Y becomes
    :math:`Y - \theta (X - \bar X)`, where :math:`\theta = \mathrm{cov}(Y, X) / \mathrm{var}(X)`
    over the shoppers of both arms (CUPED, [1]_); the variance falls to :math:`1 - r^2` of it, r
    being the correlation. A ratio of the sums of Y and N has, with the shopper as the unit, the
    variance ([2]_, the delta method)

    .. math:: \frac{1}{n \bar N^2} \left(s_Y^2 - 2 \frac{\bar Y}{\bar N} s_{YN}
        + \frac{\bar Y^2}{\bar N^2} s_N^2\right).

    The interval of the lift is made for the logarithm of the ratio of the two values, whose
    variance is the sum of both variances, each over its squared value.

    Parameters
    ----------
    control, treatment : Aggregates
        See `moments`; of the metric's columns.

    Raises
    ------
    NothingToCompareError
        All shoppers of both arms have the same value, or what they did before explains all of it;
        the divisor of a ratio is 0; or a value is 0 but for chance.

    References
    ----------
    .. [1] Deng, Xu, Kohavi and Walker 2013, "Improving the Sensitivity of Online Controlled
       Experiments by Utilizing Pre-Experiment Data", WSDM.
    .. [2] Deng, Knoblich and Lu 2018, "Applying the Delta Method in Metric Analytics", KDD.
    """
    _require_divisor({design.control: control, arm: treatment}, metric)
    slope = _slope(control + treatment, metric)
    sides = (control, treatment)
    variances = [_variance(side, metric, slope) / side.count() for side in sides]
    plain = [_plain_variance(side, metric) / side.count() for side in sides]
    if sum(variances) <= _NOTHING * sum(plain):
        arms = f"all shoppers of {design.control!r} and {arm!r}"
        message = (
            f"{metric.name} cannot be compared: what {arms} did before explains all that they "
            "did. Leave its covariate out."
            if slope
            else f"{metric.name} cannot be compared: it is the same for {arms}. Wait until some "
            "differ."
        )
        raise NothingToCompareError(message)
    try:
        found = RatioOfMeans(
            metric.value.column,
            None if metric.per is None else metric.per.column,
            None if metric.covariate is None else metric.covariate.column,
            alternative="two-sided",
            confidence_level=design.confidence,
            equal_var=False,
            use_t=False,
        ).analyze_aggregates(control, treatment)
    except OverflowError as error:
        # The library makes the interval of the lift too, and some ratios are beyond all numbers.
        message = (
            f"{metric.name} cannot be compared: in {design.control!r} or {arm!r} it is 0 but for "
            "chance. Wait until it is not."
        )
        raise NothingToCompareError(message) from error
    difference, spread = float(found.effect_size), math.sqrt(sum(variances))
    shoppers = control.count() + treatment.count()
    alpha = 1 - design.confidence
    rho = tightest_rho(design.planned_for(arm), alpha=alpha)
    any_time = confidence_sequence(difference, spread, shoppers, rho=rho, alpha=alpha)
    lift = lift_once = lift_any_time = None
    values = (float(found.control), float(found.treatment))
    if all(value > math.sqrt(variance) for value, variance in zip(values, variances, strict=True)):
        lift = float(found.rel_effect_size)
        lift_once = Span(
            float(found.rel_effect_size_ci_lower), float(found.rel_effect_size_ci_upper)
        )
        log_error = math.sqrt(variances[0] / values[0] ** 2 + variances[1] / values[1] ** 2)
        factor = math.exp(log_error * float(half_width(shoppers, rho=rho, alpha=alpha)))
        lift_any_time = Span((1 + lift) / factor - 1, (1 + lift) * factor - 1)
    return Effect(
        metric=metric.name,
        arm=arm,
        is_share=metric.is_share,
        shoppers=shoppers,
        control=values[0],
        treatment=values[1],
        difference=difference,
        standard_error=spread,
        once=Span(float(found.effect_size_ci_lower), float(found.effect_size_ci_upper)),
        p_value=float(found.pvalue),
        any_time=Span(float(any_time.low), float(any_time.high)),
        any_time_p=float(any_time_p(difference / spread, shoppers, rho=rho)),
        lift=lift,
        lift_once=lift_once,
        lift_any_time=lift_any_time,
        is_adjusted=slope != 0,
        variance_left=sum(variances) / sum(plain) if slope else 1.0,
    )


def _require_divisor(sides: Mapping[str, Aggregates], metric: Metric) -> None:
    for name, side in sides.items():
        if metric.per is not None and side.mean(metric.per.column) == 0:
            message = (
                f"{metric.name} divides by {metric.per.column}, and arm {name!r} has none: wait "
                "until it has some."
            )
            raise NothingToCompareError(message)


def _slope(both: Aggregates, metric: Metric) -> float:
    """Return theta, 0 where nothing is adjusted or nobody is known from before."""
    if metric.covariate is None or both.var(metric.covariate.column) == 0:
        return 0.0
    before = metric.covariate.column
    return both.cov(metric.value.column, before) / both.var(before)


def _variance(side: Aggregates, metric: Metric, slope: float) -> float:
    """Return the variance of what a shopper of an arm adds to the metric."""
    value = metric.value.column
    if metric.per is not None:
        return side.ratio_var(value, metric.per.column)
    if metric.covariate is None:
        return side.var(value)
    before = metric.covariate.column
    return side.var(value) - 2 * slope * side.cov(value, before) + slope**2 * side.var(before)


def _plain_variance(side: Aggregates, metric: Metric) -> float:
    """Return the variance of the values alone, in the unit of the metric."""
    per = 1 if metric.per is None else side.mean(metric.per.column)
    return side.var(metric.value.column) / per**2

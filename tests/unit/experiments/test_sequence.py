"""The confidence sequence: its formula, its width, its p-value."""

import math

import numpy as np
import pytest

from alsolike.experiments.statistics.sequence import (
    any_time_p,
    confidence_sequence,
    half_width,
    tightest_rho,
)


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
@pytest.mark.parametrize("planned", [200, 10_000, 3_000_000])
def test_no_other_rho_is_narrower_at_the_planned_size(planned: int, alpha: float) -> None:
    rho = tightest_rho(planned, alpha=alpha)
    others = rho * np.array([0.5, 0.9, 0.99, 1.01, 1.1, 2])
    widths = [float(half_width(planned, rho=other, alpha=alpha)) for other in others]
    assert float(half_width(planned, rho=rho, alpha=alpha)) < min(widths)


def test_the_width_does_not_depend_on_the_size_but_on_its_share_of_the_plan() -> None:
    widths = [
        half_width(
            np.array([0.1, 1, 10]) * planned, rho=tightest_rho(planned, alpha=0.05), alpha=0.05
        )
        for planned in (1_000, 1_000_000)
    ]
    assert widths[0] == pytest.approx(widths[1])
    # At the plan it is sqrt(u), where u = t rho ** 2 + 1 solves u - log(u) = 1 - 2 log(.05).
    assert widths[0] == pytest.approx([3.8232, 3.0351, 3.2463], abs=1e-4)
    u = float(widths[0][1]) ** 2
    assert u - math.log(u) == pytest.approx(1 - 2 * math.log(0.05))


def test_it_is_the_formula_of_the_paper_for_one_mean() -> None:
    random = np.random.default_rng(1)
    values, t, rho, alpha = random.normal(2, 3, 500), 500, 0.1, 0.05
    deviation = values.std()
    margin = deviation * math.sqrt(
        2 * (t * rho**2 + 1) / (t**2 * rho**2) * math.log(math.sqrt(t * rho**2 + 1) / alpha)
    )
    bounds = confidence_sequence(values.mean(), deviation / math.sqrt(t), t, rho=rho, alpha=alpha)
    assert float(bounds.low) == pytest.approx(values.mean() - margin)
    assert float(bounds.high) == pytest.approx(values.mean() + margin)


@pytest.mark.parametrize("shoppers", [100, 5_000, 80_000])
def test_the_p_value_is_below_alpha_where_the_interval_excludes_zero(shoppers: int) -> None:
    rho = tightest_rho(5_000, alpha=0.05)
    edge = float(half_width(shoppers, rho=rho, alpha=0.05))
    assert float(any_time_p(edge, shoppers, rho=rho)) == pytest.approx(0.05)
    assert float(any_time_p(-edge, shoppers, rho=rho)) == pytest.approx(0.05)
    assert float(any_time_p(edge * 1.01, shoppers, rho=rho)) < 0.05
    assert float(any_time_p(0, shoppers, rho=rho)) == 1


def test_many_moments_at_once() -> None:
    bounds = confidence_sequence(
        np.zeros((2, 3)), np.ones(3), np.array([[100], [200]]), rho=0.1, alpha=0.05
    )
    assert bounds.low.shape == (2, 3)
    assert (bounds.high == -bounds.low).all()
    # The same standard error of twice as many: another place in the plan.
    assert (bounds.high[0] != bounds.high[1]).all()

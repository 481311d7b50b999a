"""How many shoppers an experiment needs, against simulation and SciPy."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from benchmarks.power import (
    Sureness,
    main,
    share_found,
    shoppers_for_mean,
    shoppers_for_rate,
    smallest_lift,
    variation_of_spend,
    widening,
)


def test_so_many_shoppers_find_a_lift_as_often_as_said() -> None:
    test, rate, lift = Sureness(alpha=0.05, power=0.8), 0.05, 0.2
    shoppers = shoppers_for_rate(rate, lift, test)
    random = np.random.default_rng(3)
    shares = random.binomial(shoppers, [rate, rate * (1 + lift)], (20_000, 2)) / shoppers
    errors = np.sqrt((shares * (1 - shares)).sum(axis=1) / shoppers)
    found = np.abs(shares[:, 1] - shares[:, 0]) / errors > stats.norm.ppf(0.975)
    assert found.mean() == pytest.approx(test.power, abs=0.015)


def test_the_least_lift_is_the_one_that_so_many_shoppers_find() -> None:
    test = Sureness()
    shoppers = shoppers_for_mean(3.0, 0.1, test)
    assert smallest_lift(3.0, shoppers, test) == pytest.approx(0.1, rel=1e-3)


def test_spend_varies_by_how_many_buy_and_by_their_orders() -> None:
    random = np.random.default_rng(5)
    buys = random.random(400_000) < 0.1
    orders = random.gamma(4.0, 10.0, len(buys))  # a standard deviation of half the mean
    spend = np.where(buys, orders, 0.0)
    expected = variation_of_spend(0.1, 0.5)
    assert spend.std() / spend.mean() == pytest.approx(expected, rel=0.02)


def test_a_mismatch_begins_where_chi_squared_says_so() -> None:
    shoppers = 80_000
    larger = shoppers * (0.5 + share_found(shoppers))
    counts = [larger, shoppers - larger]
    assert stats.chisquare(counts).pvalue == pytest.approx(0.001, rel=1e-6)


def test_looking_at_every_moment_costs_what_the_formula_says() -> None:
    found = minimize_scalar(
        lambda log: 2 * (1 + np.exp(-log)) * np.log(np.sqrt(np.exp(log) + 1) / 0.05),
        bounds=(-5, 9),
        method="bounded",
    )
    expected = np.sqrt(found.fun) / stats.norm.ppf(0.975)
    assert widening(0.05) == pytest.approx(expected, rel=1e-6)


def test_an_interval_that_holds_at_every_moment_seldom_misses_at_any() -> None:
    steps, tuned_for = 2_000, 500
    random = np.random.default_rng(11)
    sums = random.standard_normal((1_000, steps)).cumsum(axis=1)
    times = np.arange(1, steps + 1)
    grid = np.geomspace(1e-2, 1e4, 2_001)
    best = grid[np.argmin(2 * (grid + 1) / grid * np.log(np.sqrt(grid + 1) / 0.05))] / tuned_for
    widths = np.sqrt(2 * (times * best + 1) / best * np.log(np.sqrt(times * best + 1) / 0.05))
    missed = (np.abs(sums) > widths).any(axis=1).mean()
    assert missed <= 0.05
    assert widths[tuned_for - 1] == pytest.approx(
        widening(0.05) * stats.norm.ppf(0.975) * np.sqrt(tuned_for), rel=1e-3
    )


def test_another_plan_gives_other_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--weekly", "1000", "--rate", "0.1", "--lift", "0.2"]) == 0
    printed = capsys.readouterr().out
    needed = shoppers_for_rate(0.1, 0.2, Sureness())
    assert f"| 1,000 | {-(-2 * needed // 1000)} |" in printed

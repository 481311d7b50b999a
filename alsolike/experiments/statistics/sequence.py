"""Intervals that hold at every moment at once, so that an experiment may be looked at any time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw

_Array = NDArray[np.float64]


class Bounds(NamedTuple):
    """The ends of intervals, one for each moment, in the unit of the difference."""

    low: _Array
    high: _Array


def tightest_rho(shoppers: float, *, alpha: float) -> float:
    r"""Return the rho with which the confidence sequence is narrowest at a number of shoppers.

    Where the derivative of the half-width by :math:`\rho` is 0,

    .. math:: \rho = \sqrt{\frac{-W_{-1}(-\alpha^2 e^{-1}) - 1}{t}}

    with the lower branch :math:`W_{-1}` of Lambert's W. The paper [1]_ chooses rho by the same
    condition.

    Parameters
    ----------
    shoppers : float
        t, of both arms together, for which the interval is to be narrow: the planned size.
    alpha : float
        One less the confidence, 0 to 1.

    Returns
    -------
    float
        rho, in 1 / sqrt(shoppers).

    References
    ----------
    .. [1] Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory
       and asymptotic confidence sequences", The Annals of Statistics 52(6), arXiv 2103.06476.
    """
    spread = -lambertw(-(alpha**2) / np.e, -1).real - 1
    return float(np.sqrt(spread / shoppers))


def half_width(shoppers: ArrayLike, *, rho: float, alpha: float) -> _Array:
    r"""Return the half-width of the confidence sequence, in standard errors.

    .. math:: \sqrt{\frac{2 (t \rho^2 + 1)}{t \rho^2}
        \log \frac{\sqrt{t \rho^2 + 1}}{\alpha}}

    Parameters
    ----------
    shoppers : array_like
        t, of both arms together.
    rho : float
        See `tightest_rho`; chosen before anything was seen, and never changed.

    Returns
    -------
    ndarray, of the shape of `shoppers`, float64
        At the planned size and 95 % it is 3.04, where a plain interval has 1.96.
    """
    growth = np.asarray(shoppers, dtype=np.float64) * rho**2
    return np.sqrt(2 * (growth + 1) / growth * np.log(np.sqrt(growth + 1) / alpha))


def confidence_sequence(
    difference: ArrayLike,
    standard_error: ArrayLike,
    shoppers: ArrayLike,
    *,
    rho: float,
    alpha: float,
) -> Bounds:
    r"""Return the asymptotic confidence sequence of a difference of the means of two arms.

    The sequence of [1]_ (theorem 2.2, a mixture of normals by Robbins) for a mean of
    :math:`t` values with the standard deviation :math:`\hat\sigma_t` is

    .. math:: \hat\mu_t \pm \hat\sigma_t \sqrt{\frac{2 (t \rho^2 + 1)}{t^2 \rho^2}
        \log \frac{\sqrt{t \rho^2 + 1}}{\alpha}}.

    A difference :math:`\bar Y_1 - \bar Y_0` of two arms with the shares :math:`p_1, p_0` is, but
    for smaller terms, the mean over all :math:`t = n_1 + n_0` shoppers of what each contributes to
    it: :math:`(Y_i - \mu_1) / p_1` in one arm and :math:`-(Y_i - \mu_0) / p_0` in the other. Its
    variance is :math:`\sigma_t^2 = s_1^2 / p_1 + s_0^2 / p_0`, so that
    :math:`\hat\sigma_t / \sqrt t = \sqrt{s_1^2 / n_1 + s_0^2 / n_0}` is the usual standard error,
    and `half_width` multiplies it. It is the same for a mean adjusted with a covariate and for a
    ratio, whose standard errors are made likewise.

    With probability :math:`1 - \alpha` the true difference lies in the intervals of all moments
    together, as the number of shoppers grows; a look does not use anything up.

    Parameters
    ----------
    difference : array_like
        The treatment's mean less the control's, at each moment.
    standard_error : array_like
        Of the difference, in its unit.
    shoppers : array_like
        t, the shoppers of both arms together at each moment. Each counts once, when what is
        measured of them is complete.
    rho : float
        In 1 / sqrt(shoppers); see `tightest_rho`.
    alpha : float
        One less the confidence, 0 to 1.

    Returns
    -------
    Bounds
        Arrays of the shape that the arguments have together, in the unit of the difference.

    References
    ----------
    .. [1] Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory
       and asymptotic confidence sequences", The Annals of Statistics 52(6), arXiv 2103.06476.
    """
    middle = np.asarray(difference, dtype=np.float64)
    margin = np.asarray(standard_error) * half_width(shoppers, rho=rho, alpha=alpha)
    return Bounds(middle - margin, middle + margin)


def any_time_p(statistic: ArrayLike, shoppers: ArrayLike, *, rho: float) -> _Array:
    r"""Return the p-value that goes with the confidence sequence.

    The least alpha for which the sequence of this rho excludes 0:

    .. math:: \min\left(1, \sqrt{t \rho^2 + 1}
        \exp\left(-\frac{z^2}{2} \frac{t \rho^2}{t \rho^2 + 1}\right)\right)

    Parameters
    ----------
    statistic : array_like
        z, the difference over its standard error.
    shoppers : array_like
        t, of both arms together.

    Returns
    -------
    ndarray, float64
        0 to 1. Where no difference is true, it ever falls below alpha with probability alpha at
        most.
    """
    growth = np.asarray(shoppers, dtype=np.float64) * rho**2
    squares = np.asarray(statistic, dtype=np.float64) ** 2
    return np.minimum(1.0, np.sqrt(growth + 1) * np.exp(-squares / 2 * growth / (growth + 1)))

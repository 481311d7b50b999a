"""Bootstrap intervals over shoppers."""

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
# Bounds of a 95 % interval, in percent.
_BOUNDS = (2.5, 97.5)
# Numbers drawn at a time, 8 bytes each.
_DRAWS_AT_ONCE = 2_000_000


def resampled_means(
    values: NDArray[np.float64], *, seed: int, resamples: int = RESAMPLES
) -> NDArray[np.float64]:
    """Return the mean of each column over shoppers drawn with replacement, again and again.

    All columns see the same draws, so the differences between two columns are paired. The same seed
    gives the same draws.

    Parameters
    ----------
    values : ndarray, shape (n_shoppers, n_columns), float64
        NaN where a shopper does not count.

    Returns
    -------
    ndarray, shape (resamples, n_columns), float64
        NaN where no drawn shopper counts.
    """
    n_shoppers, n_columns = values.shape
    means = np.full((resamples, n_columns), np.nan)
    if not n_shoppers:
        return means
    counts_here = ~np.isnan(values)
    filled = np.where(counts_here, values, 0.0)
    present = counts_here.astype(np.float64)
    random = np.random.default_rng(seed)
    step = max(1, _DRAWS_AT_ONCE // n_shoppers)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = random.integers(n_shoppers, size=(size, n_shoppers))
        # One bincount for the whole block: the draws of a resample count in a range of its own.
        drawn += np.arange(size)[:, np.newaxis] * n_shoppers
        weights = np.bincount(drawn.ravel(), minlength=size * n_shoppers)
        weights = weights.reshape(size, n_shoppers).astype(np.float64)
        totals = weights @ present
        sums = weights @ filled
        np.divide(sums, totals, out=means[start : start + size], where=totals > 0)
    return means


def interval(means: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile interval of means (Efron and Tibshirani 1993, chapter 13).

    Its bounds are NaN where every mean is NaN.
    """
    kept = means[~np.isnan(means)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.percentile(kept, _BOUNDS)
    return float(low), float(high)

"""Whether the arms got the shares of the shoppers that they were to get."""

from collections.abc import Mapping

from scipy.stats import chisquare
from tea_tasting.aggr import Aggregates  # pyright: ignore[reportMissingTypeStubs]
from tea_tasting.metrics import SampleRatio as TwoArms  # pyright: ignore[reportMissingTypeStubs]

from alsolike.experiments.statistics.design import Design
from alsolike.experiments.statistics.results import SampleRatio


def check_sample_ratio(shoppers: Mapping[str, int], design: Design) -> SampleRatio:
    """Check the number of shoppers in each arm against the shares of the design.

    Two arms are tested by the binomial distribution (from 1,000 shoppers on its normal
    approximation), more by Pearson's chi-square with one degree of freedom less than arms.
    `results.MISMATCH_P` is the limit (Fabijan et al. 2019, "Diagnosing Sample Ratio Mismatch in
    Online Controlled Experiments", KDD).

    Parameters
    ----------
    shoppers : dict of str to int
        By arm: all who were assigned, whatever became of them.
    """
    counts = {arm: shoppers.get(arm, 0) for arm in design.shares}
    if not any(counts.values()):
        p_value = 1.0
    elif len(counts) == 2:  # noqa: PLR2004  (more arms are compared at once)
        by_arm: dict[object, Aggregates] = {
            arm: Aggregates(count_=count) for arm, count in counts.items()
        }
        (treatment,) = design.treatments
        ratio = design.shares[treatment] / design.shares[design.control]
        p_value = TwoArms(ratio).analyze(by_arm, design.control, treatment).pvalue
    else:
        total = sum(counts.values())
        expected = [share * total for share in design.shares.values()]
        p_value = float(chisquare(list(counts.values()), expected).pvalue)
    return SampleRatio(counts, dict(design.shares), p_value)

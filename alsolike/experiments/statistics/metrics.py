"""What an experiment is judged by, and the columns of the rows that it is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from alsolike.experiments.statistics.errors import DesignError, UnknownMetricError

ARM = "arm"
CONVERTED = "converted"
ORDERS = "orders"
REVENUE = "revenue"
IMPRESSIONS = "impressions"
CLICKS = "clicks"
# What a shopper did before the experiment stands in the column of that name with this at its end.
BEFORE = "_before"

# A flag is 0 or 1, a count a whole number from 0 up; an amount is any number, because what is
# returned may be worth more than what is bought.
Kind = Literal["flag", "count", "amount"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of each shopper: a column of the rows."""

    column: str
    kind: Kind

    @property
    def before(self) -> "Measure":
        """The same before the experiment, over a window that is as long for every shopper."""
        return Measure(self.column + BEFORE, self.kind)


@dataclass(frozen=True, slots=True)
class Metric:
    """A mean over shoppers, or a ratio of two sums over shoppers.

    Attributes
    ----------
    value : Measure
        What is added up.
    per : Measure or None
        What the sum is divided by; None: the number of shoppers.
    covariate : Measure or None
        What explains part of the differences between shoppers and cannot have changed by the
        experiment; None: the metric is not adjusted. A ratio cannot be.
    is_share : bool
        Whether it is shown in percent.
    """

    name: str
    value: Measure
    per: Measure | None = None
    covariate: Measure | None = None
    is_share: bool = False

    def __post_init__(self) -> None:
        if self.per is not None and self.covariate is not None:
            message = f"{self.name} is a ratio and cannot be adjusted: leave its covariate out."
            raise DesignError(message)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The columns that it needs."""
        wanted = (self.value, self.per, self.covariate)
        return tuple(measure for measure in wanted if measure is not None)


_CONVERTED = Measure(CONVERTED, "flag")
_REVENUE = Measure(REVENUE, "amount")

# By name. Impressions and clicks are of the recommendations alone.
METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric("conversion", _CONVERTED, covariate=_CONVERTED.before, is_share=True),
            Metric("revenue", _REVENUE, covariate=_REVENUE.before),
            Metric("order_value", _REVENUE, per=Measure(ORDERS, "count")),
            Metric(
                "click_rate",
                Measure(CLICKS, "count"),
                per=Measure(IMPRESSIONS, "count"),
                is_share=True,
            ),
        )
    }
)


def metrics_by_name(names: Iterable[str]) -> tuple[Metric, ...]:
    """Return the metrics of these names, in their order.

    Raises
    ------
    UnknownMetricError
        One of the names is of no metric.
    """
    found: list[Metric] = []
    for name in names:
        if name not in METRICS:
            message = f"There is no metric {name!r}: choose of {', '.join(METRICS)}."
            raise UnknownMetricError(message)
        found.append(METRICS[name])
    return tuple(found)

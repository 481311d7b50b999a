"""What the analysis of an experiment found, fit to be stored, shown and compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

# A split this unlikely is no chance: something assigns or loses shoppers unequally.
MISMATCH_P = 0.001


@dataclass(frozen=True, slots=True)
class Span:
    """An interval: its ends, in the unit of what it is about."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 lies outside."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the arms have as many shoppers as they were to get.

    Attributes
    ----------
    shoppers : dict of str to int
        By arm.
    shares : dict of str to float
        What each arm was to get, 0 to 1.
    p_value : float
        Of a split at least as uneven, 0 to 1.
    """

    shoppers: Mapping[str, int]
    shares: Mapping[str, float]
    p_value: float

    @property
    def is_mismatch(self) -> bool:
        """Whether the effects must not be believed before the reason is found."""
        return self.p_value < MISMATCH_P


@dataclass(frozen=True, slots=True)
class Effect:
    """What an arm changed in a metric, compared with the control.

    Attributes
    ----------
    shoppers : int
        Of the arm and the control together.
    control, treatment : float
        The means per shopper, or the ratios; adjusted where `is_adjusted`.
    difference : float
        The arm's less the control's, in the metric's unit.
    standard_error : float
        Of the difference.
    once : Span
        The plain interval of the difference: it holds for one look, at a moment chosen beforehand.
    p_value : float
        That of the plain test, 0 to 1.
    any_time : Span
        The interval of the difference that holds for all looks together; see `sequence`.
    any_time_p : float
        The p-value that goes with it, 0 to 1.
    lift : float or None
        The difference over the control's value: 0.05 is 5 % more. None where the control's or the
        arm's value is not above its standard error.
    lift_once, lift_any_time : Span or None
        Its intervals, made for the logarithm of the ratio.
    is_adjusted : bool
        Whether what shoppers did before the experiment is taken out (CUPED).
    variance_left : float
        The squared standard error as a share of that without adjustment; 1 without.
    """

    metric: str
    arm: str
    is_share: bool
    shoppers: int
    control: float
    treatment: float
    difference: float
    standard_error: float
    once: Span
    p_value: float
    any_time: Span
    any_time_p: float
    lift: float | None
    lift_once: Span | None
    lift_any_time: Span | None
    is_adjusted: bool
    variance_left: float

    @property
    def verdict(self) -> Literal["better", "worse", "open"]:
        """What may be said at any time: whether the arm has more, less, or it is not known yet."""
        if not self.any_time.excludes_zero:
            return "open"
        return "better" if self.any_time.low > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of an experiment.

    Attributes
    ----------
    confidence : float
        Of every interval, 0 to 1.
    planned_shoppers : int
        Of all arms together, for which the intervals that hold at any time are narrowest.
    effects : tuple of Effect
        By metric, then arm.
    warnings : tuple of str
        What makes figures say less than they seem to, a sentence or two each; the gravest first.
    """

    control: str
    confidence: float
    planned_shoppers: int
    sample_ratio: SampleRatio
    effects: tuple[Effect, ...]
    warnings: tuple[str, ...]

    def effect(self, metric: str, arm: str) -> Effect:
        """Return the effect of an arm on a metric; KeyError where there is none."""
        for effect in self.effects:
            if (effect.metric, effect.arm) == (metric, arm):
                return effect
        raise KeyError(metric, arm)

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON, with what follows from it."""
        result = asdict(self)
        result["sample_ratio"]["is_mismatch"] = self.sample_ratio.is_mismatch
        for shown, effect in zip(result["effects"], self.effects, strict=True):
            shown["verdict"] = effect.verdict
        return result

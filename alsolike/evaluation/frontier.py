"""What diversity costs, and what coverage does: models with several settings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Value, or_none
from alsolike.history import Split
from alsolike.progress import Report
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.protocol import ClosableRanker, ListRanker
from alsolike.rankers.trained import TrainedRanker

# Rows of the split for which lists are made with every setting, at most.
_ROWS = 2000


class AdjustableRanker(ListRanker, ClosableRanker, Protocol):
    """A model whose serving options can be changed."""

    def answer_with(self, options: Mapping[str, Any]) -> None:
        """Answer with these options of `recs.serving_options` from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to re-rank: options of `recs.serving_options`."""

    diversity: float = 0.0
    category_share: float = 1.0
    brand_share: float = 1.0

    @property
    def has_no_caps(self) -> bool:
        """Whether categories and brands are not limited."""
        return self.category_share >= 1 and self.brand_share >= 1

    @property
    def label(self) -> str:
        """Return its name for people."""
        if self == Setting():
            return "none"
        parts = [f"diversity {self.diversity:g}"] if self.diversity else []
        if self.category_share == self.brand_share < 1:
            parts.append(f"caps {self.brand_share:.0%}")
        else:
            for name, share in (("category", self.category_share), ("brand", self.brand_share)):
                if share < 1:
                    parts.append(f"{name} cap {share:.0%}")
        return ", ".join(parts)


# The default of a recipe. It is a setting with caps that costs at most 1 % of NDCG on every shop
# that was measured, by an interval that includes 0; docs/evaluation.md has the figures.
_RECIPE = Recipe()
DEFAULT = Setting(_RECIPE.diversity, _RECIPE.category_share, _RECIPE.brand_share)

SETTINGS = (
    Setting(),
    Setting(0.1),
    Setting(0.2),
    Setting(0.3),
    Setting(0.5),
    Setting(0.0, 0.7, 0.7),
    DEFAULT,
    Setting(0.1, 0.5, 0.5),
    Setting(0.1, 0.3, 0.3),
)


@dataclass(frozen=True, slots=True)
class MeasuredSetting:
    """A setting with its NDCG and its intra-list diversity at k.

    `loss` is the NDCG less that without re-ranking, with its paired interval.
    """

    setting: Setting
    accuracy: float
    diversity: float
    loss: Value

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "setting": self.setting.label,
            "ndcg": or_none(self.accuracy),
            "ild": or_none(self.diversity),
            "difference": [
                or_none(one) for one in (self.loss.value, self.loss.low, self.loss.high)
            ],
        }


@dataclass(frozen=True, slots=True)
class CoverageFrontier:
    """What training had to choose from: how far popular products are held back.

    Attributes
    ----------
    ndcg : tuple of float
        NDCG@10 of the validation shoppers, the best first.
    products : tuple of float
        How many products some of their lists show, ascending; see `MeasuredRestraint`.
    chosen : int
        Place of the one that was chosen.
    """

    model: str
    ndcg: tuple[float, ...]
    products: tuple[float, ...]
    chosen: int

    @classmethod
    def of(cls, ranker: TrainedRanker) -> "CoverageFrontier":
        """Return what a fitted model had to choose from."""
        restraints = [one.restraint for one in ranker.frontier]
        assert ranker.restraint is not None  # noqa: S101  (chosen from these)
        return cls(
            ranker.name,
            tuple(one.ndcg for one in ranker.frontier),
            tuple(one.products for one in ranker.frontier),
            restraints.index(ranker.restraint),
        )


class _RankerWithSetting:
    """A fitted model that answers with one setting."""

    def __init__(self, ranker: AdjustableRanker, setting: Setting) -> None:
        self.name = setting.label
        self._ranker = ranker
        self._setting = setting

    def fit(self, split: Split, report: Report) -> None:
        del split, report
        self._ranker.answer_with(asdict(self._setting))

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        return self._ranker.lists(rows, k)


def measure_frontier(
    split: Split,
    ranker: AdjustableRanker,
    *,
    settings: Sequence[Setting] = SETTINGS,
    k: int,
    vectors: NDArray[np.float32],
    seed: int,
    report: Report,
) -> list[MeasuredSetting]:
    """Fit a model once, measure it with every setting, and close it.

    At most 2,000 rows of the split count, drawn by the seed. The first setting is what the
    others are compared with. For `vectors` see `evaluate`.
    """
    count = len(split.shoppers)
    if count > _ROWS:
        drawn = np.random.default_rng(seed).choice(count, _ROWS, replace=False)
        split = split.only(np.sort(drawn))
    try:
        ranker.fit(split, report)
        evaluation = evaluate(
            split,
            [_RankerWithSetting(ranker, setting) for setting in settings],
            k=k,
            vectors=vectors,
            against=[settings[0].label],
            seed=seed,
            report=report,
        )
    finally:
        ranker.close()
    ndcg, ild = f"ndcg@{k}", f"ild@{k}"
    measured: list[MeasuredSetting] = []
    for setting in settings:
        metrics = evaluation.models[setting.label].metrics["all"]
        pair = (setting.label, settings[0].label)
        same = Value(0.0, 0.0, 0.0)
        loss = evaluation.differences[pair][ndcg] if setting != settings[0] else same
        measured.append(MeasuredSetting(setting, metrics[ndcg].value, metrics[ild].value, loss))
    return measured

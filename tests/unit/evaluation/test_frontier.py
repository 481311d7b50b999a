"""What diversity costs: one model, several settings."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.frontier import (
    DEFAULT,
    SETTINGS,
    MeasuredSetting,
    Setting,
    measure_frontier,
)
from alsolike.evaluation.results import Value
from alsolike.evaluation.table import frontier_text
from alsolike.history import Split, split_leave_one_out
from alsolike.progress import Report, ignore_progress
from alsolike.training import Recipe
from tests.fixtures.history import taste_history

K = 5


class Trading:
    """A model that foretells perfectly, and gives a place up for every 0.1 of diversity."""

    name = "trading"

    def __init__(self) -> None:
        self.options: Mapping[str, Any] = {}
        self.fits = 0
        self.is_closed = False

    def fit(self, split: Split, report: Report) -> None:
        del report
        self.fits += 1
        self._truth = split.truth

    def answer_with(self, options: Mapping[str, Any]) -> None:
        self.options = options

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        place = min(k - 1, round(10 * self.options["diversity"]))
        products = np.full((len(rows), k), -1, np.int32)
        for row, number in enumerate(rows):
            (wanted,) = self._truth[number].indices
            others = np.setdiff1d(np.arange(60), [wanted])[: k - 1]
            products[row] = np.insert(others, place, wanted)
        return products, np.ones((len(rows), k), np.float32)

    def close(self) -> None:
        self.is_closed = True


def test_one_fit_is_asked_with_every_setting_and_compared_with_none() -> None:
    split = split_leave_one_out(taste_history())
    model = Trading()
    vectors = np.eye(60, dtype=np.float32)
    measured = measure_frontier(split, model, k=K, vectors=vectors, seed=0, report=ignore_progress)
    assert (model.fits, model.is_closed) == (1, True)
    assert [point.setting for point in measured] == list(SETTINGS)
    assert DEFAULT in SETTINGS
    by_setting = {point.setting: point for point in measured}
    none, some = by_setting[Setting()], by_setting[Setting(0.1)]
    assert none.accuracy > some.accuracy > by_setting[Setting(0.3)].accuracy
    assert none.loss.value == 0
    assert some.loss.low <= some.loss.value == some.accuracy - none.accuracy < 0
    text = frontier_text(measured)
    assert f"{DEFAULT.label} (default)" in text
    assert frontier_text([]) == ""


def test_a_recipe_asks_for_the_default() -> None:
    recipe = Recipe()
    assert Setting(recipe.diversity, recipe.category_share, recipe.brand_share) == DEFAULT


def test_settings_are_told_in_words() -> None:
    assert Setting().label == "none"
    assert Setting(0.1, 0.5, 1.0).label == "diversity 0.1, category cap 50%"
    assert Setting(0.0, 0.3, 0.3).label == "caps 30%"


def test_what_has_no_diversity_is_still_json() -> None:
    nothing = MeasuredSetting(DEFAULT, 0.5, float("nan"), Value(0.0, float("nan"), float("nan")))
    assert nothing.as_dict()["ild"] is None
    assert nothing.as_dict()["difference"] == [0.0, None, None]

"""The spaces that a blend is made of."""

import numpy as np
import pytest

from alsolike.progress import ignore_progress
from alsolike.rankers.blend import evidence
from alsolike.rankers.blend.evidence import build_spaces
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.spaces import Space
from alsolike.texts import Texts
from tests.fixtures.history import catalogue, history


def spaces(events: list[tuple[int, int, int]], *, products: int) -> dict[str, Space]:
    texts = Texts([""] * products, [""] * products, np.zeros((products, 2), np.float32))
    built = build_spaces(
        history(catalogue(products), events),
        texts,
        Recipe(ease_regularisation=10, factors=4),
        ignore_progress,
        stage="spaces",
        left_out={},
    )
    return {space.name: space for space in built}


def test_aged_spaces_name_what_goes_together_lately() -> None:
    # Sixty shoppers had 0 and 1 half a year ago; since then thirty have 0 and 2.
    events = [(shopper, product, 0) for shopper in range(60) for product in (0, 1)]
    events += [(shopper, product, 180) for shopper in range(60, 90) for product in (0, 2)]
    # Not everybody with 1 or 2 has 0.
    events += [(shopper, shopper % 2 + 1, 180) for shopper in range(90, 110)]
    built = spaces(events, products=4)
    first = {
        name: int(space.neighbours(np.array([0]), 4).toarray()[0].argmax())
        for name, space in built.items()
        if name.startswith(("ease", "spectrum"))
    }
    assert first["ease"] == first["ease_smooth"] == first["spectrum"] == 1
    assert first["ease_30_days"] == first["ease_120_days"] == first["spectrum_30_days"] == 2


def test_of_a_bot_the_latest_events_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_MOST_EVENTS", 4)
    bot = [(0, product, product) for product in range(10)]
    built = spaces([*bot, (1, 0, 1), (1, 1, 2)], products=10)
    named = built["cooccurrence"].neighbours(np.arange(10), 10).toarray()
    assert {0, 1, 6, 7, 8, 9} == {*np.flatnonzero(named.any(axis=1)).tolist()}

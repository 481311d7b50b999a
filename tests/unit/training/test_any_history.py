"""Whatever a shop's history looks like, training gives a sound model or one clear error.

More and larger histories: `FIT_EXAMPLES=300 pytest tests/unit/training/test_any_history.py`.
"""

import json
import os
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alsolike.errors import AlsolikeError
from alsolike.history import KINDS
from alsolike.progress import ignore_progress
from alsolike.training.fit import FittedModel, fit_model
from alsolike.training.recipe import Recipe
from tests.fixtures.any_history import Shape, make_history, make_texts

EXAMPLES = int(os.environ.get("FIT_EXAMPLES", "0"))
MOST_SHOPPERS, MOST_PRODUCTS = (1000, 600) if EXAMPLES else (40, 30)
# A fit of the largest takes some seconds; one that does not end, for ever.
SECONDS = 120

shapes = st.builds(
    Shape,
    shoppers=st.integers(1, MOST_SHOPPERS),
    products=st.integers(1, MOST_PRODUCTS),
    returning=st.sampled_from([0.0, 0.03, 0.25, 1.0]),
    visits=st.sampled_from([1, 2, 12]),
    kind=st.sampled_from([None, *KINDS]),
    spread=st.sampled_from(["even", "popular", "one"]),
    days=st.sampled_from([0, 1, 60]),
    duplicates=st.sampled_from([1, 3]),
    bot=st.sampled_from([0, MOST_PRODUCTS]),
    sold_out=st.sampled_from([0.0, 0.5, 1.0]),
    texts=st.sampled_from(["names", "same", "none"]),
    seed=st.integers(0, 1000),
)


def fit(shape: Shape, recipe: Recipe) -> FittedModel | None:
    """Fit a model and see that it is sound; None where there was one clear error."""
    history = make_history(shape)
    started = time.monotonic()
    try:
        fitted = fit_model(history, make_texts(shape), recipe, ignore_progress)
    except AlsolikeError as error:
        assert str(error)
        assert "\n" not in str(error)
        return None
    neighbours, scores = fitted.neighbours(np.arange(shape.products))
    assert time.monotonic() - started < SECONDS
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert (np.diff(np.sort(neighbours, axis=1), axis=1) > 0).all()
    assert not (scores * (neighbours == np.arange(shape.products)[:, None])).any()
    assert np.isfinite(fitted.priors).all()
    assert (fitted.priors >= 0).all()
    # No NaN: neither Postgres nor a reader of the output takes it.
    json.dumps({"learned": fitted.learned, "serving": fitted.serving}, allow_nan=False)
    return fitted


@settings(
    max_examples=EXAMPLES or 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not EXAMPLES,
    database=None,
)
@given(shape=shapes, validation=st.sampled_from(["time", "leave-one-out"]))
def test_any_history_gives_a_sound_model_or_one_clear_error(shape: Shape, validation: str) -> None:
    fit(shape, Recipe(validation=validation))

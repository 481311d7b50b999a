"""Popular and recently popular."""

from dataclasses import replace

import numpy as np

from alsolike.dbt_variables import dbt_variables
from alsolike.history import History, Split
from alsolike.progress import ignore_progress
from alsolike.rankers.by_name import baseline
from tests.fixtures.history import catalogue, history


def _scores(name: str, known: History) -> list[float]:
    split = Split("time", known, np.array([0], np.int32), known.matrix()[:1], np.array([0]))
    ranker = baseline(name)
    ranker.fit(split, ignore_progress)
    scores = ranker.scores(np.array([0, 0]))
    assert (scores[0] == scores[1]).all()
    assert scores.dtype == np.float32
    return scores[0].tolist()


def test_popular_sums_up_the_weights() -> None:
    made = history(catalogue(4), [(0, 0, 1), (0, 1, 2), (1, 1, 2), (1, 2, 30)])
    made = replace(made, weights=np.array([3, 1, 1, 0.5], np.float32))
    assert _scores("popular", made) == [3, 2, 0.5, 0]


def test_recently_popular_fades_and_forgets() -> None:
    # Product 0: twice, but outside the window; 1: 7 days old; 2: today; 3: twice, 6 days old.
    made = history(
        catalogue(5), [(0, 0, 1), (1, 0, 1), (0, 1, 93), (0, 2, 100), (0, 3, 94), (1, 3, 94)]
    )
    scores = _scores("recently-popular", made)
    assert np.argsort(scores).tolist() == [4, 0, 1, 2, 3]
    assert len(set(scores)) == 5


def test_equally_recent_products_tie_only_where_all_their_events_do() -> None:
    made = history(catalogue(4), [(0, 0, 100), (1, 1, 100), (2, 1, 1), (3, 2, 100)])
    scores = _scores("recently-popular", made)
    assert scores[0] == scores[2]
    assert scores[1] > scores[0] > scores[3]


def test_nothing_known_is_no_error() -> None:
    nobody = history(catalogue(3), [], shoppers=1)
    assert _scores("popular", nobody) == [0, 0, 0]
    assert len(set(_scores("recently-popular", nobody))) == 1


def test_the_window_and_the_half_life_are_those_of_dbt() -> None:
    half_life = int(dbt_variables()["popularity_half_life_days"])
    window = int(dbt_variables()["popularity_window_days"])
    # Three events a half-life ago are worth one and a half of today, three outside the window none.
    events = [(n, 0, 100 - half_life) for n in range(3)] + [(n, 3, 100 - window) for n in range(3)]
    made = history(catalogue(4), [*events, (0, 1, 100), (0, 2, 100), (1, 2, 100)])
    assert np.argsort(_scores("recently-popular", made)).tolist() == [3, 1, 0, 2]

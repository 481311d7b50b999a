"""Fine-tuning learns, stops and goes on exactly; with a tiny model drawn at random."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from alsolike.history import History
from alsolike.progress import ignore_progress
from alsolike.settings import Settings, load_settings
from embed.encoder import load_encoder
from embed.finetune import FinetuneError
from embed.finetune.training import FinetuneSummary, finetune_encoder
from tests.fixtures.history import catalogue, history
from tests.fixtures.tiny_encoder import WORDS, make_tiny_encoder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

# Products 2n and 2n + 1 have no word in common, and are bought by the same shoppers.
TEXTS = WORDS[:16]


class Stopped(Exception):  # noqa: N818  (it stands for the end of the process)
    """The process ended."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("base"))


@pytest.fixture
def tiny(base: Path) -> Settings:
    return replace(load_settings(), encoder=str(base), encoder_sha256="")


@pytest.fixture(scope="module")
def known() -> History:
    random = np.random.default_rng(2)
    events: list[tuple[int, int, int]] = []
    for shopper in range(40):
        pair = int(random.integers(8))
        events += [(shopper, 2 * pair, 1), (shopper, 2 * pair + 1, 2)]
    return history(catalogue(16), events)


def _run(settings: Settings, known: History, folder: Path, **options: Any) -> FinetuneSummary:
    asked: dict[str, Any] = {
        "steps": 12,
        "batch_size": 4,
        "learning_rate": 2e-3,
        "seed": 1,
        "report": ignore_progress,
        "checkpoint_steps": 5,
    }
    return finetune_encoder(settings, known, TEXTS, folder, **{**asked, **options})


def _pair_cosines(settings: Settings, encoder: str, texts: Sequence[str]) -> tuple[float, float]:
    vectors = load_encoder(replace(settings, encoder=encoder)).encode(texts)
    cosines = vectors @ vectors.T
    own = float(np.mean([cosines[n, n + 1] for n in range(0, len(texts), 2)]))
    return own, float(cosines[~np.eye(len(texts), dtype=bool)].mean())


def test_pairs_come_closer_than_the_rest(tiny: Settings, known: History, tmp_path: Path) -> None:
    before, all_before = _pair_cosines(tiny, tiny.encoder, TEXTS)
    made = _run(tiny, known, tmp_path / "run", steps=60)
    after, all_after = _pair_cosines(tiny, str(made.encoder), TEXTS)
    assert after - all_after > before - all_before + 0.3
    assert made.last_loss < made.first_loss
    assert (made.steps, made.resumed_at) == (60, 0)
    assert load_encoder(replace(tiny, encoder=str(made.encoder))).sha256 == made.sha256
    assert load_encoder(replace(tiny, encoder=str(made.encoder))).dimension == 16


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(
    tiny: Settings, known: History, tmp_path: Path
) -> None:
    whole = _run(tiny, known, tmp_path / "whole")

    def stop_at(stop: int) -> Any:
        def report(_stage: str, done: int, _total: int | None) -> None:
            if done == stop:
                raise Stopped

        return report

    # Between two states, and right after one: what came after the last state is done again.
    for stop in (8, 10):
        with pytest.raises(Stopped):
            _run(tiny, known, tmp_path / "stopped", report=stop_at(stop))
    resumed = _run(tiny, known, tmp_path / "stopped")
    assert resumed.resumed_at == 10
    assert resumed.sha256 == whole.sha256
    assert resumed.first_loss == whole.first_loss
    assert resumed.last_loss == whole.last_loss
    again = _run(tiny, known, tmp_path / "stopped")
    assert (again.resumed_at, again.sha256, again.pairs_per_second) == (12, whole.sha256, 0)
    assert _run(tiny, known, tmp_path / "other", seed=2).sha256 != whole.sha256


def test_the_encoder_that_it_began_with_stays_as_it_was(
    tiny: Settings, known: History, tmp_path: Path
) -> None:
    weights = Path(tiny.encoder) / "model.safetensors"
    before = weights.read_bytes()
    made = _run(tiny, known, tmp_path / "run", steps=2)
    assert weights.read_bytes() == before
    assert made.sha256 != load_encoder(tiny).sha256


def test_another_recipe_in_the_same_folder_is_refused(
    tiny: Settings, known: History, tmp_path: Path
) -> None:
    _run(tiny, known, tmp_path, steps=2)
    with pytest.raises(FinetuneError, match="seed was 1 and is 3"):
        _run(tiny, known, tmp_path, steps=2, seed=3)
    fewer = known.only(known.shoppers < 30)
    with pytest.raises(FinetuneError, match="pairs was"):
        _run(tiny, fewer, tmp_path, steps=2)


def test_a_broken_state_is_one_clear_line(tiny: Settings, known: History, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"not a state")
    with pytest.raises(FinetuneError, match="delete it to begin anew"):
        _run(tiny, known, tmp_path)


def test_steps_that_lead_nowhere_are_refused(
    tiny: Settings, known: History, tmp_path: Path
) -> None:
    with pytest.raises(FinetuneError, match="at least 1 step"):
        _run(tiny, known, tmp_path, steps=0)
    with pytest.raises(FinetuneError, match="at least 2 pairs"):
        _run(tiny, known, tmp_path, batch_size=1)
    with pytest.raises(FinetuneError, match="lower learning rate"):
        _run(tiny, known, tmp_path, learning_rate=float("inf"))


def test_the_callers_random_numbers_and_settings_of_torch_are_left_alone(
    tiny: Settings, known: History, tmp_path: Path
) -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    _run(tiny, known, tmp_path, steps=2)
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()

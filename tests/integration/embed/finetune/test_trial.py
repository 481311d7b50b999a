"""`alsolike train --finetune`: an encoder is kept only if it foretells better."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from alsolike.cli.models import train as command
from alsolike.evaluation.results import Value
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from alsolike.training import Recipe
from embed.finetune import trial as trial_module
from embed.finetune.trial import Trial, try_finetuning
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.tastes import add_shop

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
RECIPE = Recipe(neighbours=20, factors=8)


@pytest.fixture
def tiny(database: dict[str, str], settings: Settings, tmp_path: Path) -> Settings:
    """Give the settings of a small shop and a tiny encoder."""
    assert database
    add_shop(settings)
    encoder = make_tiny_encoder(tmp_path / "base")
    return replace(settings, encoder=str(encoder), encoder_sha256="")


def attempt(settings: Settings, folder: Path) -> Trial:
    return try_finetuning(
        settings,
        RECIPE,
        folder,
        steps=2,
        batch_size=4,
        learning_rate=1e-3,
        report=ignore_progress,
    )


def test_an_encoder_that_proves_nothing_is_not_kept(tiny: Settings, tmp_path: Path) -> None:
    trial = attempt(tiny, tmp_path / "run")
    # Two steps of a random model on titles that tell nothing: no interval can exclude zero.
    assert not trial.is_kept
    assert trial.difference.low <= 0
    assert not (tmp_path / "run" / "encoder").exists()


def test_one_that_wins_stays_and_the_command_says_what_to_do(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = trial_module._compare

    def win(*arguments: object) -> Trial:
        trial = compare(*arguments)  # type: ignore[arg-type]
        return replace(trial, difference=Value(0.1, 0.05, 0.2), is_kept=True)

    monkeypatch.setattr(trial_module, "_compare", win)
    folder = tmp_path / "run"
    done = CliRunner().invoke(
        command, ["--finetune", str(folder), "--steps", "2", "--batch-size", "4"], obj=tiny
    )
    assert done.exit_code == 0, done.output
    assert f"alsolike switch-encoder {folder / 'encoder'}" in done.stdout
    assert (folder / "encoder" / "model.safetensors").is_file()

"""The encoder's weights are checked, and torch waits until it is needed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alsolike.errors import EncoderError
from alsolike.settings import DEFAULT_ENCODER, DEFAULT_ENCODER_SHA256, load_settings
from embed.encoder import load_encoder


def test_the_default_encoder_is_the_bundled_one_and_is_found_once() -> None:
    encoder = load_encoder(load_settings())
    assert (encoder.name, encoder.sha256) == (DEFAULT_ENCODER, DEFAULT_ENCODER_SHA256)
    assert encoder.dimension == 384
    assert load_encoder(load_settings()) is encoder


def test_other_weights_are_refused_with_both_hashes(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    settings = replace(load_settings(), encoder=str(tmp_path), encoder_sha256="f" * 64)
    with pytest.raises(EncoderError, match="refused") as caught:
        load_encoder(settings)
    assert "f" * 64 in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_without_weights_and_an_unknown_name_are_clear_errors(tmp_path: Path) -> None:
    settings = load_settings()
    with pytest.raises(EncoderError, match=r"no model\.safetensors"):
        load_encoder(replace(settings, encoder=str(tmp_path), encoder_sha256=""))
    with pytest.raises(EncoderError, match="There is no encoder nobody/nothing"):
        load_encoder(replace(settings, encoder="nobody/nothing", encoder_sha256=""))


def test_finding_the_encoder_and_embedding_nothing_does_not_load_torch() -> None:
    code = (
        "import sys; from alsolike.settings import load_settings; "
        "import embed.run; from embed.encoder import load_encoder; "
        "load_encoder(load_settings()); print('torch' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


@pytest.mark.real_encoder
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_real_encoder_knows_what_is_alike() -> None:
    encoder = load_encoder(load_settings())
    texts = ["Pizza gift card", "Gift card for an Italian restaurant", "Cordless hedge trimmer"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2

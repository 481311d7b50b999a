"""The encoder's weights are checked, and torch waits until it is needed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alsolike.errors import EncoderError
from alsolike.settings import DEFAULT_ENCODER, DEFAULT_ENCODER_SHA256, Settings, load_settings
from embed.encoder import load_encoder
from embed.model_files import Prompts, read_pooling, read_prompts
from tests.fixtures.tiny_encoder import make_tiny_encoder

PROMPTS = {"passage": "details of ", "query": "red "}


@pytest.fixture(scope="module")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give settings with a tiny encoder that has prompts."""
    folder = make_tiny_encoder(tmp_path_factory.mktemp("prompted"), prompts=PROMPTS, pooling="cls")
    return replace(load_settings(), encoder=str(folder), encoder_sha256="")


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


def test_documents_and_queries_have_the_prompts_of_the_models_own_files(prompted: Settings) -> None:
    encoder = load_encoder(prompted)
    assert encoder.prompts == Prompts("details of ", "red ")
    assert encoder.pooling == "cls, normalize"
    bare = load_encoder(replace(prompted, document_prompt="", query_prompt=""))
    np.testing.assert_allclose(
        encoder.encode(["tea cup"]), bare.encode(["details of tea cup"]), atol=1e-6
    )
    np.testing.assert_allclose(
        encoder.encode_queries(["tea cup"]), bare.encode(["red tea cup"]), atol=1e-6
    )
    assert not np.allclose(encoder.encode(["tea cup"]), bare.encode(["tea cup"]), atol=1e-3)


def test_settings_overrule_the_prompts(prompted: Settings, tmp_path: Path) -> None:
    environment = {"ALSOLIKE_HOME": str(tmp_path)}
    assert load_settings(environment).document_prompt is None
    environment |= {"ALSOLIKE_DOCUMENT_PROMPT": "oak ", "ALSOLIKE_QUERY_PROMPT": "none"}
    given = load_settings(environment)
    settings = replace(
        prompted, document_prompt=given.document_prompt, query_prompt=given.query_prompt
    )
    assert load_encoder(settings).prompts == Prompts("oak ", "")


def test_e5_models_without_prompts_in_their_files_get_those_they_were_trained_with(
    tmp_path: Path,
) -> None:
    expected = Prompts("passage: ", "query: ")
    for name in ("intfloat/multilingual-e5-small", "/models/e5-base-v2", "intfloat/e5-large/"):
        assert read_prompts(name, tmp_path) == expected
    for name in ("intfloat/multilingual-e5-large-instruct", "me/like-e5-small", "e5"):
        assert read_prompts(name, tmp_path) == Prompts()
    (tmp_path / "config_sentence_transformers.json").write_text(
        '{"prompts": {"query": "q: ", "s": "x: "}, "default_prompt_name": "s"}'
    )
    assert read_prompts("intfloat/e5-small", tmp_path) == Prompts("x: ", "q: ")


def test_a_truncated_vector_is_the_beginning_of_the_whole_one_and_has_unit_length(
    prompted: Settings,
) -> None:
    whole = load_encoder(prompted)
    half = load_encoder(replace(prompted, encoder_dimension=8))
    assert (whole.dimension, half.dimension) == (16, 8)
    wanted = whole.encode(["tea cup"])[:, :8]
    np.testing.assert_allclose(half.encode(["tea cup"]), wanted / np.linalg.norm(wanted), atol=1e-6)


def test_dimensions_that_are_not_there_or_that_pgvector_cannot_index_are_refused(
    prompted: Settings, tmp_path: Path
) -> None:
    with pytest.raises(EncoderError, match=r"has 16 dimensions, fewer than the 17"):
        load_encoder(replace(prompted, encoder_dimension=17))
    long = replace(prompted, encoder=str(make_tiny_encoder(tmp_path, dimension=4002)))
    with pytest.raises(EncoderError, match=r"4,002 dimensions.* at most 4,000 .*2,000 as vector"):
        load_encoder(long)
    assert load_encoder(replace(long, encoder_dimension=4000)).dimension == 4000


def test_a_module_with_other_weights_is_another_pooling(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text(
        '[{"path": "", "type": "x.Transformer"}, {"path": "1", "type": "x.Pooling"},'
        ' {"path": "2", "type": "x.Dense"}]'
    )
    for place in ("1", "2"):
        (tmp_path / place).mkdir()
    (tmp_path / "1" / "config.json").write_text(
        '{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}'
    )
    (tmp_path / "2" / "model.safetensors").write_bytes(b"one")
    one = read_pooling(tmp_path)
    assert one.startswith("mean+cls, dense ")
    (tmp_path / "2" / "model.safetensors").write_bytes(b"other")
    assert read_pooling(tmp_path) != one


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

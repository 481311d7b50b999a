"""A text that cannot be embedded fails alone."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from embed.encode import encode_each
from tests.fixtures.encoder import HashEncoder, WordsEncoder


def test_the_texts_at_fault_are_found_and_the_others_get_their_vectors() -> None:
    encoder = HashEncoder()
    encoder.refused = {"text 3", "text 11"}
    texts = [f"text {number}" for number in range(16)]
    results = encode_each(encoder, texts)
    assert [i for i, result in enumerate(results) if isinstance(result, str)] == [3, 11]
    assert results[3] == "ValueError: cannot encode 'text 3'"
    assert np.array_equal(results[5], encoder.encode(["text 5"])[0])


def test_an_empty_text_is_not_given_to_the_encoder() -> None:
    encoder = HashEncoder()
    assert encode_each(encoder, [" \n"]) == ["The text is empty."]
    assert not encoder.encodings
    assert encode_each(encoder, []) == []


def test_equal_texts_are_encoded_once() -> None:
    encoder = HashEncoder()
    encoder.refused = {"bad"}
    red, bad, blue, again, worse = encode_each(encoder, ["red", "bad", "blue", "red", "bad"])
    assert np.array_equal(red, again)
    assert bad == worse == "ValueError: cannot encode 'bad'"
    assert not np.array_equal(red, blue)
    assert encoder.encodings["blue"] == encoder.encodings["red"] < 5


def test_a_vector_of_another_length_is_normalised() -> None:
    class Long(HashEncoder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return 3 * super().encode(texts)

    (vector,) = encode_each(Long(), ["text"])
    assert not isinstance(vector, str)
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_an_encoder_that_returns_another_shape_is_an_error() -> None:
    class Short(HashEncoder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return super().encode(texts)[:, 1:]

    encoder = Short(9)
    with pytest.raises(EncoderError, match="9 dimensions were expected"):
        encode_each(encoder, ["text"])


def test_the_encoder_for_words_brings_similar_texts_together() -> None:
    one, two, other = WordsEncoder().encode(["a red mug", "a blue mug", "lawn mower"])
    assert one @ two > 0.5 > one @ other

"""Encode a batch, so that a text that cannot be encoded fails alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from embed.encoder import Encoder

_UNIT_TOLERANCE = 0.01


def encode_each(encoder: Encoder, texts: Sequence[str]) -> list[NDArray[np.float32] | str]:
    """Encode each text that can be encoded; equal texts are encoded once.

    A batch that fails is halved, again and again, until each text at fault is alone.

    Returns
    -------
    list
        For each text its vector, shape (dimension,), float32, unit norm; or the reason why it has
        none.

    Raises
    ------
    EncoderError
        The encoder itself cannot be loaded: no text is at fault.
    """
    results: list[NDArray[np.float32] | str] = ["The text is empty."] * len(texts)
    firsts: dict[str, int] = {}
    for position, text in enumerate(texts):
        firsts.setdefault(text, position)
    _encode_into(results, encoder, texts, [i for text, i in firsts.items() if text.strip()])
    return [results[firsts[text]] for text in texts]


def _encode_into(
    results: list[NDArray[np.float32] | str],
    encoder: Encoder,
    texts: Sequence[str],
    positions: list[int],
) -> None:
    if not positions:
        return
    try:
        vectors = encoder.encode([texts[position] for position in positions])
    except EncoderError:
        raise
    # The model's code may raise anything; it is kept as the text's reason.
    except Exception as error:  # noqa: BLE001
        if len(positions) == 1:
            results[positions[0]] = f"{type(error).__name__}: {error}"
            return
        middle = len(positions) // 2
        _encode_into(results, encoder, texts, positions[:middle])
        _encode_into(results, encoder, texts, positions[middle:])
        return
    if vectors.shape != (len(positions), encoder.dimension):
        message = (
            f"The encoder {encoder.name} returned vectors of shape {vectors.shape} for "
            f"{len(positions)} texts; {encoder.dimension} dimensions were expected."
        )
        raise EncoderError(message)
    for position, vector in zip(positions, vectors, strict=True):
        results[position] = _normalised(vector)


def _normalised(vector: NDArray[np.float32]) -> NDArray[np.float32] | str:
    if not np.isfinite(vector).all():
        return "The encoder returned a vector that is not finite."
    length = float(np.linalg.norm(vector))
    if length < _UNIT_TOLERANCE:
        return "The encoder returned a vector of length zero."
    return vector if abs(length - 1) < _UNIT_TOLERANCE else vector / np.float32(length)

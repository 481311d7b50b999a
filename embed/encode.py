"""Encode a batch so that a text that cannot be embedded fails alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import EncoderError
from embed.encoder import Encoder

_UNIT_TOLERANCE = 0.01


def encode_each(encoder: Encoder, texts: Sequence[str]) -> list[NDArray[np.float32] | str]:
    """Encode every text that can be, equal ones once.

    A batch that fails as a whole is halved until the texts at fault are alone.

    Returns
    -------
    list
        For each text its vector, shape (dimension,), float32, unit norm; or the reason why there
        is none.

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
    # Whatever the model's code raises is the reason that is kept with the text.
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
        results[position] = _checked(vector)


def _checked(vector: NDArray[np.float32]) -> NDArray[np.float32] | str:
    if not np.isfinite(vector).all():
        return "The encoder returned a vector that is not finite."
    length = float(np.linalg.norm(vector))
    if length < _UNIT_TOLERANCE:
        return "The encoder returned a vector of length zero."
    return vector if abs(length - 1) < _UNIT_TOLERANCE else vector / np.float32(length)

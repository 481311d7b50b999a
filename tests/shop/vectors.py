"""Vectors, and the ids of the products that have them."""

import numpy as np
from numpy.typing import NDArray


def clusters(count: int, dimension: int = 16, seed: int = 1) -> NDArray[np.float32]:
    """Return clustered vectors, shape (count, dimension), float32, unit norm."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(2, count // 100), dimension))
    vectors = centres[rng.integers(0, len(centres), count)]
    vectors = vectors + 0.6 * rng.standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def name_of(number: int) -> str:
    """Return the id of the product of a vector, such as v00001 for number 1."""
    return f"v{number:05}"

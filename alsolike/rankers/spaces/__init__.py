"""Similarity spaces: the products most like one, and scores of pairs, each from its own evidence.

No matrix of all pairs is ever held. The blend adds the scores up with learned weights; the
baselines item-kNN and last-item use a space alone.
"""

from alsolike.rankers.spaces.space import Space

__all__ = ["Space"]

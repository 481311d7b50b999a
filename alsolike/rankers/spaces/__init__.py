"""Similarity spaces: scores of every product given one, each from its own evidence.

A space returns rows of a product-to-product matrix that is never held in memory as a whole. The
blend adds them up with learned weights; the baselines EASE, item-kNN and iALS use them alone.
"""

from alsolike.rankers.spaces.space import Space

__all__ = ["Space"]

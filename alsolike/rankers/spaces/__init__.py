"""Ways to say how much one product speaks for another, each from its own evidence.

A space gives whole rows of a product-to-product matrix that is never held: score of every product,
given one. The blend adds them up with learned weights.
"""

from alsolike.rankers.spaces.space import Space

__all__ = ["Space"]

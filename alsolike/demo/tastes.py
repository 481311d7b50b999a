"""What a shopper of the demo likes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alsolike.demo.catalogue import LEAF_BY_KEY, SCENES, SUBCATEGORIES, TOP_OF_LEAF, Catalogue
from alsolike.demo.vocabulary import COLOURS, MATERIALS, PRICE_LEVELS, STYLES

_SISTERS: tuple[tuple[int, ...], ...] = tuple(
    tuple(other for other, top in enumerate(TOP_OF_LEAF) if top == own and other != leaf)
    for leaf, own in enumerate(TOP_OF_LEAF)
)
PARTNERS: tuple[tuple[int, ...], ...] = tuple(
    tuple(LEAF_BY_KEY[key] for key in leaf.goes_with) for leaf in SUBCATEGORIES
)
"""The leaves bought together with each one."""


@dataclass(frozen=True)
class Taste:
    """The hidden preferences that a shopper's history follows.

    Attributes
    ----------
    leaves : tuple of int
        One to three preferred leaves, best first.
    use : int
        Which of a leaf's uses is meant; the descriptions name it.
    scene : int
        The group of brands preferred; no text mentions it.
    focus : float
        How closely choices follow the taste: 0 not at all, 1 as usual, above 1 a vivid taste.
    """

    leaves: tuple[int, ...]
    style: int
    colour: int
    family: int
    use: int
    level: int
    scene: int
    brand: int
    focus: float

    def scores(self, catalogue: Catalogue, products: NDArray[np.int32]) -> NDArray[np.float64]:
        """Score products by how well they fit, in logits; same shape as ``products``."""
        score = 1.8 * (catalogue.style[products] == self.style)
        score += 1.1 * (catalogue.colour[products] == self.colour)
        score += 0.5 * (catalogue.family[products] == self.family)
        score += 0.9 * (catalogue.use[products] == self.use)
        score += 1.3 * (catalogue.scene[products] == self.scene)
        score += 0.8 * (catalogue.brand[products] == self.brand)
        score -= 0.6 * np.abs(catalogue.level[products] - self.level)
        score += 0.25 * catalogue.quality[products]
        return self.focus * score


def draw_taste(rng: np.random.Generator, catalogue: Catalogue) -> Taste:
    """Draw a taste; further leaves are mostly partners or sisters of the first."""
    stocked = np.flatnonzero(catalogue.anchor >= 0)
    # Some categories have more friends than others.
    appeal = 1.0 / (2.0 + np.arange(len(stocked)) % 7)
    leaves = [int(rng.choice(stocked, p=appeal / appeal.sum()))]
    wanted = int(rng.choice((1, 2, 3), p=(0.25, 0.45, 0.3)))
    while len(leaves) < wanted:
        kind = rng.random()
        if kind < 0.5:
            pool = PARTNERS[leaves[0]]
        elif kind < 0.75:
            pool = _SISTERS[leaves[0]]
        else:
            pool = tuple(range(len(SUBCATEGORIES)))
        leaf = pool[int(rng.random() * len(pool))]
        if leaf not in leaves and catalogue.anchor[leaf] >= 0:
            leaves.append(leaf)
        elif len(leaves) >= len(stocked) or kind < 0.75:
            wanted -= 1
    scene = int(rng.integers(SCENES))
    brands_of_scene = np.flatnonzero(catalogue.brand_scene == scene)
    return Taste(
        leaves=tuple(leaves),
        style=int(rng.integers(len(STYLES))),
        colour=int(rng.integers(len(COLOURS))),
        family=int(rng.integers(len(MATERIALS))),
        use=int(rng.integers(3)),
        level=int(rng.choice(3, p=(0.3, 0.45, 0.25))),
        scene=scene,
        brand=int(rng.choice(brands_of_scene)),
        focus=float(np.clip(rng.normal(0.95, 0.3), 0.2, 1.6)),
    )


def display_name_of(number: int, taste: Taste) -> str:
    """Return the name shown for a shopper, which describes the taste and no person."""
    word = SUBCATEGORIES[taste.leaves[0]].word
    return f"Shopper {number:04d} · {word}, {STYLES[taste.style].name}, {PRICE_LEVELS[taste.level]}"

"""What a shopper of the demo likes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

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

_DAYS_UNTIL_DRIFT: Final = 28.0


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


@dataclass(frozen=True)
class TasteOverTime:
    """A taste that drifts: each holds from its day until the next one's, the first from ever."""

    from_days: tuple[float, ...]
    tastes: tuple[Taste, ...]

    def at(self, day: float) -> Taste:
        """Return the taste on this day of the history."""
        return self.tastes[max(bisect_right(self.from_days, day) - 1, 0)]

    @property
    def latest(self) -> Taste:
        """The taste at the end of the history."""
        return self.tastes[-1]


def fit_scores(
    catalogue: Catalogue, products: NDArray[np.int32], tastes: Sequence[Taste]
) -> NDArray[np.float64]:
    """Score how well products fit tastes, in logits.

    Parameters
    ----------
    products : ndarray, int32, shape (n_tastes, n_products)
        The products that each taste scores.

    Returns
    -------
    ndarray, float64, shape (n_tastes, n_products)
    """
    columns = np.asarray(
        [(t.style, t.colour, t.family, t.use, t.scene, t.brand, t.level) for t in tastes],
        dtype=np.int16,
    )
    style, colour, family, use, scene, brand, level = columns.T[:, :, None]
    score = 1.8 * (catalogue.style[products] == style)
    score += 1.1 * (catalogue.colour[products] == colour)
    score += 0.5 * (catalogue.family[products] == family)
    score += 0.9 * (catalogue.use[products] == use)
    score += 1.3 * (catalogue.scene[products] == scene)
    score += 0.8 * (catalogue.brand[products] == brand)
    score -= 0.6 * np.abs(catalogue.level[products] - level)
    score += 0.25 * catalogue.quality[products]
    return np.asarray([t.focus for t in tastes])[:, None] * score


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
    return Taste(
        leaves=tuple(leaves),
        style=int(rng.integers(len(STYLES))),
        colour=int(rng.integers(len(COLOURS))),
        family=int(rng.integers(len(MATERIALS))),
        use=int(rng.integers(3)),
        level=int(rng.choice(3, p=(0.3, 0.45, 0.25))),
        scene=scene,
        brand=_brand_of(rng, catalogue, scene),
        focus=min(max(float(rng.normal(0.95, 0.3)), 0.2), 1.6),
    )


def draw_drift(
    rng: np.random.Generator, catalogue: Catalogue, taste: Taste, days: int
) -> TasteOverTime:
    """Let a taste drift over the history: about every four weeks a part of it changes."""
    from_days, tastes = [0.0], [taste]
    day = float(rng.exponential(_DAYS_UNTIL_DRIFT))
    while day < days:
        from_days.append(day)
        tastes.append(_drifted(rng, catalogue, tastes[-1]))
        day += float(rng.exponential(_DAYS_UNTIL_DRIFT))
    return TasteOverTime(tuple(from_days), tuple(tastes))


def draw_gift_taste(rng: np.random.Generator, catalogue: Catalogue, taste: Taste) -> Taste:
    """Draw what somebody else likes, of another style than this shopper's."""
    style, colour, family, use, scene, level = rng.integers(
        (len(STYLES) - 1, len(COLOURS), len(MATERIALS), 3, SCENES, 3)
    ).tolist()
    return replace(
        taste,
        style=(taste.style + 1 + style) % len(STYLES),
        colour=colour,
        family=family,
        use=use,
        level=level,
        scene=scene,
        brand=_brand_of(rng, catalogue, scene),
    )


def _drifted(rng: np.random.Generator, catalogue: Catalogue, taste: Taste) -> Taste:
    """Change a liked leaf, the style with its colour, or the brands with the price level."""
    part = rng.random()
    if part < 0.5:
        pool = PARTNERS[taste.leaves[0]] if rng.random() < 0.4 else range(len(SUBCATEGORIES))
        new = pool[int(rng.random() * len(pool))]
        if new in taste.leaves or catalogue.anchor[new] < 0:
            return taste
        # The new liking comes first, the one that was liked least is forgotten.
        kept = taste.leaves[:-1] if len(taste.leaves) > 1 else taste.leaves
        return replace(taste, leaves=(new, *kept))
    if part < 0.75:
        style = (taste.style + 1 + int(rng.integers(len(STYLES) - 1))) % len(STYLES)
        return replace(taste, style=style, colour=int(rng.integers(len(COLOURS))))
    scene = int(rng.integers(SCENES))
    return replace(
        taste,
        scene=scene,
        brand=_brand_of(rng, catalogue, scene),
        level=min(max(taste.level + int(rng.integers(-1, 2)), 0), 2),
    )


def _brand_of(rng: np.random.Generator, catalogue: Catalogue, scene: int) -> int:
    brands = np.flatnonzero(catalogue.brand_scene == scene)
    return int(brands[int(rng.random() * len(brands))])


def display_name_of(number: int, taste: Taste) -> str:
    """Return the name shown for a shopper, which describes the taste and no person."""
    word = SUBCATEGORIES[taste.leaves[0]].word
    return f"Shopper {number:04d} · {word}, {STYLES[taste.style].name}, {PRICE_LEVELS[taste.level]}"

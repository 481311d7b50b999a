"""The products of the demo shop as a compact table of numbers.

One row costs about 70 bytes, so that a million products fit in memory; their texts are made from
the row when they are written.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alsolike.demo.vocabulary import (
    BRAND_ENDS,
    BRAND_STARTS,
    COLOURS,
    FAMILY_OF_MATERIAL,
    STYLES,
    Subcategory,
)
from alsolike.demo.vocabulary_active import ACTIVE_SUBCATEGORIES
from alsolike.demo.vocabulary_home import HOME_SUBCATEGORIES
from alsolike.demo.vocabulary_personal import PERSONAL_SUBCATEGORIES

SUBCATEGORIES: Final[tuple[Subcategory, ...]] = (
    *HOME_SUBCATEGORIES,
    *ACTIVE_SUBCATEGORIES,
    *PERSONAL_SUBCATEGORIES,
)
LEAF_BY_KEY: Final[dict[str, int]] = {leaf.key: i for i, leaf in enumerate(SUBCATEGORIES)}
LEAF_BY_PATH: Final[dict[str, int]] = {leaf.path: i for i, leaf in enumerate(SUBCATEGORIES)}
TOPS: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(leaf.path.split(" > ", 1)[0] for leaf in SUBCATEGORIES)
)
TOP_OF_LEAF: Final[tuple[int, ...]] = tuple(
    TOPS.index(leaf.path.split(" > ", 1)[0]) for leaf in SUBCATEGORIES
)
SCENES: Final = 7
"""Hidden groups of brands that the same people like; behaviour alone shows them, no text."""

SEED_CATALOGUE: Final = 1
SEED_PRODUCT_TEXT: Final = 2
SEED_SHOPPER: Final = 3
SEED_VISITOR: Final = 4
_LEVEL_FACTORS: Final = (0.62, 1.0, 1.75)


def entity_generator(seed: int, kind: int, number: int = 0) -> np.random.Generator:
    """Return the random generator of one entity, independent of all others and of their order."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(kind, number)))


@dataclass(frozen=True)
class Catalogue:
    """All products, one array element each; ``p`` below is a product's number from 0.

    Attributes
    ----------
    leaf, style, colour, material, family, brand, level, size, use, feature, second_feature
        Indexes into the vocabulary, shape (n_products,).
    price_cents : ndarray, int32, shape (n_products,)
    quality : ndarray, float32, shape (n_products,)
        Hidden worth, mean 0 and deviation 1; it shows in ratings.
    arrived : ndarray, float32, shape (n_products,)
        Days since the start of the history; negative for products that were there before.
    trend_day : ndarray, float32, shape (n_products,)
        Day of a short fashion for it, or -1000 for none.
    companion : ndarray, int32, shape (n_products,)
        The product most often bought in the same order, or -1.
    line_number : ndarray, int32, shape (n_products,)
        Place within its leaf, which makes the title unique there.
    by_shelf : ndarray, int32, shape (n_products,)
        Product numbers ordered by leaf, then style.
    weight_until : ndarray, float64, shape (n_products + 1,)
        Running sum of popularity in ``by_shelf`` order.
    shelf_start : ndarray, int64, shape (n_leaves * n_styles + 1,)
        Where each leaf and style begins in ``by_shelf``.
    anchor : ndarray, int32, shape (n_leaves,)
        One product per leaf that was there from the start, or -1 where the leaf is empty.
    leaf_trend : ndarray, float64, shape (n_leaves,)
        Rise or fall of a leaf's products over the whole history, in logits.
    """

    seed: int
    brands: tuple[str, ...]
    brand_scene: NDArray[np.int8]
    leaf: NDArray[np.int8]
    style: NDArray[np.int8]
    colour: NDArray[np.int8]
    material: NDArray[np.int8]
    family: NDArray[np.int8]
    brand: NDArray[np.int16]
    scene: NDArray[np.int8]
    level: NDArray[np.int8]
    size: NDArray[np.int8]
    use: NDArray[np.int8]
    feature: NDArray[np.int8]
    second_feature: NDArray[np.int8]
    price_cents: NDArray[np.int32]
    quality: NDArray[np.float32]
    arrived: NDArray[np.float32]
    trend_day: NDArray[np.float32]
    is_in_stock: NDArray[np.bool_]
    companion: NDArray[np.int32]
    line_number: NDArray[np.int32]
    by_shelf: NDArray[np.int32]
    weight_until: NDArray[np.float64]
    shelf_start: NDArray[np.int64]
    anchor: NDArray[np.int32]
    leaf_trend: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.leaf)


def product_id_of(product: int) -> str:
    """Return the id of the product with this number."""
    return f"P{product + 1:06d}"


def draw_catalogue(products: int, days: int, seed: int) -> Catalogue:
    """Draw the table of one product or more; about 20 % arrive during a history of some days."""
    rng = entity_generator(seed, SEED_CATALOGUE)
    brands, brand_top, brand_scene, brand_style = _draw_brands(rng, products)
    leaf = rng.permutation(np.arange(products, dtype=np.int64) % len(SUBCATEGORIES))
    top = np.asarray(TOP_OF_LEAF)[leaf]

    brand = np.zeros(products, dtype=np.int64)
    for number in range(len(TOPS)):
        of_top = np.flatnonzero(top == number)
        makers = np.flatnonzero((brand_top == number).any(axis=1))
        brand[of_top] = rng.choice(makers, size=len(of_top))
    scene = brand_scene[brand]
    style = rng.integers(len(STYLES), size=products)
    keeps_house_style = rng.random(products) < 0.35
    style[keeps_house_style] = brand_style[brand[keeps_house_style]]
    level = rng.choice(3, size=products, p=(0.3, 0.45, 0.25))
    features = [len(leaf_.features) for leaf_ in SUBCATEGORIES]
    feature = _draw_within(rng, leaf, features)
    # Another one of the same leaf.
    step = 1 + _draw_within(rng, leaf, [count - 1 for count in features])
    material = _draw_within(rng, leaf, [len(leaf_.materials) for leaf_ in SUBCATEGORIES])
    families = np.zeros((len(SUBCATEGORIES), 8), dtype=np.int64)
    for number, leaf_ in enumerate(SUBCATEGORIES):
        families[number, : len(leaf_.materials)] = [
            FAMILY_OF_MATERIAL[material] for material in leaf_.materials
        ]
    quality = rng.normal(size=products)

    arrived = -rng.uniform(5.0, 700.0, size=products)
    is_new = rng.random(products) < 0.2
    anchor = np.full(len(SUBCATEGORIES), -1, dtype=np.int32)
    numbers, places = np.unique(leaf, return_index=True)
    anchor[numbers] = places
    is_new[anchor[anchor >= 0]] = False
    arrived[is_new] = rng.uniform(0.0, max(days - 2.0, 0.0), size=int(is_new.sum()))
    trend_day = np.full(products, -1000.0)
    is_trend = rng.random(products) < 0.05
    trend_day[is_trend] = rng.uniform(days * 0.2, days * 1.0, size=int(is_trend.sum()))

    shelf = leaf * len(STYLES) + style
    by_shelf = np.argsort(shelf, kind="stable")
    popularity = np.exp(rng.normal(0.0, 1.45, size=products) + 0.25 * quality)
    weight_until = np.concatenate(([0.0], np.cumsum(popularity[by_shelf])))
    shelf_start = np.searchsorted(
        shelf[by_shelf], np.arange(len(SUBCATEGORIES) * len(STYLES) + 1), side="left"
    )
    return Catalogue(
        seed=seed,
        brands=brands,
        brand_scene=brand_scene.astype(np.int8),
        leaf=leaf.astype(np.int8),
        style=style.astype(np.int8),
        colour=rng.integers(len(COLOURS), size=products).astype(np.int8),
        material=material.astype(np.int8),
        family=families[leaf, material].astype(np.int8),
        brand=brand.astype(np.int16),
        scene=scene.astype(np.int8),
        level=level.astype(np.int8),
        size=_draw_within(rng, leaf, [len(leaf_.sizes) for leaf_ in SUBCATEGORIES]),
        use=_draw_within(rng, leaf, [len(leaf_.uses) for leaf_ in SUBCATEGORIES]),
        feature=feature,
        second_feature=((feature + step) % np.asarray(features)[leaf]).astype(np.int8),
        price_cents=_draw_prices(rng, leaf, level, quality),
        quality=quality.astype(np.float32),
        arrived=arrived.astype(np.float32),
        trend_day=trend_day.astype(np.float32),
        is_in_stock=rng.random(products) >= 0.03,
        companion=_draw_companions(rng, leaf, shelf, by_shelf, shelf_start),
        line_number=_places_within(leaf),
        by_shelf=by_shelf.astype(np.int32),
        weight_until=weight_until,
        shelf_start=shelf_start,
        anchor=anchor,
        leaf_trend=rng.normal(0.0, 0.9, size=len(SUBCATEGORIES)),
    )


def _draw_brands(
    rng: np.random.Generator, products: int
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Draw names, the two top categories, the scene and the house style of each brand."""
    names = [start + end for start in BRAND_STARTS for end in BRAND_ENDS]
    count = min(max(84, products // 100), len(names))
    chosen = rng.permutation(len(names))[:count]
    # Both orders are cyclic with coprime steps, so every top category has every scene.
    tops = np.stack([np.arange(count) % len(TOPS), rng.integers(len(TOPS), size=count)], axis=1)
    scenes = np.arange(count) % SCENES
    return (
        tuple(names[int(i)] for i in chosen),
        tops,
        scenes,
        rng.integers(len(STYLES), size=count),
    )


def _draw_within(
    rng: np.random.Generator, leaf: NDArray[np.int64], counts: list[int]
) -> NDArray[np.int8]:
    """Draw, for each product, an index below the count of its leaf."""
    return (rng.random(len(leaf)) * np.asarray(counts)[leaf]).astype(np.int8)


def _draw_prices(
    rng: np.random.Generator,
    leaf: NDArray[np.int64],
    level: NDArray[np.int64],
    quality: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Draw prices that follow category, level and a little quality, rounded as shops do."""
    typical = np.asarray([leaf_.price for leaf_ in SUBCATEGORIES])[leaf]
    spread = np.exp(rng.normal(0.0, 0.12, size=len(leaf)) + 0.03 * quality)
    euros = typical * np.asarray(_LEVEL_FACTORS)[level] * spread
    cents = np.where(
        euros < 20, np.round(euros * 10) * 10 - 1, np.maximum(np.round(euros), 1) * 100 - 10
    )
    return np.maximum(cents, 99).astype(np.int32)


def _draw_companions(
    rng: np.random.Generator,
    leaf: NDArray[np.int64],
    shelf: NDArray[np.int64],
    by_shelf: NDArray[np.int64],
    shelf_start: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Give products a fixed partner of a complementary leaf, of the same style if it can be."""
    companion = np.full(len(leaf), -1, dtype=np.int32)
    styles = len(STYLES)
    pick = rng.random(len(leaf))
    choice = rng.random(len(leaf))
    style = shelf % styles
    for number, leaf_ in enumerate(SUBCATEGORIES):
        own = np.flatnonzero(leaf == number)
        partners = np.asarray([LEAF_BY_KEY[key] for key in leaf_.goes_with])
        partner = partners[(choice[own] * len(partners)).astype(np.int64)]
        start = shelf_start[partner * styles + style[own]]
        end = shelf_start[partner * styles + style[own] + 1]
        is_bare = start == end
        start = np.where(is_bare, shelf_start[partner * styles], start)
        end = np.where(is_bare, shelf_start[partner * styles + styles], end)
        place = start + (pick[own] * (end - start)).astype(np.int64)
        found = end > start
        companion[own[found]] = by_shelf[place[found]]
    return companion


def _places_within(leaf: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return each product's place within its leaf, from 0."""
    order = np.argsort(leaf, kind="stable")
    starts = np.searchsorted(leaf[order], np.arange(len(SUBCATEGORIES)))
    places = np.empty(len(leaf), dtype=np.int32)
    places[order] = np.arange(len(leaf)) - starts[leaf[order]]
    return places

"""Title, description and characteristics of a product, made from its row in the catalogue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from alsolike.demo.catalogue import (
    LEAF_BY_KEY,
    SEED_PRODUCT_TEXT,
    SUBCATEGORIES,
    Catalogue,
    entity_generator,
    product_id_of,
)
from alsolike.demo.vocabulary import (
    COLOURS,
    LINES,
    PRICE_LEVELS,
    STYLES,
    Feature,
    Style,
    Subcategory,
)

# Further pictures, of each product in turn.
_MORE = (2, 1, 0, 0)


@dataclass(frozen=True)
class ProductWords:
    """The words that a product's description and its reviews share."""

    leaf: Subcategory
    style: Style
    colour: str
    material: str
    size: str
    use: str
    level: str
    brand: str
    feature: Feature
    second_feature: Feature

    def fill(self, text: str, **more: str) -> str:
        """Put the words into a text, such as "A {style} {noun} {looks}"."""
        material = {"colour": self.colour, "material": self.material}
        return text.format(
            a_style_noun=with_article(f"{self.style.name} {self.leaf.noun}"),
            brand=self.brand,
            colour=self.colour,
            colour_start=as_sentence(self.colour),
            # The phrase that follows the noun, such as "in sage stoneware".
            looks=self.leaf.looks.format(**material),
            noun=self.leaf.noun,
            size=self.size,
            style=self.style.name,
            # What one sees of it, such as "sage stoneware".
            surface=self.leaf.surface.format(**material),
            use=self.use,
            **more,
        )


def words_of(catalogue: Catalogue, product: int) -> ProductWords:
    """Look up the words of one product."""
    leaf = SUBCATEGORIES[int(catalogue.leaf[product])]
    return ProductWords(
        leaf=leaf,
        style=STYLES[int(catalogue.style[product])],
        colour=COLOURS[int(catalogue.colour[product])][0],
        material=leaf.materials[int(catalogue.material[product])],
        size=leaf.sizes[int(catalogue.size[product])],
        use=leaf.uses[int(catalogue.use[product])],
        level=PRICE_LEVELS[int(catalogue.level[product])],
        brand=catalogue.brands[int(catalogue.brand[product])],
        feature=leaf.features[int(catalogue.feature[product])],
        second_feature=leaf.features[int(catalogue.second_feature[product])],
    )


def product_record(catalogue: Catalogue, product: int, starts_at: datetime) -> dict[str, object]:
    """Return one line of ``products.jsonl.gz``; the history starts at ``starts_at``, UTC."""
    words = words_of(catalogue, product)
    rng = entity_generator(catalogue.seed, SEED_PRODUCT_TEXT, product)
    product_id = product_id_of(product)
    arrived_at = starts_at + timedelta(days=float(catalogue.arrived[product]))
    return {
        "product_id": product_id,
        "title": _title(words, int(catalogue.line_number[product]), rng),
        "description": _description(words, rng),
        "category": words.leaf.path,
        "brand": words.brand,
        "price": int(catalogue.price_cents[product]) / 100,
        "currency": "EUR",
        "image_url": f"/pictures/{product_id}.svg",
        "more_image_urls": [
            f"/pictures/{product_id}.svg?view={view}" for view in range(2, 2 + _MORE[product % 4])
        ],
        "attributes": {
            words.leaf.material_key: words.material,
            "colour": words.colour,
            "style": words.style.name,
            "use": words.use,
            "size": words.size,
            "features": f"{words.feature.name}, {words.second_feature.name}",
        },
        "in_stock": bool(catalogue.is_in_stock[product]),
        "created_at": arrived_at.isoformat(timespec="seconds"),
    }


def one_of(rng: np.random.Generator, choices: tuple[str, ...]) -> str:
    """Draw one of the texts."""
    return choices[int(rng.random() * len(choices))]


def with_article(phrase: str) -> str:
    """Put "a" or "an" before a phrase."""
    return ("an " if phrase[:1].lower() in "aeio" else "a ") + phrase


def as_sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def _title(words: ProductWords, line_number: int, rng: np.random.Generator) -> str:
    # Stepping by a prime that does not divide the number of lines visits each line once per round.
    line = LINES[(line_number * 37 + LEAF_BY_KEY[words.leaf.key] * 11) % len(LINES)]
    edition = line_number // len(LINES)
    name = f"{line} {edition + 1}" if edition else line
    tail = words.leaf.tail.format(
        material=as_sentence(words.material), colour=as_sentence(words.colour), size=words.size
    )
    kind = one_of(rng, words.leaf.kinds)
    return f"{words.brand} {name} {one_of(rng, words.style.title_words)} {kind}, {tail}"


_OPENINGS = (
    "{a_style_noun} {looks}, made for {use}.",
    "Made for {use}: {a_style_noun} {looks}.",
    "{a_style_noun} {looks} that was chosen with {use} in mind.",
    "For {use}, {brand} makes this {style} {noun} {looks}.",
    "{brand} thought of {use} when making this {style} {noun} {looks}.",
)
_FEATURE_SENTENCES = (
    "The {name} {benefit}.",
    "As it should be, the {name} {benefit}.",
    "Buyers mention that the {name} {benefit}.",
    "You will notice how the {name} {benefit}.",
)
_SECOND_SENTENCES = (
    "The {name} {benefit}, too.",
    "What is more, the {name} {benefit}.",
    "And the {name} {benefit}.",
    "Size: {size}; the {name} {benefit}.",
)


def _description(words: ProductWords, rng: np.random.Generator) -> str:
    sentences = [
        words.fill(one_of(rng, _OPENINGS)),
        words.fill(one_of(rng, _FEATURE_SENTENCES), **vars(words.feature)),
    ]
    if rng.random() < 0.8:
        sentences.append(words.fill(one_of(rng, _SECOND_SENTENCES), **vars(words.second_feature)))
    if rng.random() < 0.7:
        sentences.append(one_of(rng, words.style.closings))
    return " ".join(as_sentence(sentence) for sentence in sentences)

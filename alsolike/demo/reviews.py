"""Review texts that agree with the rating and with the product's own characteristics."""

from typing import Final

import numpy as np

from alsolike.demo.descriptions import ProductWords, as_sentence, one_of

POSITIVE_TITLES: Final = (
    "Love this {noun}",
    "Would buy again",
    "Great for {use}",
    "Better than expected",
    "My new favourite",
    "Worth every cent",
)
GOOD_TITLES: Final = (
    "Very good {noun}",
    "Good choice",
    "Nearly perfect",
    "Happy with it",
    "Nice for {use}",
)
MIXED_TITLES: Final = (
    "Good and bad",
    "Fine, with a catch",
    "Average {noun}",
    "Could be better",
    "Half convinced",
)
NEGATIVE_TITLES: Final = (
    "Disappointed",
    "Do not bother",
    "Went back",
    "Not worth the money",
    "A poor {noun}",
    "Regret buying it",
)

_POSITIVE_STARTS: Final = (
    "Exactly what I was looking for.",
    "I could not be happier.",
    "What a find!",
    "I use it all the time and still enjoy it.",
    "Bought it for {use}, and it is perfect for that.",
    "Even nicer than in the picture.",
    "The second one from {brand}, and again excellent.",
)
_GOOD_STARTS: Final = (
    "A good buy overall.",
    "Does what it should for {use}.",
    "I like it a lot.",
    "Pleased with it after a few weeks.",
    "Solid work by {brand}.",
)
_MIXED_STARTS: Final = (
    "Not sure what to think.",
    "It is all right for {use}, not more.",
    "Some things are good, some are not.",
    "I expected a bit more from {brand}.",
    "Okay for the money, with weak points.",
)
_NEGATIVE_STARTS: Final = (
    "I wanted to like it, but no.",
    "Sadly a bad buy.",
    "Useless for {use}.",
    "This was a waste of money.",
    "I expected far better from {brand}.",
    "It went straight back.",
)
_PRAISE: Final = (
    "The {name} {benefit}.",
    "I especially like that the {name} {benefit}.",
    "Best of all, the {name} {benefit}.",
    "As promised, the {name} {benefit}.",
)
_COMPLAINT: Final = (
    "The {name} {complaint}.",
    "Within days I noticed: the {name} {complaint}.",
    "My main trouble: the {name} {complaint}.",
    "To be clear, the {name} {complaint}.",
)
_GOOD_LOOKS: Final = (
    "The {surface} is a delight.",
    "The {style} look suits us well.",
    "The {surface} looks just as described.",
    "A lovely {style} piece; the {surface} convinced everyone here.",
    "{colour_start} was the right choice.",
)
_PLAIN_LOOKS: Final = (
    "The {surface} is as described.",
    "The {style} look is a matter of taste.",
    "The {colour} tone is a little different from the picture.",
)
_BAD_LOOKS: Final = (
    "Nor does the {surface} look like the picture.",
    "The {style} look does not make up for it.",
    "The {surface} feels cheap.",
    "A pity about the {colour} I had picked.",
)
_POSITIVE_ENDS: Final = (
    "Recommended for {use}.",
    "I have already ordered one as a gift.",
    "Five stars from me.",
    "I would choose it again.",
)
_GOOD_ENDS: Final = (
    "One star less because delivery took a while.",
    "A slightly lower price and it would be perfect.",
    "Recommended for {use}.",
)
_MIXED_ENDS: Final = (
    "Three stars.",
    "I will keep it, but would look around next time.",
    "For {use} it will do.",
)
_NEGATIVE_ENDS: Final = (
    "I cannot recommend it.",
    "Never again.",
    "I am sending it back.",
    "Save your money.",
)


def write_review(rng: np.random.Generator, words: ProductWords, stars: int) -> tuple[str, str]:
    """Write title and body of a review.

    From 4 stars on it praises, at 3 it praises one feature and complains about the other, below it
    complains.
    """
    first, second = words.feature, words.second_feature
    if rng.random() < 0.5:
        first, second = second, first
    praise = one_of(rng, _PRAISE).format(**vars(first))
    fault = one_of(rng, _COMPLAINT).format(**vars(second))
    if stars >= 5:
        titles, parts = POSITIVE_TITLES, [one_of(rng, _POSITIVE_STARTS), praise]
        looks, ends = _GOOD_LOOKS, _POSITIVE_ENDS
    elif stars == 4:
        titles, parts = GOOD_TITLES, [one_of(rng, _GOOD_STARTS), praise]
        looks, ends = _GOOD_LOOKS, _GOOD_ENDS
    elif stars == 3:
        titles = MIXED_TITLES
        parts = [one_of(rng, _MIXED_STARTS), praise, f"But the {second.name} {second.complaint}."]
        looks, ends = _PLAIN_LOOKS, _MIXED_ENDS
    else:
        titles, parts = NEGATIVE_TITLES, [one_of(rng, _NEGATIVE_STARTS), fault]
        looks, ends = _BAD_LOOKS, _NEGATIVE_ENDS
    # A short review keeps the feature; the look and the closing come and go.
    parts.append(one_of(rng, looks))
    if rng.random() < 0.6:
        parts.append(one_of(rng, ends))
    if rng.random() < 0.2:
        del parts[0]
    return (
        as_sentence(words.fill(one_of(rng, titles))),
        " ".join(as_sentence(words.fill(part)) for part in parts),
    )

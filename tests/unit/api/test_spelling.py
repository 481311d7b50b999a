"""Which words somebody may have misspelled."""

import pytest

from api.search.spelling import is_likely_typo


@pytest.mark.parametrize(
    ("typed", "forms", "is_likely"),
    [
        ("lmap", ["lamp"], True),
        ("mgu", ["mug"], True),
        ("gft", ["gift"], True),
        ("lampp", ["lamps", "lamp"], True),
        ("haedphone", ["headphones", "headphon"], True),
        ("кnife", ["knife"], True),
        # Of three letters one is much.
        ("red", ["rye"], False),
        ("red", ["rod"], False),
        ("dad", ["pads", "pad"], False),
        # Hardly anybody mistakes the first letter of a short word.
        ("milk", ["silk"], False),
        ("lemp", ["lamp"], True),
        ("scarf", ["scone"], False),
    ],
)
def test_a_word_is_a_likely_typo_if_it_is_near_for_its_length(
    typed: str, forms: list[str], *, is_likely: bool
) -> None:
    assert is_likely_typo(typed, forms) is is_likely

"""Ids of callers."""

import re

import pytest

from alsolike.revision_steps import FUNCTIONS
from api.http import ids
from api.http.ids import NOBODY, is_placeholder
from tests.shop.nobody import GUESTS, SHOPPERS


def test_the_api_and_the_loader_know_the_same_words_for_nobody() -> None:
    text = (FUNCTIONS / "04_is_nobody.sql").read_text()
    found = re.search(r" in \(\n(.*?)\)\n", text, re.DOTALL)
    assert found is not None
    assert set(re.findall(r"'([^']*)'", found[1])) == NOBODY


def test_the_api_and_the_database_see_the_same_characters() -> None:
    text = (FUNCTIONS / "02_unseen.sql").read_text()
    unseen = "".join(re.findall(r"'([^']*)'", text))
    pattern: re.Pattern[str] = ids._UNSEEN  # pyright: ignore[reportPrivateUsage]
    assert pattern.pattern == unseen.encode().decode("unicode_escape")


@pytest.mark.parametrize("word", GUESTS)
def test_a_word_for_guests_is_a_placeholder(word: str) -> None:
    assert is_placeholder(word)


@pytest.mark.parametrize("shopper_id", SHOPPERS)
def test_an_id_is_no_placeholder(shopper_id: str) -> None:
    assert not is_placeholder(shopper_id)

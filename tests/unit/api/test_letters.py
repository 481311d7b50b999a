"""What is mailed to shoppers, in every language."""

from dataclasses import replace
from email.message import EmailMessage
from typing import get_args

import pytest

from alsolike.settings import load_settings
from api.accounts.mail import Occasion, letter
from api.languages.choice import load_languages
from api.languages.translate import ENGLISH, Language, spoken

LINK = "https://shop.example.com/account/claim?token=abc"
OCCASIONS = get_args(Occasion)
OTHERS = [language for language in load_languages().values() if language.tag != ENGLISH.tag]


def written(occasion: Occasion, language: Language) -> EmailMessage:
    settings = replace(load_settings().mail, sender="Shop <shop@example.com>")
    with spoken(language):
        return letter(settings, occasion, to="anna@example.com", shop="Lamp & Co", link=LINK)


@pytest.mark.parametrize("language", OTHERS, ids=[language.tag for language in OTHERS])
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_letter_is_wholly_in_its_language(occasion: Occasion, language: Language) -> None:
    own, english = written(occasion, language), written(occasion, ENGLISH)
    assert own["subject"] != english["subject"]
    paragraphs = [set(one.get_content().split("\n\n")) for one in (own, english)]
    assert paragraphs[0] & paragraphs[1] == {LINK}


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_letter_names_the_shop_and_has_the_link_once(occasion: Occasion) -> None:
    text = written(occasion, ENGLISH).get_content()
    assert (text.count("Lamp & Co"), text.count(LINK)) == (1, 1)

"""Which language a page is in, and texts of it."""

from pathlib import Path

import pytest

from alsolike.errors import SettingError
from api.languages.choice import (
    choose_language,
    load_languages,
    offered_languages,
    preferred_tags,
)
from api.languages.translate import current_language, gettext, ngettext, spoken

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Hello, %(name)s."
msgstr "Привет, %(name)s."

msgid "%(num)s piece"
msgid_plural "%(num)s pieces"
msgstr[0] "%(num)s штука"
msgstr[1] "%(num)s штуки"
msgstr[2] "%(num)s штук"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    catalogue = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(RUSSIAN, encoding="utf-8")
    return tmp_path


def test_a_language_is_a_file(folder: Path) -> None:
    languages = load_languages(folder)
    token = current_language.set(languages["ru"])
    try:
        assert gettext("Hello, %(name)s.", name="Ann") == "Привет, Ann."
        forms = [ngettext("%(num)s piece", "%(num)s pieces", number) for number in (1, 3, 5, 21)]
        assert forms == ["1 штука", "3 штуки", "5 штук", "21 штука"]
        assert gettext("Not in the file") == "Not in the file"
    finally:
        current_language.reset(token)


@pytest.mark.parametrize(
    ("chosen", "accepted", "tag"),
    [
        ("", "", "en"),
        ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("", "en-GB,ru;q=0.5", "en"),
        ("", "fr, ru;q=0.3", "ru"),
        ("", "fr", "en"),
        ("", "ru;q=0, *", "en"),
        ("", "ru;q=nonsense,,;;;", "en"),
        ("", "RU", "ru"),
        ("", "ru-Cyrl-KZ", "ru"),
        ("", "run", "en"),
        ("en", "ru", "en"),
        ("ru", "en", "ru"),
        ("../../x", "ru", "ru"),
    ],
)
def test_the_choice_goes_before_the_browser(
    folder: Path, chosen: str, accepted: str, tag: str
) -> None:
    assert choose_language(load_languages(folder), chosen, accepted).tag == tag


def test_a_language_of_a_country_has_its_tag_and_is_found_by_its_case_too(folder: Path) -> None:
    (folder / "ru").rename(folder / "pt_BR")
    languages = load_languages(folder)
    assert list(languages) == ["en", "pt-BR"]
    assert choose_language(languages, "", "pt-br,en;q=0.5").tag == "pt-BR"


def test_the_first_language_offered_is_that_of_who_reads_none(folder: Path) -> None:
    found = load_languages(folder)
    assert list(offered_languages((), found)) == ["en", "ru"]
    offered = offered_languages(("RU", "en"), found)
    assert list(offered) == ["ru", "en"]
    assert choose_language(offered, "", "fr").tag == "ru"
    with pytest.raises(SettingError, match="has 'fr': the site has en, ru"):
        offered_languages(("ru", "fr"), found)


def test_a_language_is_called_as_its_readers_call_it_and_knows_its_direction(folder: Path) -> None:
    (folder / "ru").rename(folder / "ar")
    arabic = load_languages(folder)["ar"]
    assert arabic.direction == "rtl"
    assert arabic.own_name == "العربية"
    assert load_languages()["ru"].own_name == "Русский"
    assert load_languages()["de"].direction == "ltr"


def test_what_has_no_translation_keeps_its_direction_within_a_page_from_right_to_left(
    folder: Path,
) -> None:
    (folder / "ru").rename(folder / "ar")
    with spoken(load_languages(folder)["ar"]):
        assert gettext("Hello, %(name)s.", name="Ann") == "Привет, Ann."
        assert gettext("Not in %(file)s.", file="it") == "\u2066Not in it.\u2069"
        found = ngettext("%(num)s line", "%(num)s lines", 2)
    assert found.startswith("\u2066")
    assert found.endswith(" lines\u2069")


def test_many_tags_are_read_in_the_order_of_their_weights() -> None:
    assert preferred_tags("de;q=0.2, ru, en;q=0.5") == ["ru", "en", "de"]


@pytest.mark.parametrize(
    "header",
    [
        # Each subtag would be tried with all before it.
        "de" + "-a" * 17,
        "a-" * 24_000 + "a, de",
        " " * 1000 + "de",
        "a," * 20 + "de",
    ],
    ids=["long tag", "many subtags", "long header", "many tags"],
)
def test_what_no_browser_sends_is_not_looked_at(header: str) -> None:
    assert "de" not in {tag[:2] for tag in preferred_tags(header)}

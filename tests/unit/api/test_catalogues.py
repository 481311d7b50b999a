"""The catalogues of texts: complete, in step with the site, and safe to put into pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message

from api.database.failures import DatabaseAwayError, DatabaseBusyError, TookTooLongError
from api.database.shares import ShareUsedUpError
from api.languages.choice import CATALOGUES
from api.languages.messages import (
    extract_messages,
    main,
    read_catalogue,
    untranslated,
    update_catalogue,
)

PATHS = sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po"))
LANGUAGES = [path.parents[1].name for path in PATHS]
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%%")
TAG = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def messages() -> Catalog:
    return extract_messages()


@pytest.fixture(params=PATHS, ids=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read_catalogue(request.param)


def test_russian_and_german_are_there() -> None:
    assert {"ru", "de"} <= set(LANGUAGES)


def test_a_catalogue_has_what_the_site_says_and_nothing_else(
    catalogue: Catalog, messages: Catalog
) -> None:
    assert ids(catalogue) == ids(messages), "run make messages"
    assert not catalogue.obsolete, "run make messages"


def test_every_text_is_translated(catalogue: Catalog) -> None:
    missing = [message.id for message in texts(catalogue) if not all(forms(message))]
    assert missing == []


def test_no_text_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in texts(catalogue) if message.fuzzy] == []


def test_every_form_of_a_number_is_there(catalogue: Catalog) -> None:
    for message in texts(catalogue):
        if message.pluralizable:
            assert len(forms(message)) == catalogue.num_plurals, message.id


def test_placeholders_and_elements_stay(catalogue: Catalog) -> None:
    for message in texts(catalogue):
        first = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms(message):
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(first)), form
            assert sorted(TAG.findall(form)) == sorted(TAG.findall(first)), form


def test_every_form_that_a_number_takes_names_it(messages: Catalog) -> None:
    # Russian has the form of one for 21 as well.
    for message in texts(messages):
        if message.pluralizable:
            assert all("%(num)s" in one for one in message.id), message.id


@pytest.mark.parametrize(
    "error", [DatabaseAwayError, DatabaseBusyError, TookTooLongError, ShareUsedUpError]
)
def test_what_an_error_says_by_itself_is_in_the_catalogues(
    error: type[Exception], messages: Catalog
) -> None:
    assert messages.get(str(error())) is not None


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "nl" / "LC_MESSAGES" / "messages.po"
    first = Catalog()
    for text in ("Basket", "Gone"):
        first.add(text)
    update_catalogue(path, first)
    path.write_text(path.read_text().replace('"Basket"\nmsgstr ""', '"Basket"\nmsgstr "Mandje"'))
    second = Catalog()
    for text in ("Basket", "New"):
        second.add(text)
    update_catalogue(path, second)
    found = {message.id: message.string for message in texts(read_catalogue(path))}
    assert found == {"Basket": "Mandje", "New": ""}


def test_a_new_catalogue_has_every_text_to_translate(tmp_path: Path, messages: Catalog) -> None:
    path = tmp_path / "nl" / "LC_MESSAGES" / "messages.po"
    update_catalogue(path, messages)
    assert untranslated(read_catalogue(path)) == len(ids(messages))


def test_a_plural_of_which_a_form_is_missing_is_to_be_translated() -> None:
    catalogue = Catalog(locale="ru")
    catalogue.add(("%(num)s piece", "%(num)s pieces"), ("%(num)s штука", "", "%(num)s штук"))
    catalogue.add("Basket", "Корзина")
    assert untranslated(catalogue) == 1


@pytest.mark.parametrize("tag", ["xx-nonsense", "zz", "../ru", "pt_BR", ""])
def test_a_tag_of_no_language_is_one_line(tag: str) -> None:
    before = sorted(CATALOGUES.iterdir())
    with pytest.raises(SystemExit) as end:
        main([tag])
    assert f"{tag!r} is no language" in str(end.value)
    assert len(str(end.value).splitlines()) == 1
    assert sorted(CATALOGUES.iterdir()) == before


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Go through the messages; the first of a catalogue is its head."""
    return (message for message in catalogue if message.id)


def ids(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in texts(catalogue)
    }


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ("",))

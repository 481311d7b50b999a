"""Texts of the site in the language of the request that is being answered."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from msgspec import Struct

DEFAULT = "en"


class Language(Struct, frozen=True):
    """A language that pages can be read in.

    Attributes
    ----------
    tag : str
        A BCP 47 tag such as `ru`.
    locale : Locale
        By which numbers, prices and dates are written.
    catalogue : NullTranslations
        The texts; English, which the code has, needs none.
    """

    tag: str
    locale: Locale
    catalogue: NullTranslations

    @property
    def direction(self) -> str:
        """Which way it is written: `ltr` or `rtl`."""
        return self.locale.text_direction

    @property
    def own_name(self) -> str:
        """What its readers call it."""
        name = self.locale.get_display_name(self.locale) or self.tag
        return name[:1].upper() + name[1:]


ENGLISH = Language(DEFAULT, Locale.parse("en"), NullTranslations())

current_language: ContextVar[Language] = ContextVar("current_language", default=ENGLISH)


@contextmanager
def spoken(language: Language) -> Generator[None]:
    """Say everything within the block in a language."""
    token = current_language.set(language)
    try:
        yield
    finally:
        current_language.reset(token)


def translated(message: str) -> str:
    """Return the message in the language of the request, with its placeholders."""
    # The entry of no text is the head of a catalogue.
    return current_language.get().catalogue.gettext(message) if message else message


def translated_plural(singular: str, plural: str, number: int) -> str:
    """Return the form for a number in the language of the request, with its placeholders."""
    return current_language.get().catalogue.ngettext(singular, plural, number)


def marked(message: str) -> str:
    """Return the message as it is; it is put into the catalogues, and looked up where it is shown.

    `translated` looks it up.
    """
    return message


def gettext(message: str, **values: Any) -> str:
    """Return the message in the language of the request, as `_` does in templates.

    Parameters
    ----------
    message : str
        In English, a literal, for the catalogues are made of literals. A percent sign is `%%`.
    values : mapping
        What stands for each `%(name)s`.
    """
    return translated(message) % values


def ngettext(singular: str, plural: str, number: int, **values: Any) -> str:
    """Return the form for a number, which is also `%(num)s`; otherwise as `gettext`."""
    num = format_decimal(number, locale=current_language.get().locale)
    return translated_plural(singular, plural, number) % {"num": num, **values}

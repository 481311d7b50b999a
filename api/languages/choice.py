"""Which language a visitor reads: the one they chose, or that of their browser."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from litestar.connection import ASGIConnection
from litestar.types import ASGIApp, Receive, Scope, Send

from alsolike.errors import SettingError
from api.languages.translate import ENGLISH, Language, spoken

COOKIE = "alsolike_language"
CATALOGUES = Path(__file__).parents[2] / "web" / "locales"

_DOMAIN = "messages"
_MOST_PREFERRED = 20
# Characters of an `Accept-Language` that are looked at, and of a tag (RFC 5646, 4.4.1).
_LONGEST_PREFERENCE = 1000
_LONGEST_TAG = 35


def load_languages(folder: Path = CATALOGUES) -> Mapping[str, Language]:
    """Read the catalogues: English, and a language for each folder `<tag>/LC_MESSAGES`.

    Returns
    -------
    mapping
        From the tag to the language, English first.
    """
    found = {ENGLISH.tag: ENGLISH}
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.po")):
        tag = path.parents[1].name.replace("_", "-")
        locale = Locale.parse(tag, sep="-")
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale, domain=_DOMAIN)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found[tag] = Language(tag, locale, Translations(compiled, domain=_DOMAIN))
    return found


def offered_languages(tags: Sequence[str], found: Mapping[str, Language]) -> Mapping[str, Language]:
    """Return the languages that a setting names, in its order; all that there are if it names none.

    The first is that of visitors who read none of them.

    Raises
    ------
    SettingError
        One has no catalogue.
    """
    by_tag = {tag.lower(): language for tag, language in found.items()}
    for tag in tags:
        if tag.lower() not in by_tag:
            message = (
                f"ALSOLIKE_PAGE_LANGUAGES has {tag!r}: the site has {', '.join(found)}; "
                "docs/languages.md tells how to add another one."
            )
            raise SettingError(message)
    offered = [by_tag[tag.lower()] for tag in tags] or list(found.values())
    return {language.tag: language for language in offered}


def preferred_tags(accept_language: str) -> list[str]:
    """Read an `Accept-Language` header: tags, the most wanted first.

    What is malformed or too long is left out. Source: RFC 9110, 12.5.4.
    """
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:_LONGEST_PREFERENCE].split(",")[:_MOST_PREFERRED]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if 0 < len(tag.strip()) <= _LONGEST_TAG and 0 < quality <= 1:
            wanted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(wanted, key=lambda one: -one[0])]


def choose_language(
    languages: Mapping[str, Language], chosen_tag: str, accept_language: str
) -> Language:
    """Return the language that the visitor chose, or the one that their browser likes most.

    A tag finds the language with the fewest of its subtags taken away: `ru-RU` finds `ru`.
    Source: RFC 4647, 3.4. The first language is that of whoever reads none of them.
    """
    chosen = languages.get(chosen_tag)
    if chosen is not None:
        return chosen
    by_tag = {tag.lower(): language for tag, language in languages.items()}
    for tag in preferred_tags(accept_language):
        subtags = tag.lower().split("-")
        for count in range(len(subtags), 0, -1):
            found = by_tag.get("-".join(subtags[:count]))
            if found is not None:
                return found
    return next(iter(languages.values()))


def with_language(
    app: ASGIApp, languages: Mapping[str, Language], in_english: tuple[str, ...]
) -> ASGIApp:
    """Answer each request in the language of who asks, and in English below some paths."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(in_english):
            await app(scope, receive, send)
            return
        asks = ASGIConnection[Any, Any, Any, Any](scope)
        accepted = asks.headers.get("accept-language", "")
        with spoken(choose_language(languages, asks.cookies.get(COOKIE, ""), accepted)):
            await app(scope, receive, send)

    return call

"""Bring the catalogues of `web/locales` up to date with the texts in templates and code.

`python -m api.languages.messages` does it for every language; with tags it does it for these, and
makes the catalogue of one that has none. It keeps what is translated, adds what is new without a
translation, and drops what the site does not say any more.
"""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

_ROOT = Path(__file__).parents[2]
_LOCALES = _ROOT / "web" / "locales"
_NAME = Path("LC_MESSAGES", "messages.po")
_KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}
# They tell of a file what git knows.
_UNUSED_HEADERS = (
    b'"Project-Id-Version:',
    b'"Report-Msgid-Bugs-To:',
    b'"POT-Creation-Date:',
    b'"PO-Revision-Date:',
    b'"Last-Translator:',
    b'"Language-Team:',
    b'"Generated-By:',
)
# A BCP 47 tag without variants and extensions: language, script, country.
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
# Widths change whole paragraphs where a word does.
_NO_WRAPPING = 0


def extract_messages() -> Catalog:
    """Collect the texts that the site shows, each with the files that show it."""
    found = Catalog(project="alsolike", fuzzy=False)
    for folder, method in (("api", "python"), ("web/templates", "jinja2")):
        pattern = "**.py" if method == "python" else "**.html"
        options = {pattern: {} if method == "python" else {"trimmed": "true", "silent": "false"}}
        for name, line, message, comments, context in extract_from_dir(
            _ROOT / folder, [(pattern, method)], options, _KEYWORDS
        ):
            place = (Path(folder, name).as_posix(), line)
            found.add(message, locations=[place], auto_comments=comments, context=context)
    return found


def read_catalogue(path: Path) -> Catalog:
    """Read a catalogue; its folder is named by its language."""
    with path.open("rb") as file:
        return read_po(file, locale=_locale_of(path), abort_invalid=True)


def update_catalogue(path: Path, messages: Catalog) -> None:
    """Give a catalogue the messages that the site has, and no others."""
    if path.exists():
        catalogue = read_catalogue(path)
    else:
        path.parent.mkdir(parents=True)
        catalogue = Catalog(locale=_locale_of(path), project="alsolike", fuzzy=False)
    catalogue.update(messages, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    _write(path, catalogue)


def _write(path: Path, catalogue: Catalog) -> None:
    written = BytesIO()
    catalogue.header_comment = ""
    write_po(written, catalogue, width=_NO_WRAPPING, sort_by_file=True, include_lineno=False)
    lines = written.getvalue().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(_UNUSED_HEADERS)))


def _locale_of(path: Path) -> Locale:
    tag = path.parents[1].name
    return Locale.parse(tag, sep="-" if "-" in tag else "_")


def untranslated(catalogue: Catalog) -> int:
    """Count the texts that lack their translation, or that of one of their plurals."""
    return sum(
        1
        for one in catalogue
        if one.id and not (all(one.string) if isinstance(one.string, tuple) else one.string)
    )


def require_language(tag: str) -> None:
    """End with a line about a tag of which no catalogue can be made."""
    try:
        is_known = _TAG.fullmatch(tag) is not None and bool(Locale.parse(tag, sep="-").language)
    except UnknownLocaleError:
        is_known = False
    if not is_known:
        sys.exit(f"{tag!r} is no language that CLDR knows: give a tag such as it or pt-BR.")


def main(tags: list[str]) -> None:
    """Update the catalogues of some languages, or of all that there are."""
    for tag in tags:
        require_language(tag)
    messages = extract_messages()
    paths = [_LOCALES / tag / _NAME for tag in tags] or sorted(_LOCALES.glob(f"*/{_NAME}"))
    for path in paths:
        update_catalogue(path, messages)
        catalogue = read_catalogue(path)
        left = untranslated(catalogue)
        print(f"{path.relative_to(_ROOT)}: {len(catalogue)} texts, {left} to translate")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])

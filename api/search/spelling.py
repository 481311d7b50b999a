"""What somebody may have meant who searched for words that no product has.

A query is only offered if products have its words, so that nobody is led from nothing to nothing.
"""

import re

from msgspec import Struct

from alsolike.folding import folded
from api.database.pool import Connection
from api.search import store
from api.search.store import FoundBy

# Shorter words are near too many others.
LEAST_LETTERS = 3
_MOST_OFFERED = 3
_MOST_TRIED = 6
_WORD = re.compile(r"\w+")
# What the words of an offered query have to have found.
_FOUND: frozenset[FoundBy | None] = frozenset({"all", "beginning", "similar"})

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC = str.maketrans(_LATIN + "`", _CYRILLIC + "ё")
_TO_LATIN = str.maketrans(_CYRILLIC + "ё", _LATIN + "`")


class Correction(Struct, frozen=True):
    """A word as it was typed, and the one of the catalogue that was searched for in its place."""

    typed: str
    word: str


async def corrected(connection: Connection, words: str) -> list[Correction]:
    """Tell in the place of which words a search took others, as `recs.search_products` does."""
    by_word = await _nearest(connection, words)
    if None in by_word:
        return [Correction(words, by_word[None][0])]
    return [
        Correction(token, by_word[folded(token)][0])
        for token in dict.fromkeys(_WORD.findall(words))
        if folded(token) in by_word
    ]


async def meant(connection: Connection, words: str) -> list[str]:
    """Return queries that find something, and differ little from one that does not."""
    offered: list[str] = []
    for query in _alternatives(words, await _nearest(connection, words))[:_MOST_TRIED]:
        row = await store.search_products(connection, query, None, None, None, 1)
        if row.found_by in _FOUND:
            offered.append(query)
        if len(offered) == _MOST_OFFERED:
            break
    return offered


def other_layout(words: str) -> str | None:
    """Return what the same keys write in the other of the Latin and the Russian layout.

    None for words that have letters of both, or of neither.
    """
    lowered = words.lower()
    has_cyrillic = any(sign in _CYRILLIC for sign in lowered)
    has_latin = any("a" <= sign <= "z" for sign in lowered)
    if has_cyrillic == has_latin:
        return None
    return lowered.translate(_TO_LATIN if has_cyrillic else _TO_CYRILLIC)


def _alternatives(words: str, by_word: dict[str | None, list[str]]) -> list[str]:
    """Return queries to try.

    First every unknown word gives way to its nearest, then one of them to others, then these
    nearest stand alone.
    """
    queries = list(by_word.get(None, ()))
    unknown = [token for token in _WORD.findall(words) if folded(token) in by_word]
    best = {token: by_word[folded(token)][0] for token in unknown}
    if unknown:
        queries.append(_replaced(words, best))
        others = by_word[folded(unknown[0])][1:]
        queries += [_replaced(words, {**best, unknown[0]: word}) for word in others]
        queries += sorted(best.values(), key=len, reverse=True)
    swapped = other_layout(words)
    if swapped is not None:
        queries.append(swapped)
    return list(dict.fromkeys(queries))


def _replaced(words: str, by_token: dict[str, str]) -> str:
    return _WORD.sub(lambda found: by_token.get(found[0], found[0]), words)


async def _nearest(connection: Connection, words: str) -> dict[str | None, list[str]]:
    """Return the nearest words of the catalogue by the unknown word, None for the whole query."""
    plain = folded(words)
    joined = "".join(plain.split())
    rows = await store.corrections(
        connection,
        words,
        None if joined == plain.strip() else joined,
        least_letters=LEAST_LETTERS,
        limit=_MOST_OFFERED,
    )
    by_word: dict[str | None, list[str]] = {}
    for typed, word in rows:
        by_word.setdefault(typed, []).append(word)
    return by_word

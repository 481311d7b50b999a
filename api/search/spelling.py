"""What somebody may have meant who searched for words that no product has.

A query is only offered if products have its words, so that nobody is led from nothing to nothing.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

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
# Words as long as this may have two letters wrong. Shorter ones than the second have no other
# letters in the place of theirs, and than the third no other first one: too many words differ so.
_TWO_WRONG = 7
_OTHER_LETTER = 4
_OTHER_FIRST = 5

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


async def meant(
    connection: Connection, words: str, known: AbstractSet[str] = frozenset()
) -> list[str]:
    """Return queries that find something, and differ little from one that does not.

    `known`: words that are spelt right, though no product has them.
    """
    offered: list[str] = []
    by_word = await _nearest(connection, words, known, is_strict=True)
    for query in _alternatives(words, by_word)[:_MOST_TRIED]:
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
    nearest stand alone, if no other word is left out by that.
    """
    queries = list(by_word.get(None, ()))
    tokens = _WORD.findall(words)
    unknown = [token for token in tokens if folded(token) in by_word]
    best = {token: by_word[folded(token)][0] for token in unknown}
    if unknown:
        queries.append(_replaced(words, best))
        others = by_word[folded(unknown[0])][1:]
        queries += [_replaced(words, {**best, unknown[0]: word}) for word in others]
        if len(unknown) == len(tokens):
            queries += sorted(best.values(), key=len, reverse=True)
    swapped = other_layout(words)
    if swapped is not None:
        queries.append(swapped)
    return list(dict.fromkeys(queries))


def _replaced(words: str, by_token: dict[str, str]) -> str:
    return _WORD.sub(lambda found: by_token.get(found[0], found[0]), words)


def is_likely_typo(typed: str, forms: Iterable[str]) -> bool:
    """Tell whether a word is near enough to another for its length.

    Parameters
    ----------
    typed : str
        Lower case, without accents.
    forms : iterable of str
        The other word and its stems: one of them has to be near.
    """
    most = 2 if len(typed) >= _TWO_WRONG else 1
    return any(
        _distance(typed, form) <= most
        and (len(typed) >= _OTHER_FIRST or typed[:1] == form[:1])
        and (
            len(typed) >= _OTHER_LETTER or len(typed) != len(form) or sorted(typed) == sorted(form)
        )
        for form in forms
    )


def _distance(one: str, other: str) -> int:
    """Count the letters that are too many, too few or other ones, and neighbours that are swapped.

    Optimal string alignment (Boytsov, Indexing Methods for Approximate Dictionary Searching, 2011).
    """
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        two_above, above, row = above, row, [i]
        for j, its in enumerate(other, 1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != its))
            if i > 1 and j > 1 and (one[i - 2], letter) == (its, other[j - 2]):
                least = min(least, two_above[j - 2] + 1)
            row.append(least)
    return row[-1]


async def _nearest(
    connection: Connection,
    words: str,
    known: AbstractSet[str] = frozenset(),
    *,
    is_strict: bool = False,
) -> dict[str | None, list[str]]:
    """Return the nearest words of the catalogue by the unknown word, None for the whole query.

    `known`: words that are spelt right; `is_strict`: whether words must be near for their length.
    """
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
    for typed, word, stems in rows:
        if typed in known or (is_strict and typed and not is_likely_typo(typed, [word, *stems])):
            continue
        by_word.setdefault(typed, []).append(word)
    return by_word

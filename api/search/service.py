"""Searches by words and, where their vector is there in time, by meaning."""

import re
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from api.catalogue import store as product_store
from api.catalogue.answers import ProductPage
from api.catalogue.cards import cards
from api.catalogue.service import check_category
from api.catalogue.shown import ProductCard
from api.database.pool import Connection
from api.paging.keyset import decode_cursor, encode_cursor
from api.problems.errors import InvalidFieldError, NotReadyError
from api.search import store
from api.search.query_vectors import QueryVector, QueryVectors

By = Literal["text", "text+vectors"]

PAGE_SIZE = 24
_MOST_SUGGESTED = 8


class Search(NamedTuple):
    """A search that is ready to be put to the database.

    Attributes
    ----------
    words : str
        As they were typed.
    vector : QueryVector or None
        None: by words alone.
    after : tuple or None
        Score and id of the last product of the page before.
    is_continued_by_vector : bool
        Whether the page before was ranked with the vector.
    """

    words: str
    vector: QueryVector | None
    after: tuple[float, str] | None
    is_continued_by_vector: bool


class CardPage(NamedTuple):
    """What the page of a search shows; `suggestions` are words to try where nothing was found."""

    products: list[ProductCard]
    next_url: str | None
    by: By
    suggestions: list[str]


def prepare(vectors: QueryVectors, words: str, after: str | None) -> Search:
    """Encode the words, before a connection is taken.

    A page after the first goes on in the ranking of the first: without the vector if that had
    none, else with it.

    Raises
    ------
    InvalidFieldError
        The cursor is none of a search.
    NotReadyError
        The page before was ranked with the vector, and there is none now.
    """
    position = decode_cursor(after, tuple[bool, float, str])
    if not words:
        return Search(words, None, None, is_continued_by_vector=False)
    if position is None:
        return Search(words, vectors.vector(words), None, is_continued_by_vector=False)
    is_by_vector, score, product_id = position
    vector = vectors.vector(words, is_needed=True) if is_by_vector else None
    if is_by_vector and vector is None:
        message = "Searching by meaning is away for a moment: ask for this page again."
        raise NotReadyError("search", message)
    return Search(words, vector, (score, product_id), is_by_vector)


async def product_page(
    connection: Connection, search: Search, category: str | None, limit: int
) -> ProductPage:
    """Read a page of what a search finds, for the API."""
    found, end = await _find(connection, search, category, limit)
    items = await product_store.products_by_id(connection, found.product_ids)
    page = ProductPage(
        items,
        None if end is None else _next("/v1/products", search, category, end, limit),
        by=_by(found),
    )
    if not items:
        await check_category(connection, category)
        page.suggestions = await _suggestions(connection, search)
    return page


async def card_page(connection: Connection, search: Search) -> CardPage:
    """Read a page of what a search finds, as cards."""
    if not search.words:
        return CardPage([], None, "text", [])
    found, end = await _find(connection, search, None, PAGE_SIZE)
    products = await cards(connection, found.product_ids)
    return CardPage(
        products,
        None if end is None else _next("/search", search, None, end, None),
        _by(found),
        [] if products else await _suggestions(connection, search),
    )


async def _find(
    connection: Connection, search: Search, category: str | None, limit: int
) -> tuple[store.Found, str | None]:
    """Find a page, and the cursor of the next one."""
    found = await store.search_products(
        connection, search.words, search.vector, category, search.after, limit + 1
    )
    if search.is_continued_by_vector and not found.is_by_vector:
        message = "The ranking changed since the page before: search anew."
        raise InvalidFieldError("after", message)
    if len(found.product_ids) <= limit:
        return found, None
    product_ids, scores = found.product_ids[:limit], found.scores[:limit]
    end = encode_cursor((found.is_by_vector, scores[-1], product_ids[-1]))
    return store.Found(found.is_by_vector, product_ids, scores), end


async def _suggestions(connection: Connection, search: Search) -> list[str]:
    """Return the words of a search that find something when they stand alone."""
    words = re.findall(r"\w+", search.words)[:_MOST_SUGGESTED]
    if search.after is not None or len(words) < 2:  # noqa: PLR2004  (one word alone was tried)
        return []
    return await store.words_that_find(connection, words)


def _by(found: store.Found) -> By:
    return "text+vectors" if found.is_by_vector else "text"


def _next(path: str, search: Search, category: str | None, end: str, limit: int | None) -> str:
    given = {"category": category, "q": search.words, "after": end, "limit": limit}
    return f"{path}?" + urlencode({k: v for k, v in given.items() if v is not None})

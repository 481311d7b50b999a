"""Searches by words and, where their vector is there in time, by meaning."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from alsolike.folding import folded
from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue import service as catalogue
from api.catalogue import store as product_store
from api.catalogue.schemas import ProductPage
from api.database.pool import Connection
from api.exchange import public_path
from api.http.links import list_address
from api.languages.translate import marked
from api.paging.keyset import ListKey, decode_cursor, encode_cursor
from api.problems.errors import InvalidFieldError, NotReadyError
from api.search import store
from api.search.query_vectors import QueryVector, QueryVectors

By = Literal["text", "text+vectors"]

_MOST_SUGGESTED = 8
_OTHER_RANKING = marked("The ranking changed since the page before: search anew.")


class Search(Struct, frozen=True):
    """A search that is ready to be put to the database or to the local snapshot.

    Attributes
    ----------
    words : str
        As they were typed.
    vector : QueryVector or None
        None: by words alone.
    after : tuple or None
        Score and id of the last product of the page before.
    ranking : bool or "snapshot" or None
        What ranked the page before: the words alone, the vector as well (True), or the snapshot;
        None: this is the first page.
    of : ListKey
        What stands for the list in its cursors.
    """

    words: str
    vector: QueryVector | None
    category: str | None
    limit: int
    of: ListKey
    after: tuple[float, str] | None = None
    ranking: bool | Literal["snapshot"] | None = None


def prepare(
    vectors: QueryVectors,
    words: str,
    category: str | None,
    after: str | None,
    limit: int,
    *,
    of: ListKey,
) -> Search:
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
    position = decode_cursor(after, tuple[bool | Literal["snapshot"], float, str], of)
    if position is None:
        return Search(words, vectors.vector(words) if words else None, category, limit, of)
    ranking, score, product_id = position
    vector = _same_vector(vectors, words, is_ranked_by_it=ranking is True)
    return Search(words, vector, category, limit, of, (score, product_id), ranking)


def prepare_again(
    vectors: QueryVectors, words: str, limit: int, *, of: ListKey, is_by_vector: bool
) -> Search:
    """Encode the words for a page after the first of a list that is in another order.

    `is_by_vector`: whether the vector was compared for the page before.

    Raises
    ------
    NotReadyError
        The page before was ranked with the vector, and there is none now.
    """
    vector = _same_vector(vectors, words, is_ranked_by_it=is_by_vector)
    return Search(words, vector, None, limit, of, None, is_by_vector)


def _same_vector(vectors: QueryVectors, words: str, *, is_ranked_by_it: bool) -> QueryVector | None:
    if not is_ranked_by_it:
        return None
    vector = vectors.vector(words, is_needed=True)
    if vector is None:
        message = "Searching by meaning is away for a moment: ask for this page again."
        raise NotReadyError("search", message)
    return vector


async def product_page(connection: Connection, search: Search) -> ProductPage:
    """Read a page of what a search finds, for the API."""
    found, end = await find_page(connection, search)
    items = await product_store.products_by_id(connection, found.product_ids)
    page = ProductPage(
        items,
        _api_address(search, end),
        by=_by(found),
        matches=found.match_count,
        left_out=as_typed(search.words, found.left_out),
    )
    if not items:
        await catalogue.check_category(connection, search.category)
        page.suggestions = await suggestions(connection, search)
    return page


def snapshot_product_page(local: LocalSnapshot, search: Search) -> ProductPage:
    """Read a page of the products of the local snapshot that hold every word, for the API."""
    found, end = find_in_snapshot(local, search)
    catalogue.check_snapshot_category(local, search.category, is_empty=not found)
    items = [catalogue.as_product(product) for product in found]
    return ProductPage(items, _api_address(search, end), by="text", matches=len(items), left_out=[])


async def find_page(connection: Connection, search: Search) -> tuple[store.SearchRow, str | None]:
    """Find a page, and the cursor of the next one."""
    limit = search.limit
    row = await find_rows(connection, search, search.after, limit + 1)
    if len(row.product_ids) <= limit:
        return row, None
    product_ids, scores = row.product_ids[:limit], row.scores[:limit]
    end = encode_cursor((row.is_by_vector, scores[-1], product_ids[-1]), search.of)
    return row._replace(product_ids=product_ids, scores=scores), end


async def find_rows(
    connection: Connection,
    search: Search,
    after: tuple[float, str] | None,
    limit: int,
    *,
    has_one_of_group: bool = True,
) -> store.SearchRow:
    """Find products after one, ranked as the page before was.

    `has_one_of_group`: whether of a group of variants there is one, or all that are found.

    Raises
    ------
    InvalidFieldError
        The ranking is another one by now.
    """
    row = await store.search_products(
        connection,
        search.words,
        search.vector,
        search.category,
        after,
        limit,
        has_one_of_group=has_one_of_group,
    )
    if search.ranking == "snapshot" or (search.ranking and not row.is_by_vector):
        raise InvalidFieldError("after", _OTHER_RANKING)
    return row


def find_in_snapshot(
    local: LocalSnapshot, search: Search
) -> tuple[list[SnapshotProduct], str | None]:
    """Find a page in the local snapshot, and the cursor of the next one."""
    if search.ranking not in {None, "snapshot"}:
        raise InvalidFieldError("after", _OTHER_RANKING)
    matches = local.search(search.words, search.category, search.after, search.limit + 1)
    found = [product for product, _ in matches[: search.limit]]
    if len(matches) <= search.limit:
        return found, None
    last, relevance = matches[search.limit - 1]
    return found, encode_cursor(("snapshot", relevance, last.product_id), search.of)


async def suggestions(connection: Connection, search: Search) -> list[str]:
    """Return the words of a search that find something when they stand alone."""
    words = re.findall(r"\w+", search.words)[:_MOST_SUGGESTED]
    if search.after is not None or len(words) < 2:  # noqa: PLR2004  (one word alone was tried)
        return []
    return await store.words_that_find(connection, words)


def as_typed(words: str, plain: Sequence[str]) -> list[str]:
    """Return words of a search that lost case and accents as they were typed."""
    by_plain = {folded(token): token for token in re.findall(r"\w+", words)}
    return [by_plain.get(word, word) for word in plain]


def _by(row: store.SearchRow) -> By:
    return "text+vectors" if row.is_by_vector else "text"


def _api_address(search: Search, end: str | None) -> str | None:
    return list_address(
        public_path("/v1/products"),
        end,
        category=search.category,
        q=search.words,
        limit=search.limit,
    )

"""What comes to mind while somebody types a search: products, categories, past searches."""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from alsolike.folding import folded
from api.catalogue.cards import price_in_words, price_now, safe_image
from api.catalogue.categories import Category, refresh_navigation, tree_of
from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.addresses import product_url
from api.search import past, spelling, store
from api.search.query_vectors import query_vectors_of
from api.search.store import SuggestedRow

logger = logging.getLogger("alsolike.web")

# Of one sign alone everything begins.
_LEAST_SIGNS = 2
_MOST_PRODUCTS = 5
_MOST_CATEGORIES = 3
_MOST_PAST = 3
_WORD = re.compile(r"\w+")


class SuggestedProduct(Struct, frozen=True, kw_only=True):
    """A product that comes to mind."""

    url: str
    title: str
    price_text: str | None
    image_url: str | None


class Suggestions(Struct, frozen=True, kw_only=True):
    """What is offered for what was typed so far.

    Attributes
    ----------
    meant : sequence of str
        Other queries, where no product has the words.
    past : sequence of str
        What the visitor searched for, the latest first.
    """

    products: Sequence[SuggestedProduct] = ()
    meant: Sequence[str] = ()
    categories: Sequence[Category] = ()
    past: Sequence[str] = ()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.products) + len(self.meant) + len(self.categories) + len(self.past)


class _Question(Struct, frozen=True):
    """What was typed so far, and those words of it that the encoder knows."""

    words: str
    known_words: frozenset[str]


class _Found(Struct, frozen=True):
    """What the database finds for what was typed: products, or else other queries."""

    products: Sequence[SuggestedRow] = ()
    meant: Sequence[str] = ()


async def suggestions(request: AnyRequest, words: str) -> Suggestions:
    """Find what to offer; whatever cannot be asked for now is left out."""
    searches = past.past_searches(request)
    if not words:
        return Suggestions(past=searches)
    typed = _WORD.findall(folded(words))
    offered = [one for one in searches if _fits(typed, _words_of(one)) and one != words]
    found = _Found()
    if len(words) >= _LEAST_SIGNS:
        try:
            question = _Question(words, query_vectors_of(request).known_words(words))
            found = await answer(request, _STEPS, question)
        except (*FAILURES, DatabaseAwayError) as error:
            logger.warning("No products are suggested: %s", first_line(error))
    await refresh_navigation(request)
    return Suggestions(
        products=[_suggested(row) for row in found.products],
        meant=found.meant,
        categories=_categories(tree_of(request).all(), typed),
        past=offered[:_MOST_PAST],
    )


async def _read(connection: Connection, question: _Question) -> _Found:
    products = await store.suggested_products(connection, question.words, _MOST_PRODUCTS)
    if products:
        return _Found(products)
    return _Found(meant=await spelling.meant(connection, question.words, question.known_words))


# A list that is gone with the next letter is not worth reading the file for.
_STEPS: Steps[_Question, _Found] = Steps(_read, snapshot=lambda _local, _question: _Found())


def _suggested(row: SuggestedRow) -> SuggestedProduct:
    return SuggestedProduct(
        url=product_url(row.product_id),
        title=row.title,
        price_text=price_in_words(price_now(row.price, row.sale_price), row.currency),
        image_url=safe_image(row.image_url),
    )


def _categories(categories: Sequence[Category], typed: Sequence[str]) -> list[Category]:
    """Return the largest categories whose own name fits."""
    found = [one for one in categories if one.count and _fits(typed, _words_of(one.name))]
    return sorted(found, key=lambda one: (-one.count, one.path))[:_MOST_CATEGORIES]


def _fits(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether a text has every word that was typed; the last one may be a beginning."""
    if not typed:
        return False
    *whole, begun = typed
    return all(word in words for word in whole) and any(word.startswith(begun) for word in words)


@lru_cache(20_000)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))

"""What a search finds as cards, under the filters and in the order of the shopper's choice."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.cards import ProductCard, card, cards
from api.database.pool import Connection
from api.exchange import public_path
from api.listing.choices import SEARCH_SORTS, Choices, listing_address, pairs_of
from api.listing.controls import currency_of
from api.listing.cursors import decode_position, encode_position
from api.listing.store import Facet, Listing, Position, facets, listed_products
from api.paging.keyset import ListKey, decode_cursor, encode_cursor, list_key
from api.search import service, spelling
from api.search.query_vectors import QueryVectors
from api.search.service import Search
from api.search.spelling import Correction
from api.search.store import FoundBy, SearchRow

PAGE_SIZE = 24
# What has none of the words fills no more of the page.
_MOST_CLOSEST = 12
# Of the products that a search finds, variants included, the best so many are filtered and put into
# another order.
MOST_FILTERED = 1000
DEFAULT_SORT = next(iter(SEARCH_SORTS))


class CardQuestion(Struct, frozen=True):
    """A search with choices.

    Attributes
    ----------
    position : Position or None
        Where the page before ended, in another order than that of the best matches.
    has_filters : bool
        Whether the page shows the filters too.
    known_words : frozenset of str
        Words of the search that the encoder knows, in lower case, without accents.
    """

    search: Search
    choices: Choices
    position: Position | None
    has_filters: bool
    known_words: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether all that is found is shown, best match first."""
        return self.choices.sort == DEFAULT_SORT and not self.choices.is_filtered


class CardPage(Struct, kw_only=True):
    """What the page of a search shows.

    Attributes
    ----------
    closest : list of ProductCard
        Where the matches end: those nearest in meaning, which are no matches.
    left_out : list of str
        Words of the query that the products lack, where none has all of them.
    found_by : str or None
        What of the words products have; None: nothing, or that is not known.
    corrections : list of Correction
        Words that were searched for in the place of others.
    meant : list of str
        Queries that find something, where this one finds little or nothing.
    suggestions : list of str
        Words of the query that find something alone, where together they find nothing.
    count : int or None
        Cards on all pages; None: not counted.
    is_cut : bool
        Whether more was found than is filtered. Where all that is found is shown, there are more
        cards than `count`.
    choices : Choices
        As they were used: bounds of the price have a currency.
    facets : list of Facet or None
        None: the list cannot be filtered now, or nobody asked.
    """

    products: list[ProductCard]
    next_url: str | None
    choices: Choices
    closest: list[ProductCard] = []
    left_out: list[str] = []
    found_by: FoundBy | None = None
    corrections: list[Correction] = []
    meant: list[str] = []
    suggestions: list[str] = []
    count: int | None = None
    is_cut: bool = False
    facets: list[Facet] | None = None


def prepare(
    vectors: QueryVectors,
    words: str,
    after: str | None,
    choices: Choices,
    *,
    has_filters: bool,
    size: int = PAGE_SIZE,
) -> CardQuestion:
    """Read the cursor, and encode the words, before a connection is taken.

    Raises
    ------
    InvalidFieldError
        The cursor is none of this list.
    NotReadyError
        The page before was ranked with the query's vector, and there is none now.
    """
    of = _list_of(words, choices)
    if choices.sort == DEFAULT_SORT or not after:
        search = service.prepare(vectors, words, None, after, size, of=of)
        return CardQuestion(search, choices, None, has_filters, vectors.known_words(words))
    is_by_vector, end = decode_cursor(after, tuple[bool, str], of) or (False, "")
    search = service.prepare_again(vectors, words, size, of=of, is_by_vector=is_by_vector)
    return CardQuestion(search, choices, decode_position(end, choices.sort, of), has_filters)


async def card_page(connection: Connection, question: CardQuestion) -> CardPage:
    """Read a page of what a search finds, as cards."""
    search, choices = question.search, question.choices
    if not search.words:
        return CardPage(products=[], next_url=None, choices=choices, facets=[])
    if question.is_plain and not question.has_filters:
        return await _best(connection, question)
    row = await service.find_rows(
        connection, search, None, MOST_FILTERED + 1, has_one_of_group=False
    )
    # Where no product has the words, the filters are those of what is near in meaning.
    matches = row.match_count if row.found_by else len(row.product_ids)
    listed = min(matches, MOST_FILTERED)
    listing = Listing(product_ids=row.product_ids[:listed], scores=row.scores[:listed])
    is_cut = matches > MOST_FILTERED
    found: list[Facet] | None = None
    if question.has_filters or (choices.has_price and choices.currency is None):
        found = await facets(connection, listing, choices)
        if choices.has_price and choices.currency is None:
            choices = replace(choices, currency=currency_of(found))
            found = await facets(connection, listing, choices)
    question = replace(question, choices=choices)
    if row.found_by is None:
        page = await _closest(connection, question, listing)
    elif question.is_plain:
        page = await _best(connection, question)
        page.count = _least_count(found or [], is_cut=is_cut)
    elif choices.sort == DEFAULT_SORT:
        page = await _best_that_fit(connection, question, row, listing)
    else:
        page = await _in_order(connection, question, row, listing)
    page.is_cut = is_cut
    page.facets = found
    page.found_by = row.found_by
    page.left_out = service.as_typed(search.words, row.left_out)
    if question.has_filters and search.after is None and question.position is None:
        await _add_advice(connection, question, page)
    return page


async def _add_advice(connection: Connection, question: CardQuestion, page: CardPage) -> None:
    """Tell how the words were read, and what else to search for where they find little."""
    search = question.search
    if page.found_by in {"similar", "some"}:
        page.corrections = [
            one
            for one in await spelling.corrected(connection, search.words)
            if one.typed not in page.left_out
        ]
    if page.found_by in {None, "some", "any"}:
        page.meant = await spelling.meant(connection, search.words, question.known_words)
    if page.found_by is None:
        page.suggestions = await service.suggestions(connection, search)


def snapshot_card_page(local: LocalSnapshot, question: CardQuestion) -> CardPage:
    """Read a page of the products of the local snapshot that hold every word, as cards.

    The file takes no choices.
    """
    plain = Choices(sort=DEFAULT_SORT)
    search = replace(question.search, of=_list_of(question.search.words, plain))
    found, end = service.find_in_snapshot(local, search)
    products = [card(product) for product in found]
    return CardPage(
        products=products,
        next_url=_address(search, plain, end),
        choices=question.choices,
    )


async def _best(connection: Connection, question: CardQuestion) -> CardPage:
    """Read a page of all that is found, best match first."""
    search, limit = question.search, question.search.limit
    row = await service.find_rows(connection, search, search.after, limit + 1 + _MOST_CLOSEST)
    matches = row.match_count
    end, closest = None, []
    if matches > limit:
        last = (row.is_by_vector, row.scores[limit - 1], row.product_ids[limit - 1])
        end = encode_cursor(last, search.of)
    elif question.has_filters and search.after is None:
        closest = row.product_ids[matches:][:_MOST_CLOSEST]
    products = await cards(connection, [*row.product_ids[: min(matches, limit)], *closest])
    first_closest = len(products) - len(closest)
    return CardPage(
        products=products[:first_closest],
        closest=products[first_closest:],
        next_url=_address(search, question.choices, end),
        choices=question.choices,
    )


async def _closest(connection: Connection, question: CardQuestion, listing: Listing) -> CardPage:
    """Read what is nearest in meaning and fits, where no product has the words: one page of it."""
    nearest = question.choices.in_order(DEFAULT_SORT)
    listed = await listed_products(connection, listing, nearest, _MOST_CLOSEST)
    return CardPage(
        products=[],
        closest=await cards(connection, [one.product_id for one in listed.positions]),
        next_url=None,
        choices=question.choices,
        count=0,
    )


async def _best_that_fit(
    connection: Connection, question: CardQuestion, row: SearchRow, listing: Listing
) -> CardPage:
    """Read a page of what fits, best match first."""
    search, choices = question.search, question.choices
    listed = await listed_products(connection, listing, choices, MOST_FILTERED)
    ranked = sorted(
        ((-position.first, position.product_id) for position in listed.positions), key=_place
    )
    left = [one for one in ranked if search.after is None or _place(one) > _place(search.after)]
    shown = left[: search.limit]
    end = None
    if len(left) > search.limit:
        end = encode_cursor((row.is_by_vector, *shown[-1]), _list_of(search.words, choices))
    return CardPage(
        products=await cards(connection, [product_id for _, product_id in shown]),
        next_url=_address(search, choices, end),
        choices=choices,
        count=len(ranked),
    )


async def _in_order(
    connection: Connection, question: CardQuestion, row: SearchRow, listing: Listing
) -> CardPage:
    """Read a page of what fits, in another order."""
    choices = question.choices
    found = await listed_products(
        connection, listing, choices, question.search.limit + 1, after=question.position
    )
    shown = found.positions[: question.search.limit]
    count = found.fitting
    if question.position is not None and question.has_filters:
        count = (await listed_products(connection, listing, choices, 1)).fitting
    end = None
    if len(found.positions) > question.search.limit:
        of = _list_of(question.search.words, choices)
        end = encode_cursor((row.is_by_vector, encode_position(choices.sort, shown[-1], of)), of)
    return CardPage(
        products=await cards(connection, [one.product_id for one in shown]),
        next_url=_address(question.search, choices, end),
        choices=choices,
        count=count,
    )


def _least_count(found: Iterable[Facet], *, is_cut: bool) -> int:
    """Count the cards of all that is found; of more than are counted, how many there are more than.

    What was cut off may be variants of what was counted, and then the last card is no other.
    """
    count = next((f.card_count for f in found if (f.filter, f.value) == ("all", "fitting")), 0)
    return count - 1 if is_cut and count < MOST_FILTERED else count


def _list_of(words: str, choices: Choices) -> ListKey:
    """Return what stands for a list in its cursors; its order is in them by itself."""
    filters = pairs_of(choices.in_order(DEFAULT_SORT), DEFAULT_SORT)
    return list_key("search page", words, filters)


def _place(one: tuple[float, str]) -> tuple[float, str]:
    """Return what a product with its score is in the order of."""
    return -one[0], one[1]


def _address(search: Search, choices: Choices, end: str | None) -> str | None:
    if end is None:
        return None
    pairs = [("q", search.words), *pairs_of(choices, DEFAULT_SORT)]
    return listing_address(public_path("/search"), pairs, end)

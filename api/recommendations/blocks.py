"""Blocks of recommended products on the pages: the service's answers in words, as cards."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from msgspec import Struct, structs

from api.basket.store import BasketComplement
from api.catalogue.cards import ProductCard
from api.exchange import AnyRequest
from api.impressions.answers import Listed, show
from api.impressions.tags import TAG
from api.languages.translate import gettext as _
from api.pages.addresses import CATEGORY_SEPARATOR, is_within, product_url
from api.recommendations.schemas import (
    Complement,
    ListedProduct,
    RecommendedProduct,
    SimilarProduct,
)
from api.visitors.session import Visitor

BLOCK_SIZE = 12
COMPLEMENTS_SIZE = 6
# Beside the product of a page.
FEW_COMPLEMENTS = 3
# The address of the next page of similar products holds every id that was shown.
MOST_SHOWN = 96

Cards = Mapping[str, ProductCard]


class ReasonLine(Struct):
    """Why a product is recommended, with the product behind it where there is one.

    Attributes
    ----------
    category : str or None
        Of what is popular: in which category, by its name; None: anywhere.
    """

    kind: str
    product_title: str | None = None
    product_url: str | None = None
    category: str | None = None


class Recommendation(Struct):
    """A product in a block.

    Attributes
    ----------
    why_url : str or None
        Address of the page that explains why it is there.
    model, score : optional
        As the list has them.
    tag : str or None
        What its link carries, so that a click on it is known.
    """

    product: ProductCard
    source: str
    reason: ReasonLine | None = None
    why_url: str | None = None
    model: str | None = None
    score: float | None = None
    tag: str | None = None

    @property
    def url(self) -> str:
        """The address of the product's page, which says from which list it was opened."""
        if self.tag is None:
            return self.product.url
        return f"{self.product.url}?{TAG}={quote(self.tag, safe='')}"


class Block(Struct):
    """Some recommended products under one title."""

    title: str
    subtitle: str
    items: list[Recommendation]
    next_url: str | None


def product_ids(
    *lists: Iterable[ListedProduct],
) -> list[str]:
    """Return the ids whose cards blocks of these rows need: the rows' and their reasons'."""
    rows = [row for rows in lists for row in rows]
    reasons = [row.reason for row in rows if isinstance(row, RecommendedProduct)]
    because = [r.product_id for r in reasons if r is not None and r.product_id is not None]
    return [*dict.fromkeys([*(row.product_id for row in rows), *because])]


def recommended_block(
    rows: Iterable[RecommendedProduct], cards: Cards, next_url: str | None = None
) -> Block:
    """Make "You may also like"; "Popular right now" where nothing in it is personal."""
    items = [
        Recommendation(
            cards[row.product_id],
            row.source,
            _reason_line(row, cards),
            why_url(row.product_id),
            row.model,
            row.score,
        )
        for row in rows
        if row.product_id in cards
    ]
    title, subtitle = (
        (
            _("You may also like"),
            _("Chosen by what you viewed, put in your basket, bought and reviewed"),
        )
        if any(item.source == "personal" for item in items)
        else (_("Popular right now"), _("What shoppers look at and buy these days"))
    )
    return Block(title, subtitle, _without(title, items), next_url)


def similar_block(
    product_id: str,
    rows: Iterable[SimilarProduct],
    cards: Cards,
    shown: Sequence[str] = (),
    *,
    category: str | None = None,
    size: int = BLOCK_SIZE,
) -> Block:
    """Make the block of products like a product; where none are known, of popular ones.

    The next page is asked for by leaving out what was shown, so that nothing comes twice.

    Parameters
    ----------
    shown : sequence of str
        Ids of the products of the earlier pages.
    category : str, optional
        Path of the product's own category.
    size : int
        Products that were asked for.
    """
    listed = [row for row in rows if row.product_id in cards]
    items = [
        Recommendation(
            cards[row.product_id],
            row.source,
            _filled_up(row, category),
            why_url(row.product_id, like=product_id),
            row.model,
            row.score,
        )
        for row in listed
    ]
    all_shown = [*shown, *(item.product.product_id for item in items)]
    is_last = len(items) < size or len(all_shown) > MOST_SHOWN
    following = urlencode([("exclude", one) for one in all_shown])
    title, subtitle = _("Similar products"), _("Close in name, details and who liked them")
    if items and all(item.source == "popular" for item in items):
        first = items[0].reason
        title = (None if first is None else _popular_title(first)) or _("Popular right now")
        subtitle = _("We do not know yet which products are like this one")
    return Block(
        title,
        subtitle,
        _without(title, items),
        None if is_last else f"{product_url(product_id)}?{following}",
    )


def _without(title: str, items: Sequence[Recommendation]) -> list[Recommendation]:
    """Take away reasons that only repeat the block's title."""
    return [
        structs.replace(item, reason=None)
        if item.reason is not None and _popular_title(item.reason) == title
        else item
        for item in items
    ]


def _popular_title(reason: ReasonLine) -> str | None:
    """Return what a block of such reasons alone is called; None for one that is not popular."""
    if reason.kind != "popular":
        return None
    if reason.category is None:
        return _("Popular right now")
    return _("Popular in %(category)s", category=reason.category)


def complements_block(
    rows: Iterable[Complement] | Iterable[BasketComplement],
    cards: Cards,
    *,
    of_basket: bool = False,
    product_id: str | None = None,
) -> Block:
    """Make the block of what goes with a product, or a basket; without items where nothing does.

    Parameters
    ----------
    product_id : str, optional
        The product, so that each item has the address that explains it.
    """
    items = [
        Recommendation(
            cards[row.product_id],
            "complements",
            ReasonLine(row.basis),
            _why_with(row.product_id, product_id, of_basket=of_basket),
            score=row.score if isinstance(row, Complement) else None,
        )
        for row in rows
        if row.product_id in cards
    ]
    title, subtitle = (
        (
            _("Goes with your basket"),
            _("What shoppers buy together with these products, or with products of their kind"),
        )
        if of_basket
        else (
            _("Goes with it"),
            _("What shoppers buy together with this product, or with products of its kind"),
        )
    )
    return Block(title, subtitle, items, None)


def show_block(
    request: AnyRequest,
    visitor: Visitor,
    place: str,
    block: Block,
    *,
    page_product_id: str | None = None,
    first: int = 1,
) -> Block:
    """Note that a block is shown, so that clicks on it are known; see `api.impressions`.

    Parameters
    ----------
    first : int
        Position of its first product in the list, from 1.
    """
    listed = [
        Listed(one.product.product_id, one.model, one.score, one.reason and one.reason.kind)
        for one in block.items
    ]
    tags = show(request, visitor, place, listed, page_product_id=page_product_id, first=first)
    # Items may be kept for other pages.
    block.items = [
        structs.replace(item, tag=tag) for item, tag in zip(block.items, tags, strict=True)
    ]
    return block


def why_url(product_id: str, **of_list: str) -> str:
    """Return the address that explains why a list has a product.

    Parameters
    ----------
    **of_list : str
        Nothing for the visitor's own list; `like` or `goes_with`: the product that the list is
        about; `of_basket`: yes, for what goes with the visitor's basket.
    """
    query = f"?{urlencode(of_list)}" if of_list else ""
    return f"{product_url(product_id)}/why{query}"


def _why_with(product_id: str, other_id: str | None, *, of_basket: bool) -> str | None:
    if of_basket:
        return why_url(product_id, of_basket="yes")
    return None if other_id is None else why_url(product_id, goes_with=other_id)


def _filled_up(row: SimilarProduct, category: str | None) -> ReasonLine | None:
    """Say why a product is in a list of similar ones that is only popular."""
    if row.source != "popular":
        return None
    if category is not None and is_within(row.category, category):
        name = category.rsplit(CATEGORY_SEPARATOR, 1)[-1]
        return ReasonLine("popular", category=name)
    return ReasonLine("popular")


def _reason_line(row: RecommendedProduct, cards: Cards) -> ReasonLine:
    because = cards.get(row.reason.product_id or "") if row.reason is not None else None
    if row.reason is None or because is None:
        return ReasonLine(kind="popular")
    return ReasonLine(
        kind=row.reason.kind,
        product_title=because.title,
        product_url=because.url,
    )

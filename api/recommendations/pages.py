"""The home page."""

from typing import NamedTuple

from litestar import route
from litestar.response import Template

from api.catalogue.cards import find_cards
from api.catalogue.categories import tree_of
from api.database.pool import Connection
from api.database.rounds import Round
from api.exchange import AnyRequest, mark_odd, public_path
from api.experiments.treatment import treat
from api.http.links import list_address
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.more import more, page_count
from api.recommendations import service, store
from api.recommendations.blocks import BLOCK_SIZE, product_ids, recommended_block, show_block
from api.recommendations.questions import PastQuestion
from api.recommendations.schemas import (
    BoughtProduct,
    RecommendationRequest,
    RecommendedProducts,
    ViewedProduct,
)
from api.visitors.session import Visitor, find_visitor

_PAST_SIZE = 6


class _Past(NamedTuple):
    """What somebody looked at last, and may be about to buy again."""

    viewed: list[ViewedProduct]
    due: list[BoughtProduct]


@route("/", http_method=READ)
async def home(request: AnyRequest) -> Template:
    """Show "You may also like", what was viewed and may be bought again, and the categories."""
    visitor = await find_visitor(request)
    after = request.query_params.get("after")
    is_part = is_fragment(request)
    pages = 1 if is_part else page_count(request)
    if pages > 1:
        mark_odd()
    treatment = treat(request, visitor, "home")
    asked = RecommendationRequest(
        shopper_id=visitor.list_for,
        session_id=visitor.session_id,
        k=pages * BLOCK_SIZE,
        exclude=visitor.exclude,
        diversity=treatment.diversity,
        after=after,
    )
    found = (
        RecommendedProducts(visitor.list_for, [], after=None, next=None, tier="live")
        if treatment.is_off
        else await service.recommend(request, asked, model=treatment.model)
    )
    past = _NOTHING if after or is_part else await _past(request, visitor)
    cards = await find_cards(request, product_ids(found.items, past.viewed, past.due))
    block = recommended_block(found.items, cards, list_address(public_path("/"), found.after))
    first = found.items[0].rank if found.items else 1
    show_block(request, visitor, "home", block, first=first)
    following = more(request, block.next_url, BLOCK_SIZE, is_part=is_part, goes_on=False)
    if is_part:
        return render_partial(
            request,
            "partials/recommendation_items.html",
            headers=following.headers,
            block=block,
            more=following,
        )
    return render_page(
        request,
        "pages/home.html",
        block=None if treatment.is_off else block,
        more=following,
        due=[cards[one.product_id] for one in past.due if one.product_id in cards],
        viewed=[cards[one.product_id] for one in past.viewed if one.product_id in cards],
        categories=tree_of(request).top(),
    )


async def _past(request: AnyRequest, visitor: Visitor) -> _Past:
    """Read what a personalised visitor did; the page stands without it."""
    if not visitor.is_personalised:
        return _NOTHING
    question = PastQuestion(
        k=_PAST_SIZE,
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
        exclude=[*visitor.in_basket, *visitor.hidden, *visitor.hidden_here],
    )
    who = visitor.shopper_id or visitor.session_id
    return await answer(request, _PAST_STEPS, question, who=who)


async def _read_past(connection: Connection, question: PastQuestion) -> _Past:
    async with Round(connection) as both:
        viewed = both.send(store.recently_viewed(connection, question))
        due = both.send(store.buy_again(connection, question))
    return _Past(viewed.result(), due.result())


async def _nothing(_connection: Connection, _question: PastQuestion) -> _Past:
    return _NOTHING


_NOTHING = _Past([], [])
# What somebody did is not in the snapshot, and the page needs it least of all.
_PAST_STEPS = Steps(_read_past, _nothing, _nothing, snapshot=lambda _local, _question: _NOTHING)

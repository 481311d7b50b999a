"""What is popular, kept in memory for pages of errors: bots ask for thousands of those."""

import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import cast

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.cards import CARD_STEPS, card
from api.database.failures import FAILURES, DatabaseAwayError
from api.exchange import AnyRequest
from api.ladder.ladder import Ladder
from api.ladder.requests import ladder_of, note_tier
from api.languages.translate import gettext as _
from api.recommendations import snapshot
from api.recommendations.blocks import BLOCK_SIZE, Block, Recommendation, show_block
from api.recommendations.questions import RecommendQuestion, recommend_question
from api.recommendations.schemas import RecommendationRequest
from api.recommendations.service import RECOMMEND_STEPS
from api.visitors.session import Visitor, find_visitor, remembered_visitor

logger = logging.getLogger("alsolike.web")

_FRESH_SECONDS = 60.0
# After a failure: when to ask again.
_RETRY_SECONDS = 5.0
# More than are shown, because a shopper's own purchases and hidden products are left out.
_KEPT = 3 * BLOCK_SIZE


class PopularNow:
    """The products that strangers are recommended, read again every minute.

    Parameters
    ----------
    clock : callable
        Seconds of a clock that only goes on.
    """

    def __init__(self, ladder: Ladder, clock: Callable[[], float] = monotonic) -> None:
        self._ladder = ladder
        self._clock = clock
        self._items: list[Recommendation] = []
        self._is_of_snapshot = False
        self._read_next_at = float("-inf")
        self._is_reading = False

    async def find(self, *, is_asking: bool) -> tuple[list[Recommendation], bool]:
        """Return the products, and whether they are from the snapshot.

        It never fails: without an answer the last products stay, or there are none.

        Parameters
        ----------
        is_asking : bool
            Whether the database may be asked. If not, the snapshot is, where nothing is known yet.
        """
        is_due = self._clock() >= self._read_next_at and (is_asking or not self._items)
        # While one request reads, others take what is there.
        if is_due and not self._is_reading:
            self._is_reading = True
            try:
                await self._read(is_asking=is_asking)
            # Whatever it is, the error that the page tells of is the one that counts.
            except Exception:
                logger.warning("A page of an error shows no popular products", exc_info=True)
                self._read_next_at = self._clock() + _RETRY_SECONDS
            finally:
                self._is_reading = False
        return self._items, self._is_of_snapshot

    async def _read(self, *, is_asking: bool) -> None:
        question = recommend_question(RecommendationRequest(k=_KEPT, reasons=False))
        if is_asking:
            found, tier = await self._ladder.answer(RECOMMEND_STEPS, question)
            ids = [one.product_id for one in found]
            rows, card_tier = await self._ladder.answer(CARD_STEPS, ids)
            cards = [card(row) for row in rows]
            self._is_of_snapshot = "snapshot" in (tier, card_tier)
        else:
            cards = [card(row) for row in _of_snapshot(self._ladder.local.current, question)]
            self._is_of_snapshot = True
        self._items = [Recommendation(one, "popular") for one in cards]
        pause = _RETRY_SECONDS if self._is_of_snapshot else _FRESH_SECONDS
        self._read_next_at = self._clock() + pause


async def popular_block(request: AnyRequest, *, is_asking: bool) -> Block | None:
    """Make "Popular now" for a page of an error; None where nothing is known.

    What the visitor bought or hid is left out as far as this process knows it.
    """
    popular = cast("PopularNow", request.app.state.popular_now)
    items, is_of_snapshot = await popular.find(is_asking=is_asking)
    visitor = await _visitor(request, is_asking=is_asking)
    left_out = ladder_of(request).shoppers.find(visitor.shopper_id).excluded
    shown = [
        one
        for one in items
        if one.product.product_id not in left_out
        and not visitor.is_unwanted(one.product.product_id)
    ][:BLOCK_SIZE]
    if not shown:
        return None
    if is_of_snapshot:
        note_tier(request, "snapshot")
    block = Block(_("Popular now"), _("What shoppers look at and buy these days"), shown, None)
    return show_block(request, visitor, "error-page", block)


async def _visitor(request: AnyRequest, *, is_asking: bool) -> Visitor:
    """Tell who asks; an address without a route has no session, and so is a stranger's."""
    if "session" not in request.scope:
        return Visitor()
    if is_asking:
        with suppress(*FAILURES, DatabaseAwayError):
            return await find_visitor(request)
    return remembered_visitor(request)[0]


def _of_snapshot(local: LocalSnapshot | None, question: RecommendQuestion) -> list[SnapshotProduct]:
    if local is None:
        return []
    return local.products([one.product_id for one in snapshot.recommend(local, question)])

"""What a visitor searched for last, in the session of those who agreed to personalisation.

The session ends with its cookie, with a sign-out and with an erasure, and these go with it.
"""

import logging

from api.database.failures import FAILURES, DatabaseAwayError, first_line
from api.exchange import AnyRequest
from api.ladder.circuits import OpenedState
from api.sessions.session import SEARCHES, SessionOverError, sessions_of
from api.visitors.session import Visitor

logger = logging.getLogger("alsolike.web")

_MOST_KEPT = 10


def past_searches(request: AnyRequest) -> list[str]:
    """Return what the visitor searched for, the latest first."""
    return list(request.session.get(SEARCHES, ()))


async def keep_search(request: AnyRequest, visitor: Visitor, words: str) -> None:
    """Keep a search that found something, if the visitor agreed; the page stands without it."""
    kept = past_searches(request)
    if not visitor.is_personalised or kept[:1] == [words]:
        return
    latest = [words, *(one for one in kept if one.casefold() != words.casefold())]
    try:
        await sessions_of(request).change(request, {SEARCHES: latest[:_MOST_KEPT]})
    except (*FAILURES, DatabaseAwayError, OpenedState) as error:
        logger.warning("A search was not kept: %s", first_line(error))
    except SessionOverError:
        logger.info("A search was not kept: its session is over.")


async def forget_searches(request: AnyRequest) -> None:
    """Forget what the visitor searched for."""
    if past_searches(request):
        await sessions_of(request).change(request, {SEARCHES: []})

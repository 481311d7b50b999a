"""That a shopper whom the shop's identity provider named has just shown there who they are."""

import time

from api.exchange import AnyRequest
from api.sessions.session import sessions_of

# For so long they need not do so again. A page that deletes everything asks for it.
PROOF_SECONDS = 300.0

# Key of the moment, in seconds since 1970.
PROVED_AT = "proved_at"


def is_proved(request: AnyRequest) -> bool:
    """Tell whether the session's shopper has just shown at the provider who they are."""
    proved_at = request.session.get(PROVED_AT)
    return proved_at is not None and time.time() - proved_at <= PROOF_SECONDS


async def note_proof(request: AnyRequest, proved_at: float) -> None:
    """Keep in the session when its shopper showed who they are; it gets another id."""
    await sessions_of(request).replace(request, {**request.session, PROVED_AT: proved_at})

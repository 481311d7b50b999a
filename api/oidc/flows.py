"""Sign-ins that a browser has begun, in its encrypted notes.

Each is good once, within the hour that notes last, and the database knows which ones ended, because
a browser may keep notes that it should have dropped. The state ties the answer of the provider to
the browser that asked, the nonce ties the token to it, and the verifier the code (PKCE, RFC 7636).
"""

import secrets
from typing import Any

import msgspec
from msgspec import Struct

from api.exchange import AnyRequest
from api.http.notes import notes_of
from api.pages.addresses import local_path

_KEY = "shop_sign_ins"
# In tabs side by side; the oldest is given up.
_MOST = 3
# Characters; the address of a longer one would not fit into a cookie.
_LONGEST_ADDRESS = 500


class Flow(Struct, frozen=True):
    """A sign-in that has begun.

    Attributes
    ----------
    after : str
        Local path to go to after it.
    is_again : bool
        Whether the provider has to ask who it is, signed in there or not.
    """

    state: str
    nonce: str
    verifier: str
    after: str
    is_again: bool = False


def begin(request: AnyRequest, after: object, *, is_again: bool = False) -> Flow:
    """Begin a sign-in that ends at a local path; anything else ends at the first page."""
    address = local_path(after)
    flow = Flow(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        after=address if len(address) <= _LONGEST_ADDRESS else local_path(None),
        is_again=is_again,
    )
    _keep(request, [*_kept(request), flow][-_MOST:])
    return flow


def end(request: AnyRequest, state: str) -> Flow | None:
    """Return the sign-in that an answer belongs to, and forget it; None: this browser has none."""
    kept = _kept(request)
    _keep(request, [flow for flow in kept if flow.state != state])
    return next((flow for flow in kept if flow.state == state), None)


def _kept(request: AnyRequest) -> list[Flow]:
    found: Any = notes_of(request).get(_KEY, [])
    try:
        return msgspec.convert(found, list[Flow])
    except msgspec.ValidationError:
        # Of another version of the site.
        return []


def _keep(request: AnyRequest, flows: list[Flow]) -> None:
    notes = notes_of(request)
    if flows:
        notes[_KEY] = msgspec.to_builtins(flows)
    else:
        notes.pop(_KEY, None)

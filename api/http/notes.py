"""What a browser keeps for its next page: a message to show, and where its last write ended.

The cookie is encrypted, and gone after an hour. It says nothing of who the visitor is; that is in a
session, which the database keeps (`api.sessions`).
"""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.middleware.session.client_side import ClientSideSessionBackend, CookieBackendConfig
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.exchange import AnyRequest
from api.http.cookies import cookie_name

COOKIE = "alsolike_notes"

_KEY = "notes"
NOTES_SECONDS = 3600


def with_notes(
    app: ASGIApp, *, secret: bytes, path_prefix: str = "", is_cookie_secure: bool = False
) -> ASGIApp:
    """Read the notes before a request, and write them after it if they changed.

    Parameters
    ----------
    secret : bytes
        16, 24 or 32 bytes.
    path_prefix : str
        Empty, or such as `/shop`: the cookie is for the paths below it.
    """
    name = cookie_name(COOKIE, path_prefix=path_prefix, is_secure=is_cookie_secure)
    backend = ClientSideSessionBackend(
        CookieBackendConfig(
            secret=secret,
            key=name,
            max_age=NOTES_SECONDS,
            path=path_prefix or "/",
            secure=is_cookie_secure,
            samesite="lax",
        )
    )

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        connection = ASGIConnection[Any, Any, Any, Any](scope, receive=receive, send=send)
        kept = await backend.load_from_connection(connection)  # pyright: ignore[reportUnknownMemberType]
        notes = dict(kept)
        scope["state"][_KEY] = notes

        async def send_notes(message: Message) -> None:
            if message["type"] == "http.response.start" and notes != kept:
                await backend.store_in_message(notes, message, connection)  # pyright: ignore[reportUnknownMemberType]
            await send(message)

        await app(scope, receive, send_notes)

    return call


def notes_of(request: AnyRequest) -> dict[str, Any]:
    """Return the notes of a request, which may be changed; of one without a page they are lost."""
    return cast("dict[str, Any]", request.scope["state"].setdefault(_KEY, {}))

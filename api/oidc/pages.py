"""Signing in at the shop's identity provider, and out of it."""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from alsolike.settings import Settings
from api.exchange import AnyRequest, public_path
from api.http.notes import NOTES_SECONDS
from api.ladder.requests import ladder_of, write
from api.ladder.spent_tokens import spend_token
from api.languages.translate import gettext as _
from api.log_text import in_log
from api.oidc import flows
from api.oidc.failures import SignInFailedError
from api.oidc.flows import Flow
from api.oidc.provider import Identity, Provider
from api.oidc.store import admit
from api.pages.addresses import local_path, whole_address
from api.pages.rendering import PAGE_HEADERS, put_flash, redirect, render_page, take_flash
from api.visitors.proof import note_proof
from api.visitors.session import find_visitor, is_by_shop, session_shopper, sign_in

logger = logging.getLogger("alsolike.web")

# RFC 6749: what an error may be called.
_ERROR = re.compile(r"[a-z_]{1,50}")


def oidc_routes(settings: Settings, clock: Callable[[], float]) -> Sequence[HTTPRouteHandler]:
    """Return the routes of signing in through a provider; none where there is none."""
    if not settings.oidc:
        return ()
    provider = Provider(settings.oidc, clock)

    @get("/sign-in/shop", status_code=303)
    async def begin_at_shop(request: AnyRequest) -> Response[bytes] | Template:
        """Send the visitor to the shop's provider; with `again` it asks them who they are."""
        told = request.query_params
        flow = flows.begin(request, told.get("next"), is_again=told.get("again") == "yes")
        try:
            address = await provider.sign_in_address(flow, _back())
        except SignInFailedError as error:
            flows.end(request, flow.state)
            return await _failed(request, error, flow)
        return _elsewhere(address)

    @get("/sign-in/shop/back", status_code=200)
    async def back_from_shop(request: AnyRequest) -> Response[bytes] | Template:
        """Sign in whom the provider names."""
        flow = flows.end(request, request.query_params.get("state", ""))
        try:
            code = _code(request)
            if flow is None or not await _is_first(request, flow):
                raise _unknown()
            identity = await provider.identify(code, flow, _back())
            is_proof = _is_proof(request, identity)
            await _admit(request, identity)
        except SignInFailedError as error:
            return await _failed(request, error, flow)
        if is_proof and identity.proved_at is not None:
            await note_proof(request, identity.proved_at)
            put_flash(request, _("The shop has confirmed that it is you."))
            return redirect(request, flow.after)
        await sign_in(request, identity.shopper_id, by="shop", proved_at=identity.proved_at)
        ladder_of(request).shoppers.forget(identity.shopper_id)
        name = identity.display_name or identity.shopper_id
        put_flash(request, _("Signed in as %(name)s.", name=name))
        return redirect(request, flow.after)

    @get("/sign-out/shop")
    async def signed_out_here(request: AnyRequest) -> Response[bytes] | Template:
        """Say that the shop's own account may still be signed in, and offer to end that too."""
        address = await provider.sign_out_address(whole_address(public_path("/")))
        if address is None:
            return redirect(request, public_path("/"))
        await find_visitor(request)
        # The page says it itself.
        take_flash(request)
        return render_page(request, "pages/signed_out.html", address=address)

    return [begin_at_shop, back_from_shop, signed_out_here]


async def _is_first(request: AnyRequest, flow: Flow) -> bool:
    """Note that a sign-in ended; False if it did before, and the browser has kept its notes.

    Raises
    ------
    DatabaseAwayError, psycopg.Error
        It cannot be noted now.
    """
    is_over_by = datetime.now(UTC) + timedelta(seconds=NOTES_SECONDS)
    return await spend_token(ladder_of(request), f"sign-in {flow.state}", is_over_by)


def _is_proof(request: AnyRequest, identity: Identity) -> bool:
    """Tell whether the signed-in shopper signed in again to show that it is them.

    Raises
    ------
    SignInFailedError
        It is somebody else.
    """
    if identity.proved_at is None or not is_by_shop(request):
        return False
    if session_shopper(request) != identity.shopper_id:
        message = _(
            "You signed in at the shop as somebody else. Here you are still signed in as before."
        )
        raise SignInFailedError(HTTPStatus.FORBIDDEN, message, "somebody else signed in again")
    return True


async def _admit(request: AnyRequest, identity: Identity) -> None:
    """Make the shopper, if need be.

    Raises
    ------
    SignInFailedError
        They were erased.
    DatabaseAwayError, psycopg.Error
        It could not be written.
    """
    if not await write(request, partial(admit, identity=identity), who=identity.shopper_id):
        message = _("Your data here was erased on request. Only the shop can let you in again.")
        reason = "an erased shopper: PUT /v1/shoppers/{id} makes a new one of the id"
        raise SignInFailedError(HTTPStatus.FORBIDDEN, message, reason)


def _code(request: AnyRequest) -> str:
    """Return the code that the provider sent the visitor back with.

    Raises
    ------
    SignInFailedError
        It sent an error instead, or nothing.
    """
    told = request.query_params
    error = told.get("error")
    if error == "access_denied":
        message = _("The sign-in at the shop was cancelled, or not allowed.")
        raise SignInFailedError(HTTPStatus.FORBIDDEN, message, "access_denied")
    if error is not None:
        called = error if _ERROR.fullmatch(error) else "error"
        message = _("The shop's sign-in answered with an error: %(error)s.", error=called)
        raise SignInFailedError(HTTPStatus.BAD_GATEWAY, message, f"the provider says {called}")
    code = told.get("code")
    if not code:
        raise _unknown()
    return code


def _unknown() -> SignInFailedError:
    message = _(
        "This link back from the shop's sign-in was used before, is older than an hour, or belongs "
        "to another browser."
    )
    return SignInFailedError(HTTPStatus.BAD_REQUEST, message, "no such sign-in has begun")


async def _failed(request: AnyRequest, error: SignInFailedError, flow: Flow | None) -> Template:
    """Say what happened, and offer to try again."""
    logger.warning("Nobody was signed in through the shop: %s", in_log(error.reason))
    await find_visitor(request)
    is_again = flow is not None and flow.is_again
    asked = {
        "next": local_path(None) if flow is None else flow.after,
        **({"again": "yes"} if is_again else {}),
    }
    again = f"{public_path('/sign-in/shop')}?{urlencode(asked)}"
    return render_page(
        request,
        "pages/sign_in_failed.html",
        status_code=error.status,
        message=str(error),
        again=again,
        is_again=is_again,
    )


def _back() -> str:
    """Return the address that the provider sends shoppers back to, as it was registered there."""
    return whole_address(public_path("/sign-in/shop/back"))


def _elsewhere(address: str) -> Response[bytes]:
    return Redirect(address, status_code=303, headers=dict(PAGE_HEADERS))

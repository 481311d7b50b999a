"""Signing out, and the decision about personalisation."""

from litestar import Response, post

from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.requests import ladder_of, write
from api.languages.translate import gettext as _
from api.pages.addresses import came_from
from api.pages.rendering import put_flash, redirect
from api.problems.errors import InvalidFieldError
from api.visitors import store
from api.visitors.session import (
    agree,
    is_by_shop,
    load_visitor,
    shop_of,
    sign_out,
    withdraw,
)


@post("/sign-out", status_code=200)
async def sign_out_shopper(request: AnyRequest) -> Response[bytes]:
    """Sign out; who came by the shop's identity provider may sign out there too."""
    after = "/sign-out/shop" if is_by_shop(request) and shop_of(request).has_provider else "/"
    await sign_out(request)
    put_flash(request, _("Signed out."))
    return redirect(request, public_path(after))


@post("/personalise", status_code=200)
async def personalise(request: AnyRequest) -> Response[bytes]:
    """Take the visitor's decision about personalisation: `agree` is yes or no.

    A shopper's decision is recorded. An anonymous visitor gets a random id, or it is forgotten.
    """
    form = await request.form()
    answer = form.get("agree")
    if answer not in {"yes", "no"}:
        raise InvalidFieldError("agree", _("Must be yes or no."))
    is_granted = answer == "yes"

    async def work(connection: Connection) -> str | None:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None:
            return None
        await store.record_consent(
            connection, visitor.shopper_id, is_granted=is_granted, source="site"
        )
        return visitor.shopper_id

    shopper_id = await write(request, work)
    if shopper_id is not None:
        ladder_of(request).shoppers.forget(shopper_id)
    else:
        await (agree if is_granted else withdraw)(request)
    put_flash(
        request,
        _("Recommendations now follow what you look at.")
        if is_granted
        else _("What you look at is no longer used or kept."),
    )
    return redirect(request, came_from(request, form.get("next")))

"""Signing in and out, and the decision about personalisation."""

from litestar import HttpMethod, Response, post, route
from litestar.response import Template

from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import gettext as _
from api.pages.addresses import came_from, local_path
from api.pages.rendering import put_flash, redirect, render_page, take_flash
from api.problems.errors import InvalidFieldError
from api.visitors import store
from api.visitors.service import demo_shoppers
from api.visitors.session import (
    agree,
    find_visitor,
    is_by_shop,
    load_visitor,
    require_choice,
    require_sign_in,
    shop_of,
    sign_in,
    sign_out,
    withdraw,
)

_SHOPPER_STEPS = Steps(store.shopper)
# The snapshot holds no shoppers.
_DEMO_SHOPPER_STEPS = Steps(demo_shoppers, snapshot=lambda _local, _question: [])


@route("/sign-in", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def sign_in_page(request: AnyRequest) -> Template:
    """Offer shoppers to sign in as."""
    require_sign_in(request)
    return await _sign_in_page(request, local_path(request.query_params.get("next")))


@post("/sign-in", status_code=200)
async def sign_in_shopper(request: AnyRequest) -> Response[bytes]:
    """Sign in as a shopper; the page again for an unknown one."""
    require_choice(request)
    form = await request.form()
    shopper_id = str(form.get("shopper_id", "")).strip()
    after = local_path(form.get("next"))

    found = None
    if shopper_id and "\x00" not in shopper_id:
        found = await answer(request, _SHOPPER_STEPS, shopper_id)
    if found is None:
        message = (
            _("There is no shopper %(shopper)s.", shopper=shopper_id)
            if shopper_id
            else _("Choose a shopper.")
        )
        return await _sign_in_page(request, after, message)
    await sign_in(request, found.shopper_id)
    name = found.display_name or found.shopper_id
    put_flash(request, _("Signed in as %(name)s.", name=name))
    return redirect(request, after)


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


async def _sign_in_page(request: AnyRequest, after: str, message: str | None = None) -> Template:
    await find_visitor(request)
    if not shop_of(request).can_choose:
        return render_page(request, "pages/sign_in_shop.html", next=after)
    shoppers = await answer(request, _DEMO_SHOPPER_STEPS, None)
    return render_page(
        request,
        "pages/sign_in.html",
        status_code=200 if message is None else 422,
        shoppers=shoppers,
        next=after,
        flash=message or take_flash(request),
    )

"""Signing in and out."""

from litestar import HttpMethod, Response, post, route
from litestar.response import Template

from api.exchange import AnyRequest, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.addresses import local_path
from api.pages.rendering import put_flash, redirect, render_page, take_flash
from api.visitors import store
from api.visitors.service import demo_shoppers
from api.visitors.session import find_visitor, require_choice, sign_in, sign_out

_SHOPPER_STEPS = Steps(store.shopper)
# The snapshot holds no shoppers.
_DEMO_SHOPPER_STEPS = Steps(demo_shoppers, snapshot=lambda _local, _question: [])


@route("/sign-in", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def sign_in_page(request: AnyRequest) -> Template:
    """Offer shoppers to sign in as."""
    require_choice(request)
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
        message = f"There is no shopper {shopper_id}." if shopper_id else "Choose a shopper."
        return await _sign_in_page(request, after, message)
    await sign_in(request, found.shopper_id)
    put_flash(request, f"Signed in as {found.display_name or found.shopper_id}.")
    return redirect(request, after)


@post("/sign-out", status_code=200)
async def sign_out_shopper(request: AnyRequest) -> Response[bytes]:
    """Sign out."""
    await sign_out(request)
    put_flash(request, "Signed out.")
    return redirect(request, public_path("/"))


async def _sign_in_page(request: AnyRequest, after: str, message: str | None = None) -> Template:
    await find_visitor(request)
    shoppers = await answer(request, _DEMO_SHOPPER_STEPS, None)
    return render_page(
        request,
        "pages/sign_in.html",
        status_code=200 if message is None else 422,
        shoppers=shoppers,
        next=after,
        flash=message or take_flash(request),
    )

"""The pages of signing in and up, and of the links that are mailed for it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, post, route
from litestar.background_tasks import BackgroundTask
from litestar.response import Template

from api.accounts import service
from api.accounts.attempts import TooOftenError
from api.accounts.forms import AnyForm, Faults, email_fault, read_sign_up, text_of
from api.accounts.mail import send
from api.accounts.passwords import password_fault
from api.accounts.service import accounts_of
from api.accounts.store import Link, Purpose
from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.languages.translate import gettext as _
from api.pages.addresses import local_path
from api.pages.rendering import READ, put_flash, redirect, render_page
from api.visitors import store as visitors
from api.visitors.service import DemoShopper, demo_shoppers
from api.visitors.session import find_visitor, require_choice, shop_of, sign_in

_UNPROCESSABLE, _NOT_FOUND = 422, 404


async def _choosable(connection: Connection, shopper_id: str) -> visitors.ShopperRow | None:
    return await visitors.shopper(connection, shopper_id, by="choice")


_CHOSEN_STEPS = Steps(_choosable)
# The snapshot holds no shoppers.
_DEMO_SHOPPER_STEPS = Steps(demo_shoppers, snapshot=lambda _local, _question: [])


@route("/sign-in", http_method=READ)
async def sign_in_page(request: AnyRequest) -> Template:
    """Ask for the address and the password; in the demo's shop a shopper may be chosen too."""
    return await _sign_in_page(request, request.query_params)


@post("/sign-in", status_code=200)
async def sign_in_shopper(request: AnyRequest) -> Response[Any]:
    """Sign in to an account, or in the demo's shop as a shopper; the page again if that fails."""
    form = await request.form()
    if "shopper_id" in form:
        return await _choose(request, form)
    email, password = text_of(form, "email"), text_of(form, "password")
    if fault := email_fault(email):
        return await _sign_in_page(request, form, {"email": fault})
    try:
        account = await service.check_password(request, email, password)
    except TooOftenError as error:
        return await _sign_in_page(request, form, too_often=error)
    if account is None:
        fault = _("The e-mail address or the password is wrong.")
        return await _sign_in_page(request, form, {"password": fault})
    name = account.display_name or account.email
    return await _signed_in(request, account.shopper_id, name, account.password_hash, form)


@route("/sign-up", http_method=READ)
async def sign_up_page(request: AnyRequest) -> Template:
    """Ask for what makes an account."""
    return await _sign_up_page(request, request.query_params)


@post("/sign-up", status_code=200)
async def sign_up(request: AnyRequest) -> Response[Any]:
    """Mail a link that confirms the address; the answer is the same if it has an account."""
    form = await request.form()
    new, faults = read_sign_up(form)
    if new is None:
        return await _sign_up_page(request, form, faults)
    try:
        message = await service.sign_up(request, new, _after(form))
    except TooOftenError as error:
        return await _sign_up_page(request, form, too_often=error)
    return _mail_sent(request, new.email, BackgroundTask(send, accounts_of(request).mail, message))


@route("/account/reset", http_method=READ)
async def reset_page(request: AnyRequest) -> Template:
    """Ask for the address to which a link for another password is mailed."""
    return await _reset_page(request, request.query_params)


@post("/account/reset", status_code=200)
async def ask_reset(request: AnyRequest) -> Response[Any]:
    """Mail that link if the address has an account; the answer is the same if it has none."""
    form = await request.form()
    email = text_of(form, "email").strip()
    if fault := email_fault(email):
        return await _reset_page(request, form, {"email": fault})
    try:
        message = await service.ask_reset(request, email, _after(form))
    except TooOftenError as error:
        return await _reset_page(request, form, too_often=error)
    task = None if message is None else BackgroundTask(send, accounts_of(request).mail, message)
    return _mail_sent(request, email, task)


@route("/account/mail-sent", http_method=READ)
async def mail_sent_page(request: AnyRequest) -> Template:
    """Say that a message is on its way, and in the demo where it lies."""
    await find_visitor(request)
    mail = accounts_of(request).mail
    is_demo = shop_of(request).can_choose and not mail.host
    return render_page(
        request, "pages/mail_sent.html", folder=str(mail.folder) if is_demo else None
    )


@route("/account/confirm", http_method=READ)
async def confirm_page(request: AnyRequest) -> Template:
    """Ask for the password that was chosen with the address that is confirmed."""
    return await _link_page(request, "sign-up", request.query_params)


@post("/account/confirm", status_code=200)
async def confirm(request: AnyRequest) -> Response[Any]:
    """Make the account of a sign-up, and sign in."""
    form = await request.form()
    token = text_of(form, "token")
    link = await service.find_link(request, token, "sign-up")
    if link is None:
        return await _link_over(request)
    try:
        is_made = await service.confirm(request, token, link, text_of(form, "password"))
    except TooOftenError as error:
        return await _link_page(request, "sign-up", form, too_often=error)
    if is_made is None:
        fault = _("This is not the password that you chose for this address.")
        return await _link_page(request, "sign-up", form, {"password": fault})
    return await _made(request, link, link.password_hash if is_made else None, form)


@route("/account/claim", http_method=READ)
async def claim_page(request: AnyRequest) -> Template:
    """Ask a shopper whom the shop knows for the password of their account."""
    return await _link_page(request, "claim", request.query_params)


@post("/account/claim", status_code=200)
async def claim(request: AnyRequest) -> Response[Any]:
    """Make the account of a shopper whom the shop knows, and sign in."""
    form = await request.form()
    token, password = text_of(form, "token"), text_of(form, "password")
    link = await service.find_link(request, token, "claim")
    if link is None:
        return await _link_over(request)
    if fault := password_fault(password, link.email):
        return await _link_page(request, "claim", form, {"password": fault})
    try:
        password_hash = await service.claim(request, token, link, password)
    except TooOftenError as error:
        return await _link_page(request, "claim", form, too_often=error)
    return await _made(request, link, password_hash, form)


@route("/account/new-password", http_method=READ)
async def new_password_page(request: AnyRequest) -> Template:
    """Ask for another password."""
    return await _link_page(request, "reset", request.query_params)


@post("/account/new-password", status_code=200)
async def choose_new_password(request: AnyRequest) -> Response[Any]:
    """Give an account another password, end its sessions, and sign in."""
    form = await request.form()
    token, password = text_of(form, "token"), text_of(form, "password")
    link = await service.find_link(request, token, "reset")
    if link is None:
        return await _link_over(request)
    if fault := password_fault(password, link.email):
        return await _link_page(request, "reset", form, {"password": fault})
    try:
        given = await service.reset_password(request, token, password)
    except TooOftenError as error:
        return await _link_page(request, "reset", form, too_often=error)
    if given is None:
        return await _link_over(request)
    shopper_id, password_hash = given
    await sign_in(request, shopper_id, by="account", password_hash=password_hash)
    put_flash(request, _("Your new password is saved. You are signed in in this browser only."))
    return redirect(request, local_path(form.get("next")))


async def _choose(request: AnyRequest, form: AnyForm) -> Response[Any]:
    require_choice(request)
    shopper_id = text_of(form, "shopper_id").strip()
    found = None
    if shopper_id and "\x00" not in shopper_id:
        found = await answer(request, _CHOSEN_STEPS, shopper_id)
    if found is None:
        fault = (
            _("There is no shopper %(shopper)s.", shopper=shopper_id)
            if shopper_id
            else _("Choose a shopper.")
        )
        return await _sign_in_page(request, form, {"shopper_id": fault})
    await sign_in(request, found.shopper_id, by="choice")
    return _welcomed(request, found.display_name or found.shopper_id, form)


async def _signed_in(
    request: AnyRequest, shopper_id: str, name: str, password_hash: str | None, form: AnyForm
) -> Response[Any]:
    await sign_in(request, shopper_id, by="account", password_hash=password_hash)
    return _welcomed(request, name, form)


def _welcomed(request: AnyRequest, name: str, form: AnyForm) -> Response[Any]:
    put_flash(request, _("Signed in as %(name)s.", name=name))
    return redirect(request, local_path(form.get("next")))


async def _made(
    request: AnyRequest, link: Link, password_hash: str | None, form: AnyForm
) -> Response[Any]:
    """Sign in to the account that was made of a link, unless none was."""
    if password_hash is None:
        return await _link_over(request)
    name = link.display_name or link.email
    return await _signed_in(request, link.shopper_id, name, password_hash, form)


def _mail_sent(request: AnyRequest, email: str, task: BackgroundTask | None) -> Response[Any]:
    """Go on to the page that says so; the mail is sent once the answer is."""
    put_flash(request, _("A message to %(email)s is on its way.", email=email))
    sent = redirect(request, public_path("/account/mail-sent"))
    sent.background = task
    return sent


async def _sign_in_page(
    request: AnyRequest,
    form: AnyForm,
    faults: Faults | None = None,
    too_often: TooOftenError | None = None,
) -> Template:
    shoppers: list[DemoShopper] | None = None
    if shop_of(request).can_choose:
        shoppers = await answer(request, _DEMO_SHOPPER_STEPS, None)
    return await _form_page(
        request, "pages/sign_in.html", form, faults, too_often, shoppers=shoppers
    )


async def _sign_up_page(
    request: AnyRequest,
    form: AnyForm,
    faults: Faults | None = None,
    too_often: TooOftenError | None = None,
) -> Template:
    return await _form_page(request, "pages/sign_up.html", form, faults, too_often)


async def _reset_page(
    request: AnyRequest,
    form: AnyForm,
    faults: Faults | None = None,
    too_often: TooOftenError | None = None,
) -> Template:
    return await _form_page(request, "pages/reset.html", form, faults, too_often)


async def _link_page(
    request: AnyRequest,
    purpose: Purpose,
    form: AnyForm,
    faults: Faults | None = None,
    too_often: TooOftenError | None = None,
) -> Template:
    token = text_of(form, "token")
    link = await service.find_link(request, token, purpose)
    if link is None:
        return await _link_over(request)
    name = "pages/confirm.html" if purpose == "sign-up" else "pages/choose_password.html"
    return await _form_page(request, name, form, faults, too_often, link=link, token=token)


async def _link_over(request: AnyRequest) -> Template:
    await find_visitor(request)
    return render_page(request, "pages/link_over.html", status_code=_NOT_FOUND)


async def _form_page(
    request: AnyRequest,
    name: str,
    form: AnyForm,
    faults: Faults | None,
    too_often: TooOftenError | None,
    **context: Any,
) -> Template:
    """Show a form, with what was typed but for passwords, and what is wrong with it."""
    await find_visitor(request)
    status, headers = (200, None) if not faults else (_UNPROCESSABLE, None)
    if too_often is not None:
        status, headers = too_often.status_code, too_often.headers
    return render_page(
        request,
        name,
        status_code=status,
        headers=headers,
        next=_after(form),
        typed={field: text_of(form, field) for field in ("email", "name")},
        faults=faults or {},
        too_often=None if too_often is None else too_often.detail,
        **context,
    )


def _after(form: AnyForm | Mapping[str, Any]) -> str:
    return local_path(form.get("next"))


account_pages = (
    sign_in_page,
    sign_in_shopper,
    sign_up_page,
    sign_up,
    reset_page,
    ask_reset,
    mail_sent_page,
    confirm_page,
    confirm,
    claim_page,
    claim,
    new_password_page,
    choose_new_password,
)

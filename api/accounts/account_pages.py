"""The page of an account: who it is of, its password, and where it is signed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Response, post, route
from litestar.exceptions import NotFoundException
from litestar.response import Template
from msgspec import Struct

from api.accounts import service, store
from api.accounts.attempts import TooOftenError
from api.accounts.forms import Faults, text_of
from api.accounts.passwords import password_fault
from api.accounts.service import accounts_of
from api.accounts.store import Account
from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.requests import read, write
from api.languages.formats import date_and_time, long_date
from api.languages.translate import gettext as _
from api.pages.addresses import sign_in_url
from api.pages.rendering import READ, put_flash, redirect, render_page
from api.sessions.session import sessions_of
from api.sessions.store import SignedInSession
from api.visitors.session import (
    Visitor,
    load_visitor,
    sign_out,
    sign_out_elsewhere,
    sign_out_everywhere,
)

_PATH = "/account"
_UNPROCESSABLE = 422


class ShownSession(Struct, frozen=True):
    """A session of an account as its page shows it.

    Attributes
    ----------
    session_id : str
        SHA-256 of the session's id, in hexadecimal digits: it opens nothing.
    browser : str
        In words, such as `Firefox on Linux`.
    began_at : str
        In words, with the time.
    used_on : str
        A day in words; it may be a day early.
    """

    session_id: str
    browser: str
    began_at: str
    used_on: str
    is_this: bool


@route(_PATH, http_method=READ)
async def account_page(request: AnyRequest) -> Template | Response[Any]:
    """Show the account of who is signed in; a stranger signs in first."""
    visitor, account = await _look(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path(_PATH)))
    return await _account_page(request, visitor, account)


@post("/account/password", status_code=200)
async def change_password(request: AnyRequest) -> Response[Any]:
    """Change the password, which ends all other sessions."""
    form = await request.form()
    visitor, account = await _look(request)
    if account is None:
        return redirect(request, sign_in_url(public_path(_PATH)))
    old, new = text_of(form, "old_password"), text_of(form, "password")
    if fault := password_fault(new, account.email):
        return await _account_page(request, visitor, account, {"password": fault})
    try:
        is_changed = await service.change_password(request, account, old, new)
    except TooOftenError as error:
        return await _account_page(request, visitor, account, too_often=error)
    if not is_changed:
        fault = _("This is not your password.")
        return await _account_page(request, visitor, account, {"old_password": fault})
    await sign_out_elsewhere(request, account.shopper_id)
    put_flash(request, _("Your password is changed. You are signed in in this browser only."))
    return redirect(request, public_path(_PATH))


@post("/account/sessions/end", status_code=200)
async def end_session(request: AnyRequest) -> Response[Any]:
    """End one of the account's sessions; somebody else's is as unknown as none."""
    form = await request.form()
    _visitor, account = await _look(request)
    if account is None:
        return redirect(request, sign_in_url(public_path(_PATH)))
    sessions = await sessions_of(request).of_shopper(request, account.shopper_id)
    asked = text_of(form, "session")
    for session, is_this in sessions:
        if session.session_hash.hex() != asked:
            continue
        if is_this:
            await sign_out(request)
            put_flash(request, _("Signed out."))
            return redirect(request, public_path("/"))

        async def work(connection: Connection, ended: bytes = session.session_hash) -> bool:
            return await store.end_session(connection, account.shopper_id, ended)

        await write(request, work, who=account.shopper_id)
        put_flash(request, _("That browser is signed out."))
        return redirect(request, public_path(_PATH))
    message = _("There is no such session; it may have ended.")
    raise NotFoundException(message)


@post("/account/sign-out-everywhere", status_code=200)
async def end_all_sessions(request: AnyRequest) -> Response[Any]:
    """End all sessions of the account, this one too."""
    _visitor, account = await _look(request)
    if account is None:
        return redirect(request, sign_in_url(public_path(_PATH)))
    await sign_out_everywhere(request, account.shopper_id)
    put_flash(request, _("Signed out everywhere."))
    return redirect(request, public_path("/"))


async def _look(request: AnyRequest) -> tuple[Visitor, Account | None]:
    """Read who asks, and their account; a shopper who was chosen in the demo has none."""

    async def work(connection: Connection) -> tuple[Visitor, Account | None]:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None or not visitor.has_account:
            return visitor, None
        return visitor, await store.account_of(connection, visitor.shopper_id)

    return await read(request, work)


async def _account_page(
    request: AnyRequest,
    visitor: Visitor,
    account: Account | None,
    faults: Faults | None = None,
    too_often: TooOftenError | None = None,
) -> Template:
    status, headers = 200 if not faults else _UNPROCESSABLE, None
    if too_often is not None:
        status, headers = too_often.status_code, too_often.headers
    return render_page(
        request,
        "pages/account.html",
        status_code=status,
        headers=headers,
        called=visitor.display_name or visitor.shopper_id,
        email=None if account is None else account.email,
        has_password=account is not None and account.password_hash is not None,
        sessions=[] if account is None else await _shown_sessions(request, account),
        faults=faults or {},
        too_often=None if too_often is None else too_often.detail,
    )


async def _shown_sessions(request: AnyRequest, account: Account) -> list[ShownSession]:
    found = await sessions_of(request).of_shopper(request, account.shopper_id)
    lasts = accounts_of(request).keep_seconds
    now = datetime.now(UTC)
    return [
        ShownSession(
            one.session_hash.hex(),
            browser=_browser_text(one),
            began_at=date_and_time(one.created_at),
            # It lasts from the last visit on, which is noted once a day.
            used_on=long_date(now - timedelta(seconds=max(0.0, lasts - one.seconds_left))),
            is_this=is_this,
        )
        for one, is_this in found
    ]


def _browser_text(session: SignedInSession) -> str:
    if session.browser and session.system:
        return _("%(browser)s on %(system)s", browser=session.browser, system=session.system)
    return session.browser or session.system or _("Unknown browser")


own_account_pages = (account_page, change_password, end_session, end_all_sessions)

"""The pages on which a shopper erases themselves, and the receipt.

The form carries the number of the receipt. Sent twice, also at once, it erases once, and both
answers lead to that receipt. It names nobody, so whoever knows its number may read it. Where that
is the number of somebody else's receipt, the erasure gets another one.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, post, route
from litestar.exceptions import NotFoundException, TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Template

from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, read, write
from api.languages.formats import date_and_time
from api.languages.translate import gettext as _
from api.my_data import store
from api.my_data.confirmation import check_proof
from api.my_data.pages import PATH, attachment
from api.my_data.words import counted, waits
from api.pages.addresses import sign_in_url
from api.pages.rendering import READ, redirect, render_page
from api.privacy.service import ERASURE_SECONDS, erase
from api.problems.errors import InvalidFieldError
from api.visitors.session import find_visitor, load_visitor, sign_out

DELETE_PATH = f"{PATH}/delete"
_RECEIPT = f"{PATH}/receipts/{{number:str}}"


@route(DELETE_PATH, http_method=READ)
async def delete_page(request: AnyRequest) -> Template | Response[Any]:
    """Say what an erasure deletes, what it leaves, and what waits."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path(DELETE_PATH)))
    return await _page(request, visitor.shopper_id, uuid4(), {})


@post(DELETE_PATH, status_code=200)
async def delete_everything(request: AnyRequest) -> Template | Response[Any]:
    """Erase the shopper who is signed in, once, and end all their sessions."""
    form = await request.form()
    number = _number(form.get("number"))
    if number is None:
        raise InvalidFieldError("number", "Is none that the page gave.")
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return await _after_another(request, number)
    faults = await _faults(request, visitor.shopper_id, form)
    if faults:
        return await _page(request, visitor.shopper_id, number, faults)

    async def work(connection: Connection) -> tuple[str, UUID] | None:
        shopper_id = (await load_visitor(connection, request)).shopper_id
        if shopper_id is None:
            return None
        [receipt] = await erase(connection, [shopper_id], "site", erasure_id=number)
        if (await load_visitor(connection, request)).shopper_id is not None:
            # The number is that of somebody else's receipt, and so nothing was erased.
            [receipt] = await erase(connection, [shopper_id], "site")
        return shopper_id, receipt.erasure_id

    erased = await write(request, work, limit=ERASURE_SECONDS)
    if erased is None:
        return await _after_another(request, number)
    shopper_id, given = erased
    ladder_of(request).shoppers.forget(shopper_id)
    await sign_out(request)
    return redirect(request, _url(given))


@route(_RECEIPT, http_method=READ)
async def receipt_page(request: AnyRequest, number: FromPath[str]) -> Template:
    """Show the receipt of an erasure, with what still waits."""
    await find_visitor(request)
    receipt = await _receipt(request, number)
    return render_page(
        request,
        "pages/receipt.html",
        receipt=receipt,
        time_text=date_and_time(receipt.erased_at),
        counts=counted(receipt.counts),
        row_count=sum(receipt.counts.values()),
        waits=waits(receipt.waits_for),
        download_url=f"{_url(receipt.erasure_id)}/download",
    )


@route(f"{_RECEIPT}/download", http_method=READ)
async def download_receipt(request: AnyRequest, number: FromPath[str]) -> Response[bytes]:
    """Give the receipt as a file of JSON."""
    receipt = await _receipt(request, number)
    content = msgspec.json.format(msgspec.json.encode(receipt), indent=2)
    name = f"receipt-{receipt.erasure_id}.json"
    return Response(content, media_type="application/json", headers=attachment(name))


async def _faults(
    request: AnyRequest, shopper_id: str, form: Mapping[str, object]
) -> dict[str, str]:
    """Say what is missing for an erasure, by the name of the field."""
    faults: dict[str, str] = {}
    if form.get("sure") != "yes":
        faults["sure"] = _("Tick the box to delete everything.")
    password = str(form.get("password", ""))
    try:
        proof = await check_proof(request, shopper_id, password)
    except TooManyRequestsException as error:
        faults["password"] = error.detail
    else:
        if proof == "missing":
            faults["password"] = _("This is not your password.")
        elif proof == "missing at shop":
            faults["shop"] = _("Sign in at the shop again: the last time was too long ago.")
    return faults


async def _page(
    request: AnyRequest, shopper_id: str, number: UUID, faults: Mapping[str, str]
) -> Template:
    proof = await check_proof(request, shopper_id, None)
    return render_page(
        request,
        "pages/delete_me.html",
        status_code=422 if faults else 200,
        number=number,
        faults=faults,
        asks_password=proof == "missing",
        asks_shop=proof == "missing at shop",
    )


async def _after_another(request: AnyRequest, number: UUID) -> Response[Any]:
    """Answer a stranger's form: it was sent before, and its receipt is there, or it is late."""
    if await read(request, partial(store.receipt, erasure_id=number)) is None:
        return redirect(request, sign_in_url(public_path(DELETE_PATH)))
    return redirect(request, _url(number))


async def _receipt(request: AnyRequest, text: str) -> store.Receipt:
    number = _number(text)
    found = None if number is None else await answer(request, _RECEIPT_STEPS, number)
    if found is None:
        raise NotFoundException(_("There is no such receipt."))
    return found


# The snapshot has no receipts.
_RECEIPT_STEPS = Steps(store.receipt, store.receipt)


def _number(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _url(number: UUID) -> str:
    return public_path(f"{PATH}/receipts/{number}")


deletion_pages = (delete_page, delete_everything, receipt_page, download_receipt)

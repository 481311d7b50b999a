"""The page of what is yours: download it, and change what you are called."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import IO, Any

from litestar import HttpMethod, Response, post, route
from litestar.response import Stream, Template

from alsolike.shop_texts import NOTHING, SHOPPER_TEXTS
from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.ladder.requests import ladder_of, write
from api.languages.translate import gettext as _
from api.my_data import store
from api.pages.addresses import sign_in_url
from api.pages.rendering import PAGE_HEADERS, READ, put_flash, redirect, render_page
from api.visitors.session import find_visitor, load_visitor

PATH = "/my-data"
# Reads much, and in a large shop some tables without an index.
DATA_SECONDS = 60.0
LONGEST_NAME = 100

_FILE_NAME = "my-data.json"
_PIECE = 1 << 16
_UNSHOWN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@route(PATH, http_method=READ)
async def my_data_page(request: AnyRequest) -> Template | Response[Any]:
    """Show what a shopper may do with what is kept of them."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path(PATH)))
    return _page(request, visitor.display_name or "", None)


@post(f"{PATH}/name", status_code=200)
async def rename(request: AnyRequest) -> Template | Response[Any]:
    """Change what the shopper is called; the page again with what is wrong about it."""
    form = await request.form()
    typed = str(form.get("name", "")).strip()
    fault = _name_fault(typed)
    if fault is not None:
        visitor = await find_visitor(request)
        if visitor.shopper_id is None:
            return redirect(request, sign_in_url(public_path(PATH)))
        return _page(request, _UNSHOWN.sub("", typed)[: 2 * LONGEST_NAME], fault)
    name = SHOPPER_TEXTS["display_name"](typed).strip()

    async def work(connection: Connection) -> str | None:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None:
            return None
        given = None if name in NOTHING else name or None
        is_known = await store.rename(connection, visitor.shopper_id, given)
        return visitor.shopper_id if is_known else None

    shopper_id = await write(request, work)
    if shopper_id is None:
        return redirect(request, sign_in_url(public_path(PATH)))
    ladder_of(request).shoppers.forget(shopper_id)
    put_flash(request, _("Your name is changed."))
    return redirect(request, public_path(PATH))


@route(f"{PATH}/download", http_method=READ)
async def download(request: AnyRequest) -> Stream | Response[Any]:
    """Give everything that is kept of the shopper as a file, as `alsolike shopper-data` prints it.

    It is read as a whole before the answer begins, so that a failure is still an answer.
    """
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path(PATH)))
    headers = attachment(_FILE_NAME)
    if request.method == HttpMethod.HEAD:
        return Response(b"", media_type="application/json", headers=headers)
    work = partial(store.write_data, shopper_id=visitor.shopper_id, seconds=DATA_SECONDS)
    file = await write(request, work, limit=DATA_SECONDS)
    return Stream(_pieces(file), media_type="application/json", headers=headers)


def attachment(name: str) -> dict[str, str]:
    """Return the headers of a file that a browser keeps and nobody else does."""
    return {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _page(request: AnyRequest, name: str, fault: str | None) -> Template:
    return render_page(
        request,
        "pages/my_data.html",
        status_code=200 if fault is None else 422,
        display_name=name,
        fault=fault,
    )


def _name_fault(name: str) -> str | None:
    if len(name) > LONGEST_NAME:
        return _("Use at most %(count)s characters.", count=LONGEST_NAME)
    if _UNSHOWN.search(name):
        return _(
            "This text has a character that cannot be shown. Remove it and send the text again."
        )
    return None


my_data_pages = (my_data_page, rename, download)

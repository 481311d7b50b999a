"""Signing out."""

from litestar import Response, post

from api.exchange import AnyRequest, public_path
from api.languages.translate import gettext as _
from api.pages.rendering import put_flash, redirect
from api.visitors.session import sign_out


@post("/sign-out", status_code=200)
async def sign_out_shopper(request: AnyRequest) -> Response[bytes]:
    """Sign out."""
    await sign_out(request)
    put_flash(request, _("Signed out."))
    return redirect(request, public_path("/"))

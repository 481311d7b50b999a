"""Signing out."""

from litestar import Response, post

from api.exchange import AnyRequest, public_path
from api.languages.translate import gettext as _
from api.pages.rendering import put_flash, redirect
from api.visitors.session import is_by_shop, shop_of, sign_out


@post("/sign-out", status_code=200)
async def sign_out_shopper(request: AnyRequest) -> Response[bytes]:
    """Sign out; who came by the shop's identity provider may sign out there too."""
    after = "/sign-out/shop" if is_by_shop(request) and shop_of(request).has_provider else "/"
    await sign_out(request)
    put_flash(request, _("Signed out."))
    return redirect(request, public_path(after))

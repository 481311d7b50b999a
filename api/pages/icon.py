"""The icon where browsers look for it when a document names none, as for JSON and pictures."""

from litestar import get
from litestar.response import Redirect

from api.exchange import public_path


@get("/favicon.ico", include_in_schema=False)
async def give_icon() -> Redirect:
    """Send to the icon that the pages name."""
    return Redirect(
        public_path("/static/icon.svg"),
        status_code=301,
        headers={"Cache-Control": "public, max-age=86400"},
    )

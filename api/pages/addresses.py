"""Addresses of the pages: paths of this site, ready for `href` or to send a visitor to."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlencode, urlsplit

from api.exchange import AnyRequest, host_origin, public_path
from api.fields import own_address, product_path

CATEGORY_SEPARATOR = " > "
# What `.` and `..` are written as, and what is written like them.
_DOTS = re.compile(r"(?:%(?:25)*2E){1,2}")
# The sign before what reads like an encoded slash.
_OF_SLASH = re.compile(r"%(?=(?:25)*2F)")
# Parameters that make another page of the same path; the place in a list does not.
_OF_CANONICAL = frozenset({"q"})


def product_url(product_id: str) -> str:
    """Address of a product's page."""
    return public_path(product_path(product_id))


def order_url(order_id: str) -> str:
    """Address of an order's page."""
    return public_path(f"/orders/{id_in_path(order_id)}")


def id_in_path(text: str) -> str:
    """Write an id as one segment of a path, which `id_of_path` reads.

    `.` and `..` are no segments to a browser, encoded or not. Their dots are encoded twice, and so
    is what would read like that.
    """
    if text in {".", ".."}:
        text = text.replace(".", "%2E")
    elif _DOTS.fullmatch(text):
        text = text.replace("%", "%25")
    return quote(text, safe="")


def id_of_path(segment: str) -> str:
    """Read an id from a segment of a path that was decoded once."""
    return unquote(segment) if _DOTS.fullmatch(segment) else segment


def brand_url(brand: str) -> str:
    """Address of the page with everything of a brand."""
    return public_path(brand_path(brand))


def brand_path(brand: str) -> str:
    """Return the path of a brand's page on this site."""
    # A lone dot would be read as a step of the path; `api.catalogue.pages` reads it again.
    name = brand.replace(".", "%2E") if brand in {".", ".."} else brand
    return f"/brands/{quote(name, safe='')}"


def category_url(path: str) -> str:
    """Address of a category's page."""
    return public_path(_category_path(path))


@lru_cache(2000)
def _category_path(path: str) -> str:
    return "/categories/" + quote(category_segments(path))


def is_within(path: str | None, category: str) -> bool:
    """Tell whether a path is that of a category, or of one below it."""
    return path is not None and (path + CATEGORY_SEPARATOR).startswith(
        category + CATEGORY_SEPARATOR
    )


def category_segments(path: str) -> str:
    """Write a category's path as the part of its page's address after `/categories/`, decoded.

    A slash or a lone dot in a name stays encoded: it would be read as one of the address. What
    reads like one that is encoded is encoded once more, so that no two categories share an address.
    """
    return "/".join(map(_category_segment, path.split(CATEGORY_SEPARATOR)))


def _category_segment(name: str) -> str:
    if name in {".", ".."}:
        return name.replace(".", "%2E")
    if _DOTS.fullmatch(name):
        return name.replace("%", "%25")
    return _OF_SLASH.sub("%25", name).replace("/", "%2F")


def sign_in_url(after: str) -> str:
    """Address of the page that signs in, and then goes on to a path as `public_path` writes it."""
    return public_path(f"/sign-in?{urlencode({'next': after})}")


def whole_address(path: str) -> str:
    """Return a path as `public_path` writes it, behind the public origin.

    Where no setting has one, it is the host that was asked for.
    """
    return (own_address.get().removesuffix(public_path("")) or host_origin()) + path


def shared_picture(address: str | None) -> str | None:
    """Return a picture's address as other sites need it; None for one inside the page."""
    if address is None or address.startswith("data:"):
        return None
    return whole_address(address) if address.startswith("/") else address


def canonical_address(request: AnyRequest) -> str:
    """Return the one address of the page that is asked for, without the place in its list."""
    path = quote(request.scope["raw_path"].partition(b"?")[0], safe="/%:@!$&'()*+,;=~")
    kept = [pair for pair in request.query_params.multi_items() if pair[0] in _OF_CANONICAL]
    return whole_address(public_path(path)) + (f"?{urlencode(kept)}" if kept else "")


def here(request: AnyRequest) -> str:
    """Return the address of the page that is asked for, with all of its query."""
    path, _, query = request.scope["raw_path"].decode("latin-1").partition("?")
    query = request.scope["query_string"].decode("latin-1") or query
    return local_path(public_path(path) + (f"?{query}" if query else ""))


def local_path(address: object) -> str:
    """Return an address if it is a path of this site, that of the first page for anything else.

    Browsers read a backslash as a slash and skip control characters, so neither may make
    `//elsewhere` out of it.
    """
    if (
        isinstance(address, str)
        and address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and address.isprintable()
        and address.startswith(public_path("/"))
    ):
        return quote(address, safe="/?&=%+,:;@!$'()*~-._#")
    return public_path("/")


def came_from(request: AnyRequest, address: object) -> str:
    """Return the path that a form names, else the page that it stands on."""
    if address is not None:
        return local_path(address)
    try:
        referrer = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        # No address at all.
        return public_path("/")
    if referrer.netloc != request.headers.get("host"):
        return public_path("/")
    return local_path(referrer.path + (f"?{referrer.query}" if referrer.query else ""))

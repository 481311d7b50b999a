"""Show more: pages of a list that stand on one page of the site, and whose number is its address.

Without scripts the link opens the page with one more of them. With htmx the next ones are fetched
by their cursor, and the address becomes that of the page with all that is shown: so the way back
from a product leads to the list as it was.
"""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from msgspec import Struct

from api.exchange import AnyRequest, public_path
from api.languages.translate import gettext as _
from api.problems.errors import InvalidFieldError

# More cards than these make a page slow; a longer list goes on, on a page of its own.
MOST_PAGES = 8


class More(Struct, frozen=True, kw_only=True):
    """How much of a list a page shows, and how it goes on.

    Attributes
    ----------
    is_part : bool
        Whether these are the items that htmx adds to a page.
    first_new : int or None
        Place of the first item of the last page, from 0; None where there is one page.
    anchor : str
        Id of the first item of the last page, if it is to have one.
    href : str or None
        Address with one more page; None: the list is at its end.
    part_url : str or None
        Address of the next items alone; None: they stand on a page of their own.
    here : str or None
        Address of what is shown now, where htmx added to it.
    """

    is_part: bool
    first_new: int | None
    anchor: str | None
    href: str | None
    part_url: str | None
    here: str | None

    @property
    def headers(self) -> dict[str, str]:
        """What makes the address of the page that of all that it shows."""
        return {} if self.here is None else {"HX-Replace-Url": self.here}


def one_page_more(next_url: str | None, *, is_part: bool) -> More:
    """Make the way on of a list whose pages have addresses of their own."""
    return More(
        is_part=is_part,
        first_new=0 if is_part else None,
        anchor=None,
        href=next_url,
        part_url=next_url,
        here=None,
    )


def page_count(request: AnyRequest, name: str = "pages") -> int:
    """Return how many pages of a list are asked for, or which one: from 1 to MOST_PAGES.

    Raises
    ------
    InvalidFieldError
        It is no such number.
    """
    text = str(request.query_params.get(name, "1"))
    if text not in map(str, range(1, MOST_PAGES + 1)):
        raise InvalidFieldError(name, _("Give a number from 1 to %(most)s.", most=MOST_PAGES))
    return int(text)


def more(
    request: AnyRequest,
    next_url: str | None,
    size: int,
    *,
    is_part: bool,
    name: str = "pages",
    goes_on: bool = True,
) -> More:
    """Make the way on from what a page shows.

    Parameters
    ----------
    next_url : str or None
        Address of the list from its next item on, by a cursor; None: there is none.
    size : int
        Items of a page of the list.
    is_part : bool
        Whether htmx asked for a page of the list alone.
    name : str
        Of the parameter that counts its pages.
    goes_on : bool
        Whether a list of more than MOST_PAGES goes on, on a page of its own.
    """
    page = page_count(request, name)
    shown_at = _shown_at(request) if is_part else _own_pairs(request)
    path = public_path(quote(_raw_path(request), safe="/%:@!$&'()*+,;=~"))

    def address(pages: int) -> str | None:
        if shown_at is None:
            return None
        pairs = [pair for pair in shown_at if pair[0] != name]
        return f"{path}?{urlencode([*pairs, (name, str(pages))])}"

    href, part_url = next_url, None
    if next_url is not None and page < MOST_PAGES:
        larger = address(page + 1)
        href = next_url if larger is None else f"{larger}#{name}-{page + 1}"
        mark = "&" if "?" in next_url else "?"
        part_url = f"{next_url}{mark}{urlencode({name: page + 1})}"
    elif not goes_on:
        href = None
    first_new = 0 if is_part else (page - 1) * size
    return More(
        is_part=is_part,
        first_new=first_new if page > 1 else None,
        anchor=f"{name}-{page}",
        href=href,
        part_url=part_url,
        here=address(page) if is_part and page > 1 else None,
    )


def _own_pairs(request: AnyRequest) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in request.query_params.multi_items()]


def _shown_at(request: AnyRequest) -> list[tuple[str, str]] | None:
    """Return the parameters of the page that htmx adds to; None where it does not say, or lies."""
    try:
        current = urlsplit(request.headers.get("hx-current-url", ""))
        pairs = parse_qsl(current.query, keep_blank_values=True)
    except ValueError:
        return None
    if current.path != public_path(_raw_path(request)):
        return None
    return pairs


def _raw_path(request: AnyRequest) -> str:
    return request.scope["raw_path"].partition(b"?")[0].decode("latin-1")

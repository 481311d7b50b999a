"""Which part of a list's page HTMX asks for."""

from api.exchange import AnyRequest
from api.pages.rendering import is_fragment

# The element that shows how many products the choices leave, before they are applied.
COUNT_ID = "filters-count"


def asks_for_count(request: AnyRequest) -> bool:
    """Tell whether the number of products that would be left is wanted, and no list."""
    return is_fragment(request) and request.headers.get("hx-target") == COUNT_ID

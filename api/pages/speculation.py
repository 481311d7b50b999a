"""What a browser may fetch ahead: speculation rules, as a header of the pages names them.

A page is fetched when its link is pointed at for a moment or touched, and never rendered ahead.
Only pages that change nothing and say nothing of their own about the visitor are: categories,
brands and products. A product that a browser has already is shown without asking the server, which
then could not record the look at it. So for visitors whose looks or clicks count, products are not
fetched ahead, and for nobody what a recommendation links to, whose clicks are counted.
"""

import json
from typing import Any

from litestar import Response, get
from litestar.datastructures import CacheControlHeader
from litestar.handlers import HTTPRouteHandler

from api.exchange import public_path

_MEDIA_TYPE = "application/speculationrules+json"
_ALL = "/static/speculation.json"
_LISTS = "/static/speculation-lists.json"
_KEPT = CacheControlHeader(public=True, max_age=3600)


def speculation_header(*, is_known: bool) -> dict[str, str]:
    """Return the header of a page that names the rules for its visitor."""
    return {"Speculation-Rules": f'"{public_path(_LISTS if is_known else _ALL)}"'}


def rules(*, has_products: bool) -> dict[str, Any]:
    """Return which links a browser may fetch ahead."""
    paths = ["/categories/*", "/brands/*", *(["/products/*"] if has_products else [])]
    return {
        "prefetch": [
            {
                "where": {
                    "and": [
                        {"href_matches": [public_path(path) for path in paths]},
                        # What is below a product's page is about the visitor.
                        {"not": {"href_matches": public_path("/products/*/*")}},
                        {"not": {"selector_matches": "[data-from] a"}},
                    ]
                },
                "eagerness": "moderate",
            }
        ]
    }


def speculation_routes() -> list[HTTPRouteHandler]:
    """Return the routes of the rules."""

    @get(_ALL, include_in_schema=False, cache_control=_KEPT)
    async def give_rules() -> Response[bytes]:
        """Give the rules for a visitor whose looks do not count."""
        return _answer(has_products=True)

    @get(_LISTS, include_in_schema=False, cache_control=_KEPT)
    async def give_rules_of_lists() -> Response[bytes]:
        """Give the rules for a visitor whose looks count."""
        return _answer(has_products=False)

    return [give_rules, give_rules_of_lists]


def _answer(*, has_products: bool) -> Response[bytes]:
    content = json.dumps(rules(has_products=has_products)).encode()
    return Response(content, media_type=_MEDIA_TYPE)

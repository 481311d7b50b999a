"""What pages tell search engines in schema.org's words, as JSON-LD."""

from collections.abc import Sequence
from typing import Any

from api.catalogue.categories import Category
from api.exchange import public_path
from api.pages.addresses import whole_address


def breadcrumb_list(way: Sequence[Category]) -> dict[str, Any]:
    """Describe the way from the first page to a category."""
    steps = [("Shop", public_path("/")), *((category.name, category.url) for category in way)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": name,
                "item": whole_address(address),
            }
            for position, (name, address) in enumerate(steps, 1)
        ],
    }


def graph(*things: dict[str, Any]) -> dict[str, Any]:
    """Make one document of descriptions."""
    return {"@context": "https://schema.org", "@graph": list(things)}

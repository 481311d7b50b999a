"""Addresses of the pages: paths of this site, ready for `href`."""

from functools import lru_cache
from urllib.parse import quote

CATEGORY_SEPARATOR = " > "


def product_url(product_id: str) -> str:
    """Address of a product's page."""
    return f"/products/{quote(product_id, safe='')}"


@lru_cache(2000)
def category_url(path: str) -> str:
    """Address of a category's page."""
    names = path.split(CATEGORY_SEPARATOR)
    return "/categories/" + "/".join(quote(name, safe="") for name in names)

"""The forms of a sitemap by sitemaps.org, and of robots.txt."""

from collections.abc import AsyncIterator, Iterable
from xml.sax.saxutils import escape

# At most 50,000 addresses are in a part, and as many parts in the index.
MOST_ADDRESSES = 50_000

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_BEGIN = f'{_XML}<urlset xmlns="{_NAMESPACE}">\n'
_END = "</urlset>\n"


def index(parts: Iterable[str]) -> str:
    """Write the index: the whole address of each part."""
    lines = "".join(f"<sitemap><loc>{escape(part)}</loc></sitemap>\n" for part in parts)
    return f'{_XML}<sitemapindex xmlns="{_NAMESPACE}">\n{lines}</sitemapindex>\n'


def urls(addresses: Iterable[str]) -> str:
    """Write a part: the whole address of each page."""
    return f"{_BEGIN}{_lines(addresses)}{_END}"


async def streamed_urls(pages: AsyncIterator[list[str]]) -> AsyncIterator[str]:
    """Write a part piece by piece."""
    yield _BEGIN
    async for addresses in pages:
        yield _lines(addresses)
    yield _END


def robots(sitemap: str, closed: Iterable[str]) -> str:
    """Write robots.txt: which paths no crawler needs, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {sitemap}"]
    return "\n".join(lines) + "\n"


def _lines(addresses: Iterable[str]) -> str:
    return "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in addresses)

"""What a browser is called, as far as its owner needs it to tell one from another.

Of the header `User-Agent` only two words are kept: the browser's family and the system. Versions
and models of devices, by which somebody could be known again, are not.
"""

from msgspec import Struct

# The first that the header has: most browsers also name those that they are like.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class BrowserName(Struct, frozen=True):
    """A browser's family, such as `Firefox`, and its system, such as `Linux`; None: not known."""

    browser: str | None = None
    system: str | None = None


def name_browser(user_agent: str) -> BrowserName:
    """Tell a browser's family and system by what it says of itself."""
    return BrowserName(_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in marks if mark in text), None)

"""What a browser is called, by what it says of itself."""

import pytest

from api.visitors.browsers import BrowserName, name_browser

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} Chrome/142.0 Safari/537.36",
            "Chrome",
            "Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge",
            "Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 16) {_WEBKIT} SamsungBrowser/29.0 Chrome/136.0",
            "Samsung Internet",
            "Android",
        ),
        (
            "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
            "Firefox",
            "Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605.1.15",
            "Safari",
            "macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) CriOS/142.0 Safari/604.1",
            "Chrome",
            "iPhone",
        ),
        ("curl/8.5.0", None, None),
        ("", None, None),
    ],
    ids=["chrome", "edge", "samsung", "firefox", "safari", "iphone", "curl", "nothing"],
)
def test_a_browser_is_named_by_its_family_and_system(
    user_agent: str, browser: str | None, system: str | None
) -> None:
    assert name_browser(user_agent) == BrowserName(browser, system)

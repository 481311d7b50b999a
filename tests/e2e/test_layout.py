"""Pages do not move while they load: what comes late has its place from the beginning."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.e2e.states import WIDTHS, WINDOW_HEIGHT, Sites
from tests.shop.showcase import BARE, REVIEWED

pytestmark = pytest.mark.browser

# Google calls 0.1 good.
MOST_SHIFT = 0.02


class Shifts:
    """How far a page's content moved by itself, as Cumulative Layout Shift adds it up.

    The browser's own timeline says it, which needs no script on the page.
    """

    def __init__(self, page: Page) -> None:
        self.total = 0.0
        session = page.context.new_cdp_session(page)
        session.on("PerformanceTimeline.timelineEventAdded", self._add)
        session.send("PerformanceTimeline.enable", {"eventTypes": ["layout-shift"]})

    def _add(self, added: dict[str, Any]) -> None:
        shift = added["event"].get("layoutShiftDetails", {})
        if not shift.get("hadRecentInput"):
            self.total += shift.get("value", 0.0)


@contextmanager
def late_pictures(page: Page) -> Iterator[None]:
    """Hold the pictures back until the block has seen the page without them."""
    held: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            held.append(route)

    page.route("**/pictures/**", hold)
    yield
    is_over = True
    for route in held:
        route.continue_()


def let_it_paint(page: Page) -> None:
    """Wait for what is drawn now."""
    page.screenshot()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path", ["/", f"/products/{REVIEWED}", f"/products/{BARE}"], ids=["home", "product", "bare"]
)
def test_nothing_moves_when_pictures_come_late(
    browser: Browser, sites: Sites, path: str, width: int, *, has_scripts: bool
) -> None:
    size = {"width": width, "height": WINDOW_HEIGHT}
    with browser.new_context(viewport=size, java_script_enabled=has_scripts) as context:  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        shifts = Shifts(page)
        with late_pictures(page):
            page.goto(sites.live + path, wait_until="domcontentloaded")
            let_it_paint(page)
        page.wait_for_load_state("networkidle")
        let_it_paint(page)
        assert shifts.total <= MOST_SHIFT
        # The measure would have seen it.
        page.locator("header").first.evaluate("one => { one.style.marginTop = '300px'; }")
        let_it_paint(page)
        let_it_paint(page)
        assert shifts.total > MOST_SHIFT

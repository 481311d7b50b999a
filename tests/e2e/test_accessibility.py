"""Every page in every state: no rule of axe is broken, wide and narrow, light and dark."""

import struct
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.screenshots import write_screenshots
from tests.e2e.states import SCHEMES, STATES, WIDTHS, WINDOW_HEIGHT, Sites, State, looked_at, opened

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
MOST_BYTES = 60_000


def broken_rules(page: Page) -> list[str]:
    """Return which rules a page breaks, best practices included, with the elements that do."""
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'] for node in rule['nodes']]}"
        for rule in found["violations"]
    ]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_page_breaks_no_rule_fits_its_window_and_is_light(
    browser: Browser, sites: Sites, state: State
) -> None:
    with opened(browser, sites, state) as shown:
        # Evaluated as the browser's own tools do, which the content security policy lets through.
        shown.page.evaluate(AXE.read_text())
        broken = {}
        for width in WIDTHS:
            for scheme in SCHEMES:
                with looked_at(shown.page, width, scheme):
                    if rules := broken_rules(shown.page):
                        broken[f"{width} {scheme}"] = rules
                    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
        assert broken == {}
        assert shown.complaints == []
        assert len(shown.answers[-1].body()) <= MOST_BYTES


def test_pictures_of_a_page_show_all_of_it(browser: Browser, sites: Sites, tmp_path: Path) -> None:
    (state,) = (one for one in STATES if one.name == "privacy")
    written = list(write_screenshots(browser, sites, [state], tmp_path / "shots"))
    assert sorted(path.name for path in written) == [
        f"privacy-{width}-{scheme}.png" for width in WIDTHS for scheme in reversed(SCHEMES)
    ]
    for path in written:
        # Width and height stand at a fixed place of a PNG.
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert f"-{width}-" in path.name
        assert height > WINDOW_HEIGHT
    assert len({path.read_bytes() for path in written}) == len(written)

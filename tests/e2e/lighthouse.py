"""Lighthouse's scores of the pages that matter most: `make lighthouse`.

Its reports lie in `build/lighthouse`. Scores of speed depend on the machine, so no test has them;
the layout's shift is also tested, in test_accessibility.py.
"""

import json
import shutil
import subprocess  # the command is Lighthouse's own
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from playwright.sync_api import Browser

from alsolike.settings import child_environment
from tests.e2e.chromium import ARGUMENTS, CHROMIUM_NAMES, find_chromium, running_chromium
from tests.e2e.screenshots import own_showcase
from tests.e2e.states import STATES, Sites, State, opened

FOLDER = Path("build") / "lighthouse"
LEAST = 98
MOST_SHIFT = 0.02

_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_DEVICES: Mapping[str, Sequence[str]] = {"phone": (), "desktop": ("--preset=desktop",)}
_NAMES = ("home-stranger", "home-shopper", "product-with-reviews", "category", "basket")
# A basket has no business in a search engine, which this audit wants it to be in.
_NOT_FOR_CRAWLERS = ("basket",)
_COMMAND = Path("web") / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
_SECONDS = 120


def measure(
    browser: Browser, sites: Sites, state: State, device: str, chromium: str
) -> Mapping[str, float]:
    """Measure one page with the cookies of its state.

    Returns
    -------
    mapping
        From a category to its score, 0 to 100; `shift` is the cumulative layout shift.
    """
    with opened(browser, sites, state) as shown:
        address = shown.page.url
        cookies = "; ".join(
            f"{cookie['name']}={cookie['value']}"
            for cookie in shown.page.context.cookies(address)
            if "name" in cookie and "value" in cookie
        )
    report = FOLDER / f"{state.name}-{device}.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    skipped = ["--skip-audits=is-crawlable"] if state.name in _NOT_FOR_CRAWLERS else []
    subprocess.run(
        [
            shutil.which("node") or "node",
            _COMMAND,
            address,
            "--quiet",
            "--no-enable-error-reporting",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(_CATEGORIES)}",
            f"--chrome-flags={' '.join(['--headless', *ARGUMENTS])}",
            f"--extra-headers={json.dumps({'Cookie': cookies} if cookies else {})}",
            *_DEVICES[device],
            *skipped,
        ],
        env=child_environment({"CHROME_PATH": chromium}),
        timeout=_SECONDS,
        check=True,
    )
    found = json.loads(report.read_bytes())
    scores = {name: 100 * found["categories"][name]["score"] for name in _CATEGORIES}
    return {**scores, "shift": found["audits"]["cumulative-layout-shift"]["numericValue"]}


def main() -> int:
    """Print the scores of each page; 1 if one is too low."""
    chromium = find_chromium()
    if chromium is None:
        click.echo(f"No browser here: install one of {', '.join(CHROMIUM_NAMES)}.", err=True)
        return 1
    is_good = True
    click.echo(f"{'page':<32}{''.join(f'{name:>16}' for name in (*_CATEGORIES, 'shift'))}")
    with own_showcase() as sites, running_chromium(chromium) as browser:
        for state in (state for state in STATES if state.name in _NAMES):
            for device in _DEVICES:
                found = measure(browser, sites, state, device, chromium)
                numbers = [f"{found[name]:>16.0f}" for name in _CATEGORIES]
                numbers.append(f"{found['shift']:>16.3f}")
                click.echo(f"{f'{state.name}, {device}':<32}{''.join(numbers)}")
                is_good &= found["shift"] <= MOST_SHIFT
                is_good &= all(found[name] >= LEAST for name in _CATEGORIES)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

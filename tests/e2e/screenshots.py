"""Pictures of every page in every state: `make screenshots`.

Each is written at 1280 and at 390 CSS pixels, light and dark, into `build/screenshots`.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import Browser

from alsolike.embedded.postgres import embedded_postgres
from alsolike.embedded.s3 import embedded_s3
from tests.e2e.chromium import CHROMIUM_NAMES, find_chromium, running_chromium
from tests.e2e.states import (
    SCHEMES,
    STATES,
    WIDTHS,
    Sites,
    State,
    looked_at,
    opened,
    served_showcase,
)
from tests.shop.database import make_template, variables_set

FOLDER = Path("build") / "screenshots"
_LOAD_PICTURES = """async () => {
    const pictures = [...document.images];
    for (const picture of pictures) picture.loading = "eager";
    await Promise.all(pictures.map((picture) => picture.decode()));
}"""


def write_screenshots(
    browser: Browser, sites: Sites, states: Sequence[State], folder: Path
) -> Iterator[Path]:
    """Write the pictures of some states as PNG; the path of each as soon as it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for state in states:
        with opened(browser, sites, state) as shown:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    path = folder / f"{state.name}-{width}-{scheme}.png"
                    with looked_at(shown.page, width, scheme):
                        # A picture below the fold is loaded when somebody scrolls to it.
                        shown.page.evaluate(_LOAD_PICTURES)
                        shown.page.screenshot(path=path, full_page=True)
                    yield path


def main(names: Sequence[str]) -> int:
    """Write the pictures of the states of these names, of all where there is none."""
    unknown = set(names) - {state.name for state in STATES}
    if unknown:
        click.echo(f"No such state: {', '.join(sorted(unknown))}.", err=True)
        return 2
    chromium = find_chromium()
    if chromium is None:
        click.echo(f"No browser here: install one of {', '.join(CHROMIUM_NAMES)}.", err=True)
        return 1
    states = [state for state in STATES if not names or state.name in names]
    with own_showcase() as sites, running_chromium(chromium) as browser:
        for path in write_screenshots(browser, sites, states, FOLDER):
            click.echo(path)
    return 0


@contextmanager
def own_showcase() -> Iterator[Sites]:
    """Serve the showcase from servers of its own, whatever the caller's settings are."""
    own = [name for name in os.environ if name.startswith(("PG", "AWS_", "ALSOLIKE_"))]
    with tempfile.TemporaryDirectory(prefix="alsolike-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        with variables_set({"HF_HUB_OFFLINE": "1"}) as patch:
            for name in own:
                patch.delenv(name)
            patch.setenv("ALSOLIKE_HOME", folder)
            with (
                embedded_postgres(home / "postgres") as postgres,
                embedded_s3(home / "s3", "alsolike") as s3,
            ):
                make_template(postgres)
                with served_showcase(postgres, s3, home) as sites:
                    yield sites


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

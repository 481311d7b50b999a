"""The browser assets: pinned, and colours that everybody can read."""

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "web"
STYLES = (WEB / "static" / "site.css").read_text(encoding="utf-8")
# WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (graphics).
TEXT_CONTRAST, GRAPHIC_CONTRAST = 4.5, 3.0


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme by name; the dark one overrides the light one."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLES, flags=re.DOTALL)[:2]
    named = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")
    return dict(named.findall(light)) | (dict(named.findall(dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * d for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *[
            (text, ground, TEXT_CONTRAST)
            for text in ("ink", "ink-2")
            for ground in ("ground", "surface", "soft")
        ],
        *[
            (text, ground, TEXT_CONTRAST)
            for text in ("accent", "wrong")
            for ground in ("ground", "surface")
        ],
        ("ink", "accent-soft", TEXT_CONTRAST),
        ("accent-strong", "accent-soft", TEXT_CONTRAST),
        ("on-accent", "accent", TEXT_CONTRAST),
        ("on-accent", "accent-strong", TEXT_CONTRAST),
        ("star", "ground", GRAPHIC_CONTRAST),
    ],
)
def test_colours_stand_out_enough(scheme: str, front: str, back: str, least: float) -> None:
    palette = colours(scheme)
    light, dark = sorted((luminance(palette[front]), luminance(palette[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


@pytest.mark.parametrize("name", sorted(path.name for path in (WEB / "static").glob("*.css")))
def test_styles_follow_the_writing_direction(name: str) -> None:
    text = (WEB / "static" / name).read_text(encoding="utf-8")
    physical = re.findall(
        r"^\s*(?:(?:margin|padding|border)-(?:left|right)|left|right|float)[\w-]*:"
        r"|(?<!-)\b(?:text-align|float|clear): (?:left|right)\b"
        # Four sizes, of which the second is the right one and the fourth the left one.
        r"|^\s*(?:margin|padding|inset): (?:[\w.-]+ ){3}[\w.-]+;",
        text,
        re.MULTILINE,
    )
    assert physical == []


def test_packages_are_pinned_exactly_and_locked_without_a_registry() -> None:
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())

    assert package["private"] is True
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for path, entry in lock["packages"].items():
        assert "resolved" not in entry, path
        assert not path or "integrity" in entry


def test_every_asset_that_a_template_names_is_there() -> None:
    templates = "".join(p.read_text() for p in (WEB / "templates").rglob("*.html"))
    named = set(re.findall(r"/static/((?!vendor/)[\w.-]+)(?:#([\w-]+))?", templates))
    icons = set(re.findall(r'forms\.icon\("([\w-]+)"\)', templates))
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (WEB / "static" / "icons.svg").read_text()))

    assert {name for name, _ in named} >= {"site.css", "icon.svg", "icons.svg"}
    assert all((WEB / "static" / name).is_file() for name, _ in named)
    assert icons | {part for _, part in named if part} <= drawn

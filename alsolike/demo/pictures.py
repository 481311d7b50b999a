"""Drawn product pictures: one motif per subcategory, coloured and varied by the product.

Pure functions of their arguments: the site draws a picture when it is asked for one.
"""

import hashlib
from collections.abc import Mapping
from html import escape
from typing import Final

from alsolike.demo import drawings_active, drawings_home, drawings_personal
from alsolike.demo.catalogue import LEAF_BY_PATH, SUBCATEGORIES
from alsolike.demo.ink import Drawing, Ink, disc, mixed
from alsolike.demo.vocabulary import COLOURS, STYLES

DRAWINGS: Final[dict[str, Drawing]] = {
    name.removeprefix("draw_"): draw
    for module in (drawings_home, drawings_active, drawings_personal)
    for name, draw in vars(module).items()
    if name.startswith("draw_")
}
"""By the key of a subcategory: `draw_mug` draws the subcategory `mug`."""
_BACKGROUNDS: Final = ("#f6ead9", "#e6eee4", "#e3ecf3", "#f4e4e1", "#ebe6f2", "#f5efcf", "#dfeeec")
_ACCENTS: Final = ("#e9b44c", "#d9694a", "#4f8a8b", "#7a5c8e", "#5b7fb0", "#c9566b")
_TITLE_LENGTH: Final = 200


def draw_picture(
    product_id: str, category: str, title: str, attributes: Mapping[str, object]
) -> str:
    """Draw a product as SVG.

    Parameters
    ----------
    product_id : str
        Decides the small variations: tilt, details, background.
    category : str
        Full path ``"A > B > C"``; an unknown one gets a parcel.
    title : str
        Becomes the picture's ``<title>``, escaped, cut after 200 characters.
    attributes : mapping
        ``colour`` (one of the demo's colour names) colours it, ``style`` chooses the pattern.

    Returns
    -------
    str
        At most 4 KB, with a 400 × 400 view box, ``role="img"`` and no fonts or outside parts.
    """
    digest = hashlib.sha256(product_id.encode()).digest()
    usual = COLOURS[digest[0] % len(COLOURS)][1]
    colour = dict(COLOURS).get(str(attributes.get("colour")), usual)
    mark = digest[:4].hex()
    ink = Ink(
        base=colour,
        light=mixed(colour, "#ffffff", 0.38),
        dark=mixed(colour, "#22242c", 0.32),
        accent=_contrasting(_ACCENTS, digest[1], colour),
        mark=mark,
        variants=tuple(digest[4:12]),
        title=title.lower(),
    )
    background = _contrasting(_BACKGROUNDS, digest[2], colour)
    leaf = LEAF_BY_PATH.get(category)
    drawing = _draw_parcel if leaf is None else DRAWINGS[SUBCATEGORIES[leaf].key]
    tilt = (digest[3] % 9 - 4) * 0.9
    sun_x, sun_y = 130 + digest[12] % 140, 130 + digest[13] % 60
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{_escaped(title)}</title>"
        f"<defs>{ink.gradient()}{_pattern(attributes.get('style'), ink)}</defs>"
        f'<rect width="400" height="400" fill="{background}"/>'
        f'<circle cx="{sun_x}" cy="{sun_y}" r="{118 + digest[14] % 30}" '
        f'fill="{mixed(background, "#ffffff", 0.5)}"/>'
        f'<path d="M0 322Q200 {300 + digest[15] % 20} 400 322V400H0Z" '
        f'fill="{mixed(background, ink.dark, 0.12)}"/>'
        '<g stroke-linecap="round" stroke-linejoin="round" transform="translate(200 214) '
        f'scale(1.13) rotate({tilt:.1f}) translate(-200 -212)">'
        f"{drawing(ink)}</g></svg>"
    )


def _escaped(title: str) -> str:
    # XML allows no control characters, not even as references.
    return escape("".join(c if c.isprintable() else " " for c in title[:_TITLE_LENGTH]))


def _contrasting(choices: tuple[str, ...], byte: int, colour: str) -> str:
    """Choose one that stands apart from the product's colour."""
    for step in range(len(choices)):
        choice = choices[(byte + step) % len(choices)]
        if _distance(choice, colour) > 70:
            return choice
    return max(choices, key=lambda choice: _distance(choice, colour))


def _distance(one: str, other: str) -> float:
    parts = (abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return float(sum(parts))


def _pattern(style: object, ink: Ink) -> str:
    """Return the fill pattern of a style, drawn over the product's body."""
    light = f'stroke="{ink.light}" stroke-width="3" fill="none" opacity=".75"'
    tiles = {
        "minimalist": (40, ""),
        "vintage": (22, f'<path d="M5 0V22" {light}/><path d="M11 0V22" {light} opacity=".3"/>'),
        "outdoor": (44, f'<path d="M0 34L14 14L24 28L32 18L44 34" {light}/>'),
        "eco": (40, f'<path d="M10 28Q8 10 28 10Q30 28 10 28L26 12" {light}/>'),
        "playful": (
            34,
            disc(8, 8, 5, ink.light, 'opacity=".8"') + disc(25, 25, 5, ink.accent, 'opacity=".8"'),
        ),
        "industrial": (26, f'<path d="M0 26L26 0M0 0L26 26" {light} opacity=".4"/>'),
        "botanical": (
            46,
            f'<path d="M23 44V6M23 34Q8 32 8 20Q22 20 23 34Q38 32 38 20Q24 20 23 34" {light}/>',
        ),
        "luxe": (
            32,
            f'<path d="M16 4L22 16L16 28L10 16Z" fill="{_gold(ink)}" opacity=".7"/>',
        ),
    }
    default = tiles[STYLES[ink.variants[7] % len(STYLES)].name]
    side, content = tiles.get(str(style), default)
    # An attribute given twice is not XML: the later opacity wins.
    content = content.replace(' opacity=".75" opacity', " opacity")
    turn = ink.variants[6] % 3 * 8 - 8
    return (
        f'<pattern id="p{ink.mark}" width="{side}" height="{side}" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate({turn})">{content}</pattern>'
    )


def _gold(ink: Ink) -> str:
    return "#f0d48a" if _distance(ink.base, "#f0d48a") > 110 else "#ffffff"


def _draw_parcel(ink: Ink) -> str:
    return (
        ink.shadow(110)
        + ink.body("M100 160L200 120L300 160V290L200 330L100 290Z")
        + f'<path d="M100 160L200 200L300 160L200 120Z" fill="{ink.light}"/>'
        + f'<path d="M150 140L250 180V214" fill="none" stroke="{ink.accent}" stroke-width="16"/>'
        + f'<path d="M200 200V330" stroke="{ink.dark}" stroke-width="3"/>'
    )

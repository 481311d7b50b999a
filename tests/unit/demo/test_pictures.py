"""Every category has a drawing of its own, and every drawing is safe to put on a page."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from alsolike.demo.catalogue import SUBCATEGORIES
from alsolike.demo.pictures import DRAWINGS, draw_picture
from alsolike.demo.vocabulary import COLOURS, LINES, STYLES

SVG = "{http://www.w3.org/2000/svg}"
PATHS = [leaf.path for leaf in SUBCATEGORIES]


def motif(picture: str) -> str:
    """Return the drawing without the background."""
    group = ET.fromstring(picture).find(f"{SVG}g")
    assert group is not None
    return ET.tostring(group, encoding="unicode")


def test_every_subcategory_has_its_own_drawing() -> None:
    assert DRAWINGS.keys() == {leaf.key for leaf in SUBCATEGORIES}
    motifs = {
        motif(draw_picture("P000001", path, "Same", {"colour": "sage", "style": "eco"}))
        for path in [*PATHS, "Unknown > Path"]
    }
    assert len(motifs) == len(PATHS) + 1


@pytest.mark.parametrize("path", PATHS)
def test_pictures_are_small_and_well_formed(path: str) -> None:
    for number in range(40):
        colour = COLOURS[number % len(COLOURS)][0]
        style = STYLES[number % len(STYLES)].name
        picture = draw_picture(
            f"P{number:06d}", path, "A title & more", {"colour": colour, "style": style}
        )
        root = ET.fromstring(picture)
        assert root.get("viewBox") == "0 0 400 400"
        assert root.get("role") == "img"
        assert root.findtext(f"{SVG}title") == "A title & more"
        assert len(picture.encode()) <= 4096
        assert "<text" not in picture
        assert "NaN" not in picture


def test_products_of_one_subcategory_vary() -> None:
    pictures = [
        draw_picture(f"P{i:06d}", PATHS[0], "Grinder", {"colour": "teal"}) for i in range(20)
    ]
    assert len(set(pictures)) == len(pictures)
    again = [draw_picture(f"P{i:06d}", PATHS[0], "Grinder", {"colour": "teal"}) for i in range(20)]
    assert pictures == again


def test_colour_and_style_show() -> None:
    attributes = [
        {"colour": "teal", "style": "eco"},
        {"colour": "plum", "style": "eco"},
        {"colour": "plum", "style": "luxe"},
    ]
    pictures = [draw_picture("P1", PATHS[2], "Mug", each) for each in attributes]
    assert all(one != other for one, other in pairwise(pictures))
    assert dict(COLOURS)["teal"] in pictures[0]
    assert dict(COLOURS)["teal"] not in pictures[1]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"]]>&amp;\x00\x0b\ud800', "ä" * 5000, ""]
)
def test_text_from_outside_is_escaped(text: str) -> None:
    for path in (PATHS[0], text):
        picture = draw_picture("P7<>", path, text, {"colour": text, "style": text, text: text})
        assert "<script" not in picture
        assert len(picture.encode()) <= 4096
        ET.fromstring(picture)


def test_a_rabbit_looks_like_a_rabbit() -> None:
    plush = next(leaf.path for leaf in SUBCATEGORIES if leaf.key == "plush")
    attributes = {"colour": "blush"}
    rabbits = {
        motif(draw_picture("P1", plush, f"{word} Plush Rabbit", attributes)) for word in LINES
    }
    assert len(rabbits) == 1
    assert motif(draw_picture("P1", plush, "Plush Bear", attributes)) not in rabbits


def test_line_names_are_visited_before_they_repeat() -> None:
    # Titles step through the names by 37, which must share no divisor with their number.
    assert len(LINES) == len(set(LINES))
    assert len(LINES) % 37

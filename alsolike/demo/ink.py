"""What every product drawing is made with: shades of the product's colour and a few shapes."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ink:
    """The colours and variations of one picture.

    Attributes
    ----------
    base, light, dark, accent : str
        Colours, ``#rrggbb``.
    mark : str
        Makes ids unique, for pages that hold several pictures inline.
    variants : tuple of int
        Eight numbers of 0 to 255 that decide about details.
    title : str
        The product's title in lower case: a rabbit should look like one.
    """

    base: str
    light: str
    dark: str
    accent: str
    mark: str
    variants: tuple[int, ...]
    title: str

    wood = "#c59a6a"
    steel = "#b9bec6"
    steel_dark = "#868d98"
    dark_line = "#43464f"
    cream = "#fbf6ea"
    leaf = "#6f9a62"

    def gradient(self) -> str:
        """Return the body's gradient: lit from the left."""
        lit, shaded = mixed(self.base, "#ffffff", 0.18), mixed(self.base, "#22242c", 0.2)
        return (
            f'<linearGradient id="g{self.mark}"><stop stop-color="{lit}"/>'
            f'<stop offset=".45" stop-color="{self.base}"/>'
            f'<stop offset="1" stop-color="{shaded}"/></linearGradient>'
        )

    def body(self, path: str, more: str = "") -> str:
        """Return a shape in the product's colour with the pattern of its style.

        Both layers get the attributes in ``more``, such as a transform.
        """
        return (
            f'<path d="{path}" fill="url(#g{self.mark})" {more}/>'
            f'<path d="{path}" fill="url(#p{self.mark})" {more}/>'
        )

    def shadow(self, half_width: int, y: int = 328, x: int = 200) -> str:
        """Return the soft shadow the product stands on."""
        return (
            f'<ellipse cx="{x}" cy="{y}" rx="{half_width}" ry="11" fill="#2b2a33" opacity=".16"/>'
        )

    def pick(self, place: int, count: int) -> int:
        """Return a number below ``count``, fixed for the product."""
        return self.variants[place] % count

    def choose(self, place: int, words: tuple[str, ...]) -> int:
        """Return which of the words the title has, or any place if it has none."""
        named = [i for i, word in enumerate(words) if word in self.title]
        return named[0] if named else self.pick(place, len(words))


Drawing = Callable[[Ink], str]


def mixed(one: str, other: str, share: float) -> str:
    """Mix two ``#rrggbb`` colours, ``share`` of the other."""
    parts = (
        round(int(one[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share)
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in parts)


def filled(path: str, colour: str, more: str = "") -> str:
    """Return a filled shape."""
    return f'<path d="{path}" fill="{colour}" {more}/>'


def line(path: str, colour: str, width: float, more: str = "") -> str:
    """Return a stroke."""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}" {more}/>'


def disc(x: float, y: float, radius: float, colour: str, more: str = "") -> str:
    """Return a circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{colour}" {more}/>'


def oval(x: float, y: float, rx: float, ry: float, colour: str, more: str = "") -> str:
    """Return an ellipse."""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{colour}" {more}/>'


def box(x: float, y: float, width: float, height: float, radius: float, colour: str) -> str:
    """Return a rectangle with round corners."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
        f'fill="{colour}"/>'
    )


def shine(path: str, width: float = 7, opacity: float = 0.45) -> str:
    """Return a highlight."""
    return line(path, "#ffffff", width, f'opacity="{opacity:g}"')


def bone(x: float, y: float, turn: float, size: float, colour: str) -> str:
    """Return a bone, 80 units long at size 1."""
    knobs = "".join(disc(dx, dy, 12, colour) for dx, dy in ((-34, -9), (-34, 9), (34, -9), (34, 9)))
    return (
        f'<g transform="translate({x:g} {y:g}) rotate({turn:g}) scale({size:g})">'
        + line("M-30 0H30", colour, 15)
        + knobs
        + "</g>"
    )

"""A theme: a folder with `theme.toml`, a logo and an icon; docs/themes.md describes it.

It is read and checked once, when the app starts.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from alsolike.errors import SettingError
from api.languages.translate import current_language, gettext

FILE = "theme.toml"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".webp": "image/webp",
        ".ico": "image/x-icon",
    }
)

_MOST_BYTES = 200_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# But tabs and line ends, of which a name has none.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WEB_ADDRESS = re.compile(r"(https?://|/|mailto:|tel:)\S+")
# What stands on what, with text; WCAG 2.2, 1.4.3 asks for 4.5 to 1.
_LEAST_CONTRAST = 4.5
_READ_ON = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "soft"),
    ("ink_2", "ground"),
    ("ink_2", "surface"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent_strong", "accent_soft"),
    ("on_accent", "accent"),
    ("wrong", "ground"),
    ("wrong", "surface"),
)


class Colours(Struct, forbid_unknown_fields=True, frozen=True):
    """The colours of a scheme, each as `#rrggbb`; site.css says where each is used."""

    ground: str
    surface: str
    soft: str
    line: str
    ink: str
    ink_2: str
    accent: str
    accent_strong: str
    accent_soft: str
    on_accent: str
    wrong: str
    star: str
    star_rest: str


# As in web/static/site.css; a test compares them.
LIGHT = Colours(
    ground="#f6f4ef",
    surface="#fffefb",
    soft="#ece8df",
    line="#dcd6ca",
    ink="#1d1b18",
    ink_2="#5d574e",
    accent="#0d5c4d",
    accent_strong="#08463a",
    accent_soft="#dcebe5",
    on_accent="#ffffff",
    wrong="#a3261b",
    star="#b06a00",
    star_rest="#d8d1c3",
)
DARK = Colours(
    ground="#171614",
    surface="#201e1b",
    soft="#2a2824",
    line="#3a3731",
    ink="#f1ede5",
    ink_2="#b3aca0",
    accent="#78cdb6",
    accent_strong="#9fe0cd",
    accent_soft="#1f3832",
    on_accent="#0b231d",
    wrong="#ff9d8f",
    star="#e5a945",
    star_rest="#4a463e",
)


class Texts(Struct, forbid_unknown_fields=True, frozen=True):
    """What the shop says of itself in one language; None: what alsolike says."""

    description: str | None = None
    welcome_title: str | None = None
    welcome: str | None = None
    footer: str | None = None


class Link(Struct, forbid_unknown_fields=True, frozen=True):
    """A link of the footer to a page of the shop's own, as its imprint.

    Attributes
    ----------
    languages : tuple of str
        Tags of the languages whose readers see it; empty: everybody.
    """

    text: str
    url: str
    languages: tuple[str, ...] = ()


class _ThemeFile(Struct, forbid_unknown_fields=True, frozen=True):
    """What `theme.toml` may have."""

    name: str
    logo: str | None = None
    icon: str | None = None
    light: Mapping[str, str] = {}
    dark: Mapping[str, str] = {}
    texts: Mapping[str, Texts] = {}
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the theme: what the browser gets, and what its address ends with."""

    content: bytes
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Theme:
    """How a shop looks and what it says.

    Attributes
    ----------
    logo : Picture or None
        Stands in the header in place of the name.
    icon : Picture or None
        None: alsolike's own.
    texts : mapping
        From a language's tag to its texts; those of English stand in for what is missing.
    css : bytes
        The colours that differ from alsolike's own; empty: none does.
    """

    name: str = "alsolike"
    logo: Picture | None = None
    icon: Picture | None = None
    light: Colours = LIGHT
    dark: Colours = DARK
    texts: Mapping[str, Texts] = field(default_factory=dict[str, Texts])
    links: tuple[Link, ...] = ()
    css: bytes = b""
    is_own: bool = False

    @property
    def css_name(self) -> str:
        """What the address of the colours ends with: with other colours it is another one."""
        return f"{_digest(self.css)}.css"

    def _said(self, part: str) -> str | None:
        for tag in (current_language.get().tag, "en"):
            text = getattr(self.texts.get(tag), part, None)
            if text is not None:
                return text
        return None

    @property
    def description(self) -> str:
        """The shop in a sentence, for search engines."""
        return self._said("description") or gettext(
            "A shop that shows what you may also like, and says why."
        )

    @property
    def welcome_title(self) -> str:
        """What greets a stranger on the first page."""
        return self._said("welcome_title") or gettext("Find one thing you like. We find the rest.")

    @property
    def welcome(self) -> str | None:
        """What stands below it; None: what alsolike says there."""
        return self._said("welcome")

    @property
    def footer(self) -> str:
        """A sentence at the end of every page."""
        return self._said("footer") or gettext(
            "%(shop)s shows what you may also like, and says why.", shop=self.name
        )

    @property
    def shown_links(self) -> list[Link]:
        """The links for readers of the request's language."""
        tag = current_language.get().tag
        return [link for link in self.links if not link.languages or tag in link.languages]


def load_theme(folder: Path | None) -> Theme:
    """Read a theme; None: alsolike's own.

    Raises
    ------
    SettingError
        The folder or a file is missing, or a value cannot be used.
    """
    if folder is None:
        return Theme()
    path = folder / FILE
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=_ThemeFile)
    except OSError as error:
        raise _bad(path, f"it cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _bad(path, str(error)) from None
    if not found.name.strip():
        raise _bad(path, "name is empty: give the shop's name")
    # It stands in subjects of mails.
    if not found.name.strip().isprintable():
        raise _bad(path, f"name is {found.name!r}: give it in one line, without control characters")
    texts = [text for one in found.texts.values() for text in msgspec.structs.astuple(one)]
    for text in (*texts, *(link.text for link in found.links)):
        if text is not None and _CONTROL.search(text):
            raise _bad(path, f"the text {text!r} has a control character")
    for link in found.links:
        if _WEB_ADDRESS.fullmatch(link.url) is None:
            message = (
                f"the link {link.text!r} has the address {link.url!r}: begin it with https:// or /"
            )
            raise _bad(path, message)
    light = _colours(path, "light", LIGHT, found.light)
    dark = _colours(path, "dark", DARK, found.dark)
    return Theme(
        name=found.name.strip(),
        logo=_picture(path, "logo", found.logo),
        icon=_picture(path, "icon", found.icon),
        light=light,
        dark=dark,
        texts=found.texts,
        links=found.links,
        css=_css(light, dark),
        is_own=True,
    )


def _bad(path: Path, what: str) -> SettingError:
    return SettingError(f"ALSOLIKE_THEME: {path}: {what}.")


def _colours(path: Path, scheme: str, own: Colours, given: Mapping[str, str]) -> Colours:
    """Put the given colours in the place of our own, and check that texts can be read."""
    for name, colour in given.items():
        if name not in Colours.__struct_fields__:
            known = ", ".join(Colours.__struct_fields__)
            raise _bad(path, f"[{scheme}] has {name!r}: the colours are {known}")
        if _COLOUR.fullmatch(colour) is None:
            raise _bad(path, f"[{scheme}] {name} is {colour!r}: write it as #0d5c4d")
    colours = msgspec.structs.replace(own, **given)
    faults = list(unreadable(colours)) if given else []
    if faults:
        raise _bad(path, f"[{scheme}] " + "; ".join(faults))
    return colours


def unreadable(colours: Colours) -> Iterator[str]:
    """Tell which texts have too little contrast.

    Source: WCAG 2.2, success criterion 1.4.3.
    """
    # Only a theme needs it, and it takes a tenth of a second to load.
    from coloraide import Color  # noqa: PLC0415

    for text, ground in _READ_ON:
        on_text, on_ground = getattr(colours, text), getattr(colours, ground)
        contrast = Color(on_text).contrast(on_ground)
        if contrast < _LEAST_CONTRAST:
            yield (
                f"{text} {on_text} on {ground} {on_ground} has a contrast of {contrast:.1f}: make "
                f"one darker or lighter until it is {_LEAST_CONTRAST}"
            )


def _picture(path: Path, part: str, name: str | None) -> Picture | None:
    if name is None:
        return None
    file = path.parent / name
    if Path(name).name != name:
        raise _bad(path, f"{part} is {name!r}: name a file beside {FILE}")
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise _bad(path, f"{part} is {name!r}: it has to end with {', '.join(MEDIA_TYPES)}")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _bad(path, f"{part} {file} cannot be read: {error.strerror}") from None
    if not 0 < len(content) <= _MOST_BYTES:
        raise _bad(path, f"{part} {name!r} has {len(content)} bytes: give 1 to {_MOST_BYTES}")
    return Picture(content, media_type, f"{part}-{_digest(content)}{file.suffix.lower()}")


def _css(light: Colours, dark: Colours) -> bytes:
    """Write what differs from our own colours as custom properties."""
    rules = [_rule(light, LIGHT), _rule(dark, DARK)]
    if rules[1]:
        rules[1] = f"@media (prefers-color-scheme: dark) {{\n{rules[1]}}}\n"
    if rules[0] and light != LIGHT:
        rules[0] = f"@media (prefers-color-scheme: light) {{\n{rules[0]}}}\n"
    return "".join(rules).encode()


def _rule(colours: Colours, own: Colours) -> str:
    differing = [
        f"    --{name.replace('_', '-')}: {value};\n"
        for name, value in msgspec.structs.asdict(colours).items()
        if value != getattr(own, name)
    ]
    return f":root {{\n{''.join(differing)}}}\n" if differing else ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]

"""A theme is read and checked when the app starts."""

import re
from pathlib import Path

import pytest
from msgspec.structs import asdict

from alsolike.errors import SettingError
from api.theme.theme import DARK, LIGHT, Colours, load_theme, unreadable

WEB = Path(__file__).resolve().parents[3] / "web"


def write(folder: Path, text: str, **files: bytes) -> Path:
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def test_the_example_is_a_theme() -> None:
    theme = load_theme(WEB / "themes" / "orchard")
    assert theme.name == "Orchard"
    assert theme.welcome_title == "Good things grow together."
    assert [link.text for link in theme.shown_links] == ["Imprint"]
    assert b"--accent: #a12b1f" in theme.css
    assert theme.logo is not None
    assert theme.logo.media_type == "image/svg+xml"


def test_without_a_theme_it_looks_like_alsolike() -> None:
    theme = load_theme(None)
    assert (theme.name, theme.css, theme.logo, theme.links) == ("alsolike", b"", None, ())


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_our_own_colours_are_those_of_the_style_sheet(scheme: str, colours: Colours) -> None:
    css = (WEB / "static" / "site.css").read_text(encoding="utf-8")
    light, dark = css.partition("@media print")[0].split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+);", light if scheme == "light" else dark))
    known = {name.replace("_", "-"): value for name, value in asdict(colours).items()}
    assert {name: _long(value) for name, value in found.items()} == known
    assert list(unreadable(colours)) == []


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * sign for sign in colour[1:])


def test_only_what_differs_is_in_the_css(tmp_path: Path) -> None:
    theme = load_theme(write(tmp_path, 'name = "A"\n[dark]\naccent = "#a0e0d0"'))
    assert theme.css.decode() == (
        "@media (prefers-color-scheme: dark) {\n:root {\n    --accent: #a0e0d0;\n}\n}\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("name = ", "Invalid value", id="no toml"),
        pytest.param("", "name", id="no name"),
        pytest.param('name = " "', "name is empty", id="empty name"),
        pytest.param('name = "A\\nB"', "in one line", id="two lines"),
        pytest.param('name = "A\\u0000"', "in one line", id="nul in name"),
        pytest.param('name = "A\\u2028B"', "in one line", id="separator in name"),
        pytest.param(
            'name = "A"\n[texts.en]\nfooter = "x\\u0000"', "control character", id="nul in text"
        ),
        pytest.param(
            'name = "A"\n[[links]]\ntext = "x\\u001b"\nurl = "/"',
            "control character",
            id="escape in link",
        ),
        pytest.param('name = "A"\ncolour = "red"', "colour", id="unknown key"),
        pytest.param('name = "A"\n[light]\nink = "black"', "write it as #0d5c4d", id="word"),
        pytest.param('name = "A"\n[light]\nblue = "#000000"', "'blue'", id="unknown colour"),
        pytest.param(
            'name = "A"\n[light]\nink = "#cccccc"', "ink #cccccc on ground #f6f4ef", id="pale"
        ),
        pytest.param('name = "A"\nlogo = "../x.svg"', "beside theme.toml", id="elsewhere"),
        pytest.param('name = "A"\nlogo = "logo.exe"', "has to end with", id="no picture"),
        pytest.param('name = "A"\nlogo = "none.svg"', "cannot be read", id="no file"),
        pytest.param('name = "A"\nicon = "big.png"', "200001 bytes", id="too big"),
        pytest.param(
            'name = "A"\n[[links]]\ntext = "x"\nurl = "javascript:alert(1)"',
            "begin it with",
            id="script",
        ),
        pytest.param('name = "A"\n[texts.en]\nslogan = "x"', "slogan", id="unknown text"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text, big_png=b"x" * 200_001)
    with pytest.raises(SettingError, match=re.escape(said)) as caught:
        load_theme(tmp_path)
    assert str(tmp_path / "theme.toml") in str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        load_theme(tmp_path / "none")

"""Plain text of HTML, and text that only looks like HTML."""

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsolike.web_text import plain_address, plain_json, plain_line, plain_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Rock &amp; Roll", "Rock & Roll"),
        ("AT&amp;amp;T &#8211; 5&quot;", 'AT&T – 5"'),
        (
            "<p>Keeps&nbsp;dust <strong>out</strong>.</p><p>Made of felt",
            "Keeps dust out.\nMade of felt",
        ),
        ("&lt;p&gt;Twice &lt;b&gt;escaped&lt;/b&gt;&lt;/p&gt;", "Twice escaped"),
        ("<style>.a{color:red}</style><script>alert(1)</script>Mug<!-- zu -->", "Mug"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("<table><tr><td>Width</td><td>3 cm</td></tr></table>", "Width\n3 cm"),
        ("one<br/>two<BR>three", "one\ntwo\nthree"),
        ("<p>\n  wrapped\n  text\n</p>", "wrapped text"),
        ("1 < 2 and 3 > 2, so a<b", "1 < 2 and 3 > 2, so a<b"),
        ("I <3 <p>you</p>", "I <3\nyou"),
        ("<p>5 &lt; 6</p>", "5 < 6"),
        ("Tom & Jerry &c; R&D", "Tom & Jerry &c; R&D"),
        ("  plain \t text \n\n here ", "  plain \t text \n\n here "),
        ("  R&D \t AT&T \n\n <3 5 < 6 mm ", "  R&D \t AT&T \n\n <3 5 < 6 mm "),
        ("If a <b and c> d, <none> of <brand name>", "If a <b and c> d, <none> of <brand name>"),
        ("<ol>\nIf a <b and c> d", "If a <b and c> d"),
        ("first\n\nsecond <b>line</b>\r\nthird", "first\nsecond line\nthird"),
        ("<p>cut <a href='x", "cut"),
        ("<p>cut <a href", "cut <a href"),
        ('<p class="a>Never closed</p> text', "Never closed\ntext"),
        ("<a title=\"x > y\" data-a='<p>'>link</a>", "link"),
        ("<head><title>Mug</title><body>A mug", "A mug"),
        ("<svg viewBox='0 0 1 1'/>Mug<svg><path d=''/></svg>", "Mug"),
        ("<![CDATA[<p>Mug</p>]]> & cup", "Mug\n& cup"),
        ("<!DOCTYPE html><?xml:namespace prefix = o />Mug<o:p></o:p>", "Mug"),
        ("Tom &copy Jerry &copy; Co", "Tom &copy Jerry © Co"),
        ("H<sub>2</sub>O", "H2O"),
        ("", ""),
    ],
)
def test_what_a_page_shows(written: str, shown: str) -> None:
    assert plain_text(written) == shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 20_000,
        "<p>" + "".join(f"<b a={n}>" for n in range(9_000)) + "<p>x" * 9_000,
        "<script>" * 20_000,
        "<!--" * 20_000,
        "<![CDATA[" * 15_000,
        '<a x="' * 20_000,
        "<p a=' <p b=\"" * 10_000,
        "<p " + "a=" * 50_000,
        "<" * 30_000 + "b>" * 30_000,
        "</p " * 30_000,
        "&" + "amp;" * 30_000,
    ],
)
def test_the_work_does_not_grow_faster_than_the_text(hostile: str) -> None:
    began = time.process_time()
    plain_text(hostile)
    # A tenth of this as a rule; what grows with the square of the length takes minutes.
    assert time.process_time() - began < 2


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_escaped_text_comes_back(text: str) -> None:
    assert plain_text(f"<p>{html.escape(text)}</p>") == " ".join(plain_text(text).split())


def test_a_line_stays_one() -> None:
    assert plain_line("<h1>Mug<br>blue</h1>") == "Mug blue"
    assert plain_line("two\nlines") == "two\nlines"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('{"Care &amp; use": "<p>Cold<br>wash</p>"}', '{"Care & use": "Cold wash"}'),
        (r'{"a": "\u003cb\u003eBold\u003C/b\u003e R\u0026D"}', '{"a": "Bold R&D"}'),
        (
            '{"a": ["1 &lt; 2", {"b": "&quot;"}], "n": 1.10}',
            '{"a": ["1 < 2", {"b": "\\""}], "n": 1.10}',
        ),
        ('{"a": "R&D <3", "b":  1e3}', '{"a": "R&D <3", "b":  1e3}'),
        ('{"a": "<b>x"', '{"a": "x"'),
        (r'{"a": "\x <b>"}', r'{"a": "\x <b>"}'),
        ("<p>no JSON</p>", "<p>no JSON</p>"),
    ],
)
def test_texts_within_json(written: str, shown: str) -> None:
    assert plain_json(written) == shown


def test_an_address_as_a_page_links_to_it() -> None:
    assert plain_address("https://shop.example/p?a=1&amp;copy=2&b=3") == (
        "https://shop.example/p?a=1&copy=2&b=3"
    )


@given(st.text(st.sampled_from("<>/&;#!-pbi \nalt")))
def test_nothing_is_left_for_a_second_reading(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once

"""Plain text of HTML, and text that only looks like HTML."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsolike.loading.web_text import plain_text


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
        ("  plain \t text \n\n here ", "plain text\nhere"),
        ("<p>cut <a href='x", "cut"),
        ("", ""),
    ],
)
def test_what_a_page_shows(written: str, shown: str) -> None:
    assert plain_text(written) == shown


def test_deep_nesting_needs_no_deep_calls() -> None:
    assert plain_text("<div>" * 5_000 + "deep") == "deep"


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_escaped_text_comes_back(text: str) -> None:
    assert plain_text(f"<p>{html.escape(text)}</p>") == plain_text(text)


@given(st.text(st.sampled_from("<>/&;#!-pbi \nalt")))
def test_nothing_is_left_for_a_second_reading(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once

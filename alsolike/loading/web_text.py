"""Plain text of what was written for a web page."""

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

# What a page does not show.
_UNSEEN = ["script", "style", "template", "noscript", "iframe", "object", "svg", "head"]
# What begins a line of its own; a cell of a table and an item of a list too.
_BLOCK_NAMES = (
    "address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6r]|header|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot"
    "|th|thead|tr|ul"
)
_INLINE_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|body|button|cite|code|data|del|dfn|em|font|html|i|img|input|ins"
    "|kbd|label|link|mark|meta|o:p|path|picture|q|s|samp|select|small|source|span|strike|strong|sub"
    "|sup|textarea|time|title|tt|u|var|video|wbr"
)
_BLOCK = re.compile(_BLOCK_NAMES)
_TAG_NAMES = "|".join([_BLOCK_NAMES, _INLINE_NAMES, *_UNSEEN])
# A tag, a comment or a declaration; `a<b` and `<3` are none.
_MARKUP = re.compile(rf"<(?:/?(?:{_TAG_NAMES})(?=[\s/>])|!)", re.IGNORECASE)
_NO_MARKUP = re.compile(rf"<(?!/?(?:{_TAG_NAMES})(?=[\s/>])|!)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n[\n ]*")
# Shop systems, and the tools that copy between them, escape a text again and again.
_MOST_ROUNDS = 5


def plain_text(text: str) -> str:
    r"""Return the text that a browser would show, also of HTML that was escaped several times.

    Scripts, styles and comments are left out, blocks stand on lines of their own, and blanks are
    single. Text that is not HTML only loses surplus blanks.

    >>> plain_text("<p>Keeps&nbsp;dust <b>out</b>.</p><ul><li>Felt<li>1 &lt; 2</ul>")
    'Keeps dust out.\nFelt\n1 < 2'
    >>> plain_text("Case for AT&amp;amp;T, a<b")
    'Case for AT&T, a<b'
    """
    for _ in range(_MOST_ROUNDS):
        if _MARKUP.search(text):
            shown = _shown(text)
        elif _ENTITY.search(text):
            shown = html.unescape(text)
        else:
            break
        if shown == text:
            break
        text = shown
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", text.replace("\r", "\n"))).strip()


def _shown(text: str) -> str:
    body = LexborHTMLParser(_NO_MARKUP.sub("&lt;", text)).body
    if body is None:
        return ""
    body.strip_tags(_UNSEEN)
    return "".join(_pieces(body))


def _pieces(node: LexborNode) -> Iterator[str]:
    """Yield the texts within a node, with line ends around its blocks.

    It keeps its own stack, because HTML may nest deeper than Python may call.
    """
    stack: list[LexborNode | str] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif one.tag == "-text":
            # The line ends of a source are blanks on a page.
            yield re.sub(r"\s+", " ", one.text_content or "")
        elif (one.tag or "-").startswith("-"):
            continue
        else:
            is_block = _BLOCK.fullmatch(one.tag or "") is not None
            if is_block:
                yield "\n"
                stack.append("\n")
            stack.extend(reversed(list(one.iter(include_text=True))))

"""Plain text of what was written for a web page.

Shoppers write some of these texts, so the work must not grow faster than the text: a parser that
builds the tree of a page takes seconds and gigabytes for 20 kB that are made for it.
"""

import html
import json
import re

# What a page does not show.
_UNSEEN = "script|style|template|noscript|iframe|object|svg|head"
# What begins a line of its own; a cell of a table and an item of a list too.
_BLOCK_NAMES = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|header|hr|html|legend|li|main|menu|nav|ol"
    "|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split("|"))
_INLINE = frozenset(
    f"{_UNSEEN}|a|abbr|acronym|audio|b|base|bdi|bdo|big|button|canvas|cite|code|col|colgroup|data"
    "|del|dfn|em|embed|font|i|img|input|ins|kbd|label|link|map|mark|meta|nobr|param|path|picture|q"
    "|ruby|rt|s|samp|select|small|source|span|strike|strong|sub|sup|textarea|time|track|tt|u|var"
    "|video|wbr".split("|")
)
# Word's own tags.
_WORD = ("o:", "v:", "w:", "m:", "st1:")
# The rest of a tag, past quoted values: up to its end, or that of a text that was cut off.
_REST = r"""(?: [^>=] | =\s*(?: "[^"]*" | '[^']*' )? )*+"""
_MARKUP = re.compile(
    rf"""
    <!-- .*? (?: --> | \Z )
    | <!\[CDATA\[ (?P<characters> .*? ) (?: \]\]> | \Z )
    | <(?: !(?=[a-z\[]) | \?xml\b ) [^>]* (?: > | \Z )
    | <(?P<unseen> {_UNSEEN} ) (?=[\s/>]) {_REST}
        (?: (?<=/)> | > .*? (?: </(?P=unseen)\s*> | (?=<body[\s>]) | \Z ) | \Z )
    | </(?P<end> [a-z][a-z0-9:]{{0,15}} ) (?: \s[^<>]* )? >
    | <(?P<begin> [a-z][a-z0-9:]{{0,15}} ) (?:
        \s*/?>
        # Or an attribute: in `a <b and c> d` there is none.
        | \s+ (?= [\w:.-]+\s*= | (?:checked|controls|disabled|hidden|nowrap|selected)\b )
            {_REST} (?: > | \Z )
    )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_BLOCK = re.compile(rf"</?(?:{_BLOCK_NAMES})[\s/>]", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n[\n ]*")
# Shop systems, and the tools that copy between them, escape a text again and again.
_MOST_ROUNDS = 5

# A string of JSON, and the signs in it that may be HTML: some encoders escape them.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_MAYBE_HTML_IN_JSON = re.compile(r"[<&]|\\u00(?:3c|26)", re.IGNORECASE)


def plain_text(text: str) -> str:
    r"""Return the text that a browser would show, also of HTML that was escaped several times.

    Scripts, styles and comments are left out, blocks stand on lines of their own, and blanks are
    single. Text that is not HTML stays as it is.

    >>> plain_text("<p>Keeps&nbsp;dust <b>out</b>.</p><ul><li>Felt<li>1 &lt; 2</ul>")
    'Keeps dust out.\nFelt\n1 < 2'
    >>> plain_text("Case for AT&amp;amp;T, a<b")
    'Case for AT&T, a<b'
    """
    if "<" not in text and "&" not in text:
        return text
    given = text
    for _ in range(_MOST_ROUNDS):
        shown = text
        if _MARKUP.search(shown):
            # Between blocks, the line ends of a source are blanks on a page.
            shown = re.sub(r"\s+", " ", shown) if _BLOCK.search(shown) else shown
            shown = _MARKUP.sub(_shown, shown)
        shown = _ENTITY.sub(_character, shown)
        if shown == text:
            break
        text = shown
    if text == given:
        return given
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", text.replace("\r", "\n"))).strip()


def plain_line(text: str) -> str:
    """Return the text that a browser would show, on one line."""
    shown = plain_text(text)
    return text if shown == text else shown.replace("\n", " ")


def plain_json(text: str) -> str:
    r"""Return JSON with the names and texts in it as a browser would show them.

    All else stays as it is written, also JSON that cannot be read.

    >>> plain_json('{"Size &amp; fit": "5&quot; &lt; 6", "n": 1.10}')
    '{"Size & fit": "5\\" < 6", "n": 1.10}'
    """
    return _STRING.sub(_shown_string, text) if _MAYBE_HTML_IN_JSON.search(text) else text


def plain_address(text: str) -> str:
    """Return an address as the link of a page has it, where `&` is written as an entity."""
    return text.replace("&amp;", "&")


def _shown(markup: re.Match[str]) -> str:
    name = (markup["begin"] or markup["end"] or "").lower()
    if name in _BLOCKS:
        return "\n"
    if name and name not in _INLINE and not name.startswith(_WORD):
        return markup[0]
    return markup["characters"] or ""


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


def _shown_string(string: re.Match[str]) -> str:
    written = string[0]
    if not _MAYBE_HTML_IN_JSON.search(written):
        return written
    try:
        text: str = json.loads(written, strict=False)
    except ValueError:
        return written
    shown = plain_line(text)
    return written if shown == text else json.dumps(shown, ensure_ascii=False)

"""Texts in lower case and without accents, as `raw.without_accents` in SQL has them."""

import re
import unicodedata

# Signs that are not seen, such as a soft hyphen, part no words.
_UNSEEN = re.compile("[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Chinese and Japanese have no spaces between words: each sign is one.
_SIGNS = re.compile("([\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")
# The marks of й, ў and ї make letters of their own, which nobody leaves them out of.
_MARKS = re.compile(
    "[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5"
    "\u05c7\u0610-\u061a\u064b-\u065f\u0670]"
    "|(?<![\u0438\u0443])\u0306|(?<!\u0456)\u0308"
)
_LETTERS = str.maketrans(
    dict(zip("ıøđðłħŧґςىةکی", "ioddlhtгσيهكي", strict=True))  # noqa: RUF001  (many alphabets)
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(text: str) -> str:
    """Return a text in lower case without accents: é is e, ё is е, ß is ss, ł is l."""  # noqa: RUF002
    if text.isascii():
        return text.lower()
    lowered = _SIGNS.sub(r" \1 ", _UNSEEN.sub("", unicodedata.normalize("NFKC", text))).lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFD", lowered))
    return unicodedata.normalize("NFC", plain).translate(_LETTERS)

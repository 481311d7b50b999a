"""Texts that a shop gives, as they are kept: without HTML, and without words for nothing.

The loader and the API take them from here. HTML becomes text before a row reaches the database,
because SQL has no means to read it, and all that comes later needs plain text: the rules for
categories and missing values, the search, the encoder and the pages.
"""

from collections.abc import Callable, Mapping

from alsolike.web_text import plain_address, plain_json, plain_line, plain_text

# Columns that say what somebody agreed to: the word None is an answer there, and what cannot be
# read is a no.
ANSWERS = frozenset({"consent", "measurement"})
# Columns whose values are JSON; a file of objects has the values themselves.
JSON_COLUMNS = frozenset({"attributes", "more_image_urls"})

# What databases, pandas, R, JavaScript and spreadsheets write for a missing value; matched exactly
# in every column, because `Null` and `Nan` are also names.
NOTHING = frozenset(
    (
        "\\N", "NULL", "null", "<null>", "(null)", "[null]", "<NULL>", "(NULL)", "[NULL]",
        "NaN", "nan", "NaT", "None", "<NA>", "NA", "N/A", "n/a", "N.A.", "n.a.", "k.A.",
        "undefined", "nil", "#N/A", "#NULL!", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!",
        "-", "--", "---", "\u2013", "\u2014",
    )
)  # fmt: skip
# Further words, ignoring case, of columns that group products or actions: those of a brand `None`
# would all become one brand's, and those of an item group `none` variants of one product.
_NOTHING_IN_GROUPS = frozenset(
    (
        "none", "(none)", "null", "nil", "undefined", "empty", "(empty)", "not set", "(not set)",
        "not specified", "k.a.", "?", "??", "???",
    )
)  # fmt: skip
_LONGEST_WORD = max(map(len, _NOTHING_IN_GROUPS))
GROUPING = frozenset(
    {"description", "category", "brand", "item_group_id", "order_id", "session_id"}
)


def is_nothing(column: str, value: str | None) -> bool:
    """Tell whether a trimmed text of a column is a word for a missing value."""
    if not value:
        return False
    if value in NOTHING:
        return not (column in ANSWERS and value == "None")
    return (
        column in GROUPING and len(value) <= _LONGEST_WORD and value.lower() in _NOTHING_IN_GROUPS
    )


# Of each column that may hold HTML, what makes it plain.
PRODUCT_TEXTS: Mapping[str, Callable[[str], str]] = {
    "title": plain_line,
    "description": plain_text,
    "category": plain_line,
    "brand": plain_line,
    "image_url": plain_address,
    "attributes": plain_json,
    "url": plain_address,
    "more_image_urls": plain_json,
}
REVIEW_TEXTS: Mapping[str, Callable[[str], str]] = {"title": plain_line, "body": plain_text}
SHOPPER_TEXTS: Mapping[str, Callable[[str], str]] = {"display_name": plain_line}

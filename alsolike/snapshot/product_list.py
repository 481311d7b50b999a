"""The list of products of a partial snapshot, from a file."""

from collections.abc import Iterator
from pathlib import Path

from alsolike.errors import InputFileError


def read_product_ids(path: Path) -> Iterator[str]:
    """Yield the product ids of a file, one per line; empty lines and outer blanks are dropped.

    Raises
    ------
    InputFileError
        The file is not UTF-8 text, or a line holds a NUL, which no id can; the message says where.
    """
    line_number = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line_number, line in enumerate(file, start=1):
                if "\0" in line:
                    message = f"{path}, line {line_number}: not text. Give one product id per line."
                    raise InputFileError(message)
                product_id = line.strip()
                if product_id:
                    yield product_id
    except UnicodeDecodeError as error:
        message = f"{path}, after line {line_number}: not UTF-8 text. Give one product id per line."
        raise InputFileError(message) from error

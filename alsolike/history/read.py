"""Read the history from the marts, in bounded memory."""

import hashlib
from dataclasses import replace

import numpy as np

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError
from alsolike.history.history import KINDS, Catalogue, History, existence
from alsolike.progress import Report

_ROWS_AT_ONCE = 50_000


class NoHistoryError(AlsolikeError):
    """There is no history: run `alsolike load` and `alsolike transform` first."""


def read_history(*, report: Report) -> History:
    """Read the catalogue and what consenting shoppers and anonymous sessions did.

    Raises
    ------
    NoHistoryError
        dbt has not built the marts, or there is no product.
    """
    with connect() as connection:
        if connection.execute("select to_regclass('marts.shopper_events')").fetchone() == (None,):
            raise NoHistoryError
        rows = connection.execute(query("alsolike/history/catalogue")).fetchall()
        if not rows:
            message = "The catalogue is empty: load products with `alsolike load` first."
            raise NoHistoryError(message)
        catalogue = Catalogue(
            product_ids=[row[0] for row in rows],
            categories=[row[1] for row in rows],
            brands=[row[2] for row in rows],
            is_in_stock=np.array([row[3] for row in rows], bool),
            exists_from=np.array([row[4] for row in rows], np.int64),
            is_dated=np.array([row[5] for row in rows], bool),
            groups=[row[6] for row in rows],
        )
        numbers = {product_id: number for number, product_id in enumerate(catalogue.product_ids)}
        kinds = {kind: number for number, kind in enumerate(KINDS)}
        shoppers: dict[str, int] = {}
        orders: dict[str, int] = {}
        parts: list[tuple[np.ndarray, ...]] = []
        done = 0
        with connection.cursor("events") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(query("alsolike/history/events"))
            while chunk := cursor.fetchmany(_ROWS_AT_ONCE):
                parts.append(
                    (
                        np.array([shoppers.setdefault(r[0], len(shoppers)) for r in chunk], "i4"),
                        np.array([numbers.get(r[1], -1) for r in chunk], "i4"),
                        np.array([kinds[r[2]] for r in chunk], "i1"),
                        np.array([r[3] for r in chunk], "i8"),
                        np.array([r[4] for r in chunk], "f4"),
                        np.array(
                            [
                                -1 if r[5] is None else orders.setdefault(r[5], len(orders))
                                for r in chunk
                            ],
                            "i4",
                        ),
                    )
                )
                done += len(chunk)
                report("history", done, None)
    report("history", done, done)
    columns = (
        [np.concatenate(column) for column in zip(*parts, strict=True)]
        if parts
        else [np.empty(0, kind) for kind in ("i4", "i4", "i1", "i8", "f4", "i4")]
    )
    history = History(catalogue, list(shoppers), *columns)
    # A product loaded between the two statements has no number yet.
    history = history.only(history.products >= 0)
    since = existence(catalogue.exists_from, catalogue.is_dated, history)
    return replace(history, catalogue=replace(catalogue, exists_from=since))


def fingerprint(history: History) -> str:
    """Return a sha256 over the catalogue's ids and every event: same data, same fingerprint."""
    digest = hashlib.sha256()
    for ids in (history.catalogue.product_ids, history.shopper_ids):
        digest.update("\x00".join(ids).encode())
        digest.update(b"\x01")
    for column in (history.shoppers, history.products, history.kinds, history.times):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()

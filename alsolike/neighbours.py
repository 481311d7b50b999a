"""Precompute the neighbours of the whole catalogue, in parallel database sessions."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError, UnknownModelError
from alsolike.progress import Report

# Products of one statement and transaction.
CHUNK = 500


class NoVectorsError(AlsolikeError):
    """There are no vectors to compare: run `alsolike embed` first."""


def write_all_neighbours(*, model: str | None, k: int, sessions: int, report: Report) -> int:
    """Write the `k` nearest products of every product to `recs.neighbours`.

    Parameters
    ----------
    model : str or None
        Name of a model; None: the serving one.
    k : int
        Neighbours of each product, at least 1.
    sessions : int
        Database sessions that share the work, at least 1.
    report : Report
        Told the number of products, as the stage `neighbours`.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UnknownModelError
        There is no such model.
    NoVectorsError
        The model has no vectors, or none was asked for and none serves.
    """
    model_id, product_ids = _find_products(model)
    written = write_neighbours(model_id, product_ids, k=k, sessions=sessions, report=report)
    with connect() as connection:
        connection.execute(query("recs/delete_departed_neighbours"), {"model_id": model_id})
    return written


def write_neighbours(
    model_id: int, product_ids: list[str], *, k: int, sessions: int, report: Report
) -> int:
    """Write the `k` nearest products of some products; the number of rows written.

    The sessions take chunks of the products in turn, each chunk in a transaction of its own.
    """
    chunks = iter([product_ids[i : i + CHUNK] for i in range(0, len(product_ids), CHUNK)])
    lock = threading.Lock()
    has_failed = threading.Event()
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        with lock:
            done += count
            report("neighbours", done, len(product_ids))

    def take() -> Iterator[list[str]]:
        while not has_failed.is_set():
            with lock:
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def work() -> int:
        written = 0
        try:
            with connect(application_name="alsolike neighbours") as connection:
                for chunk in take():
                    row = connection.execute(
                        query("recs/write_neighbours"),
                        {"model_id": model_id, "product_ids": chunk, "k": k},
                    ).fetchone()
                    connection.commit()
                    written += 0 if row is None else row[0]
                    advance(len(chunk))
        except BaseException:
            # The other sessions stop after the chunk at hand.
            has_failed.set()
            raise
        return written

    with ThreadPoolExecutor(max_workers=sessions) as pool:
        futures = [pool.submit(work) for _ in range(sessions)]
        try:
            written = sum(future.result() for future in futures)
        except BaseException:
            has_failed.set()
            raise
    return written


def _find_products(model: str | None) -> tuple[int, list[str]]:
    with connect() as connection:
        found = connection.execute(query("recs/find_model"), {"name": model}).fetchone()
        if found is None:
            if model is None:
                raise NoVectorsError
            message = f"There is no model {model!r}: the table recs.models lists them."
            raise UnknownModelError(message)
        rows = connection.execute(
            query("recs/product_ids_with_vector"), {"model_id": found[0]}
        ).fetchall()
    if not rows:
        message = f"The model {found[1]} has no vectors yet: run `alsolike embed` first."
        raise NoVectorsError(message)
    return found[0], [row[0] for row in rows]

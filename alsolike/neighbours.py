"""Keep the precomputed neighbours of the whole catalogue up to date.

The neighbours of an averaged model are its nearest vectors; they are computed anew, in parallel
database sessions. Those of a trained model were learned and are never overwritten; products that
came after the training are added.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError
from alsolike.models import Model, find_model
from alsolike.progress import Report

# Products of one statement and transaction.
CHUNK = 500
# New products of one statement: each changes the neighbours of its own neighbours too.
NEWCOMERS = 50


class NoVectorsError(AlsolikeError):
    """There are no vectors to compare: run `alsolike embed` first."""


def write_all_neighbours(*, model: str | None, k: int, sessions: int, report: Report) -> int:
    """Bring `recs.neighbours` of a model, or of the serving one, up to date.

    Return how many rows were written.

    Parameters
    ----------
    k : int
        Neighbours of each product, at least 1. A trained model keeps as many as its training gave.
    sessions : int
        Database sessions that share the work, at least 1. New products of a trained model are
        added by one session, since they change the same rows.

    Raises
    ------
    UnknownModelError
        There is no such model.
    NoVectorsError
        The model has no vectors, or no model was named and none serves.
    """
    with connect() as connection:
        used = find_model(connection, model)
    if used is None:
        raise NoVectorsError
    product_ids = _read_ids("alsolike/product_ids_with_vector", used)
    if not product_ids:
        message = f"The model {used.name} has no vectors yet: run `alsolike embed` first."
        raise NoVectorsError(message)
    is_trained = used.kind == "trained"
    if is_trained:
        product_ids = _read_ids("alsolike/newcomers", used)
        k, sessions = used.parameters.get("neighbours", k), 1
    written = write_neighbours(
        used.model_id, product_ids, k=k, sessions=sessions, is_trained=is_trained, report=report
    )
    with connect() as connection:
        connection.execute(
            query("alsolike/delete_departed_neighbours"),
            {"model_id": used.model_id, "is_trained": is_trained},
        )
    return written


def write_neighbours(
    model_id: int,
    product_ids: list[str],
    *,
    k: int,
    sessions: int,
    is_trained: bool = False,
    report: Report,
) -> int:
    """Write the `k` nearest products of some products; the number of rows written.

    The sessions take chunks of the products in turn, each chunk in a transaction of its own. The
    products of a trained model are newcomers, which are added to what it learned.
    """
    statement, size = "alsolike/write_neighbours", CHUNK
    if is_trained:
        statement, size = "alsolike/extend_neighbours", NEWCOMERS
    chunks = iter([product_ids[i : i + size] for i in range(0, len(product_ids), size)])
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
                    parameters = {"model_id": model_id, "product_ids": chunk, "k": k}
                    row = connection.execute(query(statement), parameters).fetchone()
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


def _read_ids(statement: str, model: Model) -> list[str]:
    with connect() as connection:
        rows = connection.execute(query(statement), {"model_id": model.model_id}).fetchall()
    return [row[0] for row in rows]

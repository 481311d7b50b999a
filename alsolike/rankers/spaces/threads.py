"""Work that several cores share, with results in order that do not depend on their number."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from threading import local
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Beyond that Python itself keeps threads waiting for each other, and memory is for each of them.
_MOST_THREADS = 4
# Items that are taken ahead of the results, for each thread.
_AHEAD = 2


@dataclass(slots=True, eq=False)
class _Work:
    """One call of `in_threads`, and the call whose item it is a part of."""

    within: "_Work | None"
    is_over: bool = False


class _Present(local):
    """What the present thread works for."""

    work: _Work | None = None


_present = _Present()


def stop_if_unwanted() -> None:
    """End an item that nobody waits for any more, as after an error or an interrupt.

    Call it between long steps of an item of `in_threads`.

    Raises
    ------
    CancelledError
        The loop that the item is of has ended, or one that this loop itself is a part of.
    """
    work = _present.work
    while work is not None:
        if work.is_over:
            raise CancelledError
        work = work.within


def in_threads(
    function: Callable[[_Item], _Result], items: Iterable[_Item], ahead: int | None = None
) -> Iterator[_Result]:
    """Yield the function's result for each item, in order.

    NumPy and SciPy compute most without holding Python's lock. The results are those of one thread,
    since each item is computed as if alone. After an error or an interrupt no further item begins,
    nor one of the loops within the items that have begun.

    Parameters
    ----------
    ahead : int, optional
        Most items that are begun before the first of their results is taken. By default few, so
        that few are held at once; where one item takes much longer than those after it, the other
        threads wait for it.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    ahead = _AHEAD * threads if ahead is None else ahead
    pending: deque[Future[_Result]] = deque()
    work = _Work(within=_present.work)

    def run(item: _Item) -> _Result:
        _present.work = work
        stop_if_unwanted()
        return function(item)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(run, item))
                if len(pending) >= ahead:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            # After an error the rest is not wanted.
            work.is_over = True
            for future in pending:
                future.cancel()


def one_blas_thread() -> AbstractContextManager[Any]:
    """Return a context in which NumPy multiplies and solves on the calling thread alone.

    Sums over several threads are rounded by how many there are, and of many small matrices most
    time goes into waking threads.
    """
    threads: Any = import_module("threadpoolctl")
    return threads.threadpool_limits(limits=1, user_api="blas")

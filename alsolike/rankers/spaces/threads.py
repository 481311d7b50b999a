"""Work that all cores share, with results in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Beyond that Python itself keeps threads waiting for each other, and memory is for each of them.
_MOST_THREADS = 4
# Items that are taken ahead of the results, for each thread.
_AHEAD = 2


def in_threads(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield the function's result for each item, in order; few items are held at once.

    NumPy and SciPy compute most without holding Python's lock. The results are those of one thread,
    since each item is computed as if alone.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    pending: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= _AHEAD * threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            # After an error the rest is not wanted.
            for future in pending:
                future.cancel()

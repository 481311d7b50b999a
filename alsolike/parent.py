"""A process that ends with the one that started it, however that one ends."""

import os
import signal
import threading
import time

_LOOK_SECONDS = 0.25


def end_with_parent(parent: int, *, grace_seconds: float | None = None) -> None:
    """Ask this process to end by SIGTERM once its parent is gone, even by SIGKILL.

    Parameters
    ----------
    parent : int
        Process id of the parent; that it is gone already is noticed too.
    grace_seconds : float, optional
        A process that is still there so long afterwards ends at once; None: it takes its time.
    """
    threading.Thread(
        target=_watch, args=(parent, grace_seconds), name="parent", daemon=True
    ).start()


def _watch(parent: int, grace_seconds: float | None) -> None:
    # The kernel gives orphans another parent. Unlike a parent's number, that cannot be mistaken.
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    if grace_seconds is not None:
        time.sleep(grace_seconds)
        os._exit(1)

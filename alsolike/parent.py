"""End this process when its parent ends, even when the parent is killed."""

import os
import signal
import threading
import time

_LOOK_SECONDS = 0.25


def end_with_parent(parent: int, *, grace_seconds: float | None = None) -> None:
    """Send this process a SIGTERM once its parent is gone.

    Parameters
    ----------
    parent : int
        Process id of the parent, which may be gone already.
    grace_seconds : float, optional
        If the process has not ended after so many seconds it exits at once; None: no limit.
    """
    threading.Thread(
        target=_watch, args=(parent, grace_seconds), name="parent", daemon=True
    ).start()


def _watch(parent: int, grace_seconds: float | None) -> None:
    # The kernel gives an orphan a new parent. Process ids are reused, so the old one tells nothing.
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    if grace_seconds is not None:
        time.sleep(grace_seconds)
        os._exit(1)

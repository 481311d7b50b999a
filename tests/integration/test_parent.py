"""A process that was told so ends with the one that started it, even by SIGKILL."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.fixtures.waiting import wait_for

ROOT = Path(__file__).parents[2]

# A parent that starts a child, tells its number, and waits.
_PARENT = """
import os, subprocess, sys
arguments = [*sys.argv[1:], str(os.getpid())]
child = subprocess.Popen([sys.executable, *arguments], start_new_session=True, stdout=2)
print(child.pid, flush=True)
sys.stdin.readline()
"""
_STUBBORN = """
import signal, sys, time
from alsolike.parent import end_with_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with_parent(int(sys.argv[1]), grace_seconds=0.2)
while True:
    time.sleep(60)
"""


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("child", [("-c", _STUBBORN), ("-m", "alsolike", "worker", "--parent")])
def test_a_child_ends_with_its_killed_parent(child: tuple[str, ...], s3: str) -> None:
    assert s3
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, *child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    orphan = psutil.Process(int(parent.stdout.readline()))
    # Whether it is up by now or about to begin: it notices in either case.
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    try:
        wait_for(lambda: not _is_at_work(orphan))
    finally:
        if _is_at_work(orphan):
            orphan.kill()


def _is_at_work(process: psutil.Process) -> bool:
    # A zombie has ended, and waits for whoever inherited it to take note.
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False

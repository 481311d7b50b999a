"""Tests wait for what happens, and no test passes or fails by how fast the machine is."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
CLOCK = re.compile(r"time\.sleep|\bmonotonic\(|perf_counter\(|asyncio\.sleep\((?!0\))")

# Why a file may look at a clock.
REASONS = {
    "fixtures/waiting.py": "has the one deadline of all who wait",
    "integration/serving/servers.py": "measures how long visitors wait during a fault",
    "integration/serving/test_connections.py": "waits for sockets, until a deadline",
    "integration/test_parent.py": "makes a child that does nothing",
    "unit/api/test_ladder.py": "makes steps that are slow",
}


def test_no_test_looks_at_a_clock_without_a_reason() -> None:
    looking = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if CLOCK.search(path.read_text())
    }
    assert looking == set(REASONS)

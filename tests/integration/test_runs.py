"""No run stays open in `ops.runs`: what was killed is closed by the next command."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from alsolike.cli import run as alsolike
from alsolike.database import connect
from alsolike.runs import recorded_run
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).parents[2]
KILLED = "the process ended without a word"

_WAITING = """
import sys
from alsolike.runs import recorded_run
with recorded_run("waiting", {}):
    print("begun", flush=True)
    sys.stdin.readline()
"""

# Each command, and a table that it reads or writes while it runs.
COMMANDS: dict[str, LiteralString] = {
    "load shop": "raw.products",
    "embed": "recs.encoders",
    "neighbours": "recs.models",
    "train --name new": "recs.models",
    "promote other": "recs.models",
    "rollback": "recs.promotions",
    "export": "recs.models",
}


def open_runs() -> list[str]:
    return [row[0] for row in run("select command from ops.runs where finished_at is null")]


def start(*arguments: str, folder: Path = ROOT) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_run_is_open_after_a_killed_command_and_the_next(
    command: str, number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_marts()
    add_products("a lamp")
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "products.jsonl").write_text('{"product_id": "new", "title": "New"}\n')
    with connect() as holder:
        holder.execute(
            sql.SQL("lock table {} in access exclusive mode").format(
                sql.Identifier(*COMMANDS[command].split("."))
            )
        )
        with start("-m", "alsolike", *command.split(), folder=tmp_path) as process:
            wait_for(lambda: _is_waiting(holder))
            assert open_runs() == [command.split(maxsplit=1)[0]]
            process.send_signal(number)
            if number == signal.SIGTERM:
                # A statement that waits for a lock is not interrupted: its lock comes.
                holder.rollback()
            process.wait(WITHIN_SECONDS)
    # Nothing was ever promoted: the command fails, and tidies up all the same.
    assert alsolike(["rollback"]) == 1
    capsys.readouterr()
    assert open_runs() == []
    ((error,),) = run("select error from ops.runs order by run_id limit 1")
    assert error == (KILLED if number == signal.SIGKILL else "interrupted")


def _is_waiting(holder: psycopg.Connection[tuple[object, ...]]) -> bool:
    row = holder.execute(
        "select count(*) from pg_locks where not granted and database ="
        " (select oid from pg_database where datname = current_database())"
    ).fetchone()
    return row is not None and row[0] != 0


def test_a_run_of_a_living_process_is_left_alone_and_ends_with_its_own_result() -> None:
    with start("-c", _WAITING) as living:
        assert living.stdout is not None
        assert living.stdout.readline() == "begun\n"
        with recorded_run("other", {}) as counts:
            counts["rows"] = 3
        assert open_runs() == ["waiting"]
        living.communicate("\n")
    assert run("select command, is_success, error from ops.runs order by 1") == [
        ("other", True, None),
        ("waiting", True, None),
    ]


def test_a_run_whose_session_was_lost_is_closed_and_still_ends_with_its_own_result() -> None:
    with recorded_run("lost", {}):
        run("select pg_terminate_backend(backend_pid, 10000) from ops.runs")
        with recorded_run("other", {}):
            assert run("select error from ops.runs where command = 'lost'") == [(KILLED,)]
    assert run("select command, is_success, error from ops.runs order by 1") == [
        ("lost", True, None),
        ("other", True, None),
    ]


def test_an_analyst_can_neither_open_nor_close_a_run() -> None:
    with recorded_run("held", {}):
        with (
            connect(role="alsolike_analyst") as analyst,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            analyst.execute("select pg_terminate_backend(backend_pid) from ops.runs")
        with (
            connect(role="alsolike_analyst") as analyst,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            analyst.execute("select run_id from ops.runs for share")
    assert run("select is_success from ops.runs") == [(True,)]

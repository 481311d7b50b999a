"""The embedded servers: separate homes, shared by commands of one home, stopped by the last."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from alsolike.embedded import embedded_servers
from alsolike.embedded.postgres import embedded_postgres
from alsolike.embedded.s3 import embedded_s3
from alsolike.errors import EmbeddedServerError
from alsolike.settings import load_settings

# Starts the embedded Postgres and S3 of ALSOLIKE_HOME, says so, and waits for its input to close.
HOLDER = """
import sys
from alsolike.embedded import embedded_servers
from alsolike.settings import load_settings
import os
with embedded_servers(load_settings(), with_s3=True):
    print(os.environ["PGHOST"], os.environ["AWS_ENDPOINT_URL_S3"], flush=True)
    sys.stdin.read()
"""


def start_holder(home: Path) -> tuple["subprocess.Popen[str]", str, str]:
    """Start a process that uses the servers of a home; with it the addresses."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        env={**os.environ, "ALSOLIKE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    host, endpoint = process.stdout.readline().split()
    return process, host, endpoint


def end(process: "subprocess.Popen[str]") -> None:
    """Let a holder end by itself."""
    process.communicate("", timeout=60)


def is_postgres_up(host: str) -> bool:
    try:
        with psycopg.connect(host=host, user="postgres", dbname="alsolike", connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def servers_of(home: Path) -> list[str]:
    """Names of the server processes that have the home's path on their command line."""
    return [
        process.info["name"]
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] in {"postgres", "rclone"}
        and any(str(home) in argument for argument in process.info["cmdline"] or [])
    ]


def test_two_homes_are_two_installations_and_the_last_user_stops_each(tmp_path: Path) -> None:
    first, first_host, first_s3 = start_holder(tmp_path / "a")
    second, second_host, second_s3 = start_holder(tmp_path / "b")
    joined, joined_host, joined_s3 = start_holder(tmp_path / "a")
    try:
        assert (joined_host, joined_s3) == (first_host, first_s3)
        assert second_host != first_host
        assert second_s3 != first_s3
        end(first)
        assert is_postgres_up(joined_host), "the other user of this home still needs it"
        end(joined)
        assert servers_of(tmp_path / "a") == []
        assert is_postgres_up(second_host), "another home is none of our business"
    finally:
        end(second)
    assert servers_of(tmp_path) == []


def test_a_killed_command_leaves_nothing_that_the_next_one_does_not_stop(tmp_path: Path) -> None:
    killed, *_ = start_holder(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    following, host, _ = start_holder(tmp_path)
    assert is_postgres_up(host)
    end(following)
    assert servers_of(tmp_path) == []


def test_with_pg_variables_nothing_is_started(
    database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    settings = load_settings()
    assert not settings.is_postgres_embedded
    assert not settings.is_s3_embedded
    with embedded_servers(settings, with_s3=True):
        assert os.environ["PGHOST"] == database["PGHOST"]
    assert servers_of(tmp_path) == []


def test_a_folder_that_cannot_hold_a_server_is_one_clear_error(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedServerError, match="did not start"), embedded_postgres(data):
        pass


def test_a_missing_rclone_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(EmbeddedServerError, match="rclone is not installed"),
        embedded_s3(tmp_path / "s3", "bucket"),
    ):
        pass

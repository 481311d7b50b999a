"""What cannot or must not be served is told before anything starts."""

import dataclasses
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alsolike.cli import run
from alsolike.runs import recorded_run
from alsolike.settings import load_settings
from api.serve import ServeError, serve


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = dataclasses.replace(load_settings(), host="127.0.0.1", port=port)
        with pytest.raises(ServeError, match=f"127.0.0.1:{port}.*ALSOLIKE_PORT") as raised:
            serve(settings)
    assert "\n" not in str(raised.value)


def test_a_host_that_is_not_ours_is_one_clear_line() -> None:
    settings = dataclasses.replace(load_settings(), host="192.0.2.1", port=8000)
    with pytest.raises(ServeError, match="ALSOLIKE_HOST"):
        serve(settings)


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    """Give a function that runs `alsolike serve` on a taken port, and returns what it says."""
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        monkeypatch.setenv("ALSOLIKE_PORT", str(taken.getsockname()[1]))

        def serve_and_read(**variables: str) -> str:
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            assert run(["serve"]) == 1
            return capsys.readouterr().err

        yield serve_and_read


NOT_THERE = {"PGHOST": "127.0.0.1", "PGPORT": "1"}


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "shop.example"],  # noqa: S104  (it is refused)
)
def test_an_open_api_is_not_served_to_others(host: str, told: Callable[..., str]) -> None:
    said = told(ALSOLIKE_HOST=host, **NOT_THERE)
    assert f"ALSOLIKE_HOST is {host}" in said
    assert "ALSOLIKE_API_KEYS" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize(
    ("variable", "value"),
    [("ALSOLIKE_THEME", "no-such-folder"), ("ALSOLIKE_PAGE_LANGUAGES", "tlh")],
)
def test_a_look_that_cannot_be_read_is_one_line_before_anything_starts(
    command: str,
    variable: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    assert run([command]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert variable in said.err
    assert value in said.err


@pytest.mark.parametrize(
    "variables",
    [
        {"ALSOLIKE_HOST": "192.0.2.1", "ALSOLIKE_API_KEYS": "k" * 16},
        {"ALSOLIKE_HOST": "127.0.0.1"},
        {"ALSOLIKE_HOST": "127.0.0.2"},
        {},
    ],
)
def test_a_closed_api_or_our_own_machine_is_served(
    variables: dict[str, str], told: Callable[..., str]
) -> None:
    assert "Cannot serve at" in told(**variables, **NOT_THERE), "it came as far as the address"


@pytest.mark.parametrize(
    ("runs", "variables", "told_of"),
    [
        (["demo"], {}, set()),
        (["demo", "load"], {}, {"ALSOLIKE_SMTP_HOST"}),
        (
            ["load"],
            {"ALSOLIKE_ALLOWED_HOSTS": "*"},
            {"ALSOLIKE_SMTP_HOST", "ALSOLIKE_PUBLIC_ORIGIN"},
        ),
        (["load"], {"ALSOLIKE_PAGES": "false", "ALSOLIKE_ALLOWED_HOSTS": "*"}, set()),
        (
            ["load"],
            {"ALSOLIKE_SMTP_HOST": "mail.example", "ALSOLIKE_MAIL_FROM": "shop@example.com"},
            set(),
        ),
    ],
)
def test_who_starts_the_site_is_told_what_accounts_lack(
    database: dict[str, str],
    told: Callable[..., str],
    runs: list[str],
    variables: dict[str, str],
    told_of: set[str],
) -> None:
    for command in runs:
        with recorded_run(command, {}):
            pass
    said = told(**database, **variables)
    names = {"ALSOLIKE_SMTP_HOST", "ALSOLIKE_PUBLIC_ORIGIN"}
    assert {name for name in names if name in said} == told_of


@pytest.mark.usefixtures("database")
def test_the_demo_stays_out_of_a_database_with_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    with recorded_run("load", {}):
        pass
    assert run(["demo", "--no-serve"]) == 1
    assert "Data was loaded into this database" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()

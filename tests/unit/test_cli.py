"""The command line: exit codes, one-line errors, help."""

import pytest

from alsolike.cli import commands, run


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in commands.commands)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: alsolike " + name in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["load"], ["load", "no-such-folder"], ["neighbours", "--k", "0"]],
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("number", ["nan", "-1", "inf", "-inf", "0,5", ""])
@pytest.mark.parametrize("limit", ["coverage", "gini", "loss", "latency"])
def test_a_limit_that_would_let_everything_pass_is_no_limit(
    limit: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["promote", "trained-1", "--limit", f"{limit}={number}"]) == 2
    assert f"{limit}={number} needs a number" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["trained", "popular", "ease-aged", "a,b"])
def test_a_model_has_a_name_that_evaluate_can_be_given(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "--name", name]) == 2
    assert "evaluate" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", " ", "a ", "a\nb", "a\x00", "\u202ea"])
def test_a_model_has_a_name_that_can_be_typed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "--name", name]) == 2
    assert "a name has a character" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate", "promote x", "demo"])
@pytest.mark.parametrize("seed", ["-1", "4294967296", "99999999999999999999"])
def test_a_seed_that_nothing_could_be_drawn_with_is_refused_at_once(
    command: str, seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command.split(), "--seed", seed]) == 2
    assert "is not in the range" in capsys.readouterr().err


def test_a_share_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--cold-share", "nan"]) == 2
    assert "nan is no number" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["erase", "shopper-data"])
@pytest.mark.parametrize("shopper", ["", " ", "\t\n"])
def test_a_blank_shopper_is_refused(
    command: str, shopper: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a variable is that is not set: every file has nothing in it."""
    assert run([command, shopper]) == 2
    assert "it is blank: give the shopper's id." in capsys.readouterr().err


def test_a_bad_setting_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALSOLIKE_PORT", "eighty")
    assert run(["migrate"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "ALSOLIKE_PORT is 'eighty'" in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["migrate"],
        ["transform"],
        ["embed"],
        ["neighbours"],
        ["train"],
        ["evaluate"],
        ["promote", "trained-1"],
        ["rollback"],
        ["export"],
        ["worker"],
    ],
)
def test_no_database_is_one_line_and_exit_code_1(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    assert run(arguments) == 1
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert "Cannot reach the database" in error

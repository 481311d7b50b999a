"""What a long command tells of its steps where there is no terminal."""

import pytest

from alsolike import progress
from alsolike.progress import report_steps


def test_steps_are_numbered_and_what_goes_on_within_one_is_not_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with report_steps(2) as (begin, report):
        begin("Loading")
        for done in range(3):
            report("load views.csv", done, 3)
        begin("Training")
        report("weights", 10, 10)
        report("weights", 10, 10)
    assert capsys.readouterr().err.splitlines() == ["1 of 2 Loading", "2 of 2 Training"]


def test_a_long_step_says_every_half_minute_that_it_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 10.0, 31.0, 40.0, 95.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(moments))
    with report_steps(1) as (begin, report):
        begin("Training")
        for _ in range(4):
            report("weights", 1, 10)
    lines = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert lines[1:] == [["…", "0:31", "min"], ["…", "1:35", "min"]]

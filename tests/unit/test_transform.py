"""What is made of dbt's lines and results, without dbt."""

import json
from pathlib import Path

import pytest

from alsolike.errors import TransformError
from alsolike.transform import (
    ExcludedVisitors,
    NodesFailedError,
    TransformSummary,
    _follow,
    _summarise,
)


def event(name: str, *, level: str = "info", message: str = "", **data: object) -> str:
    """Give a line as dbt prints it."""
    return json.dumps({"info": {"name": name, "level": level, "msg": message}, "data": data})


def results(folder: Path, *nodes: dict[str, object]) -> Path:
    """Write a `run_results.json`."""
    path = folder / "run_results.json"
    path.write_text(json.dumps({"results": list(nodes)}))
    return path


def test_follow_counts_finished_nodes() -> None:
    reports: list[tuple[str, int, int | None]] = []
    lines = [
        event("MainReportVersion"),
        event("LogStartLine", index=1, total=3),
        event("LogModelResult", index=1, total=3),
        event("LogStartLine", index=2, total=3),
        event("LogTestResult", index=2, num_models=3),
        event("SkippingDetails", index=3, total=3),
    ]
    complaint = _follow(lines, lambda *progress: reports.append(progress))
    assert complaint == ""
    assert reports == [("transform", done, 3) for done in range(4)]


def test_follow_keeps_the_last_complaint() -> None:
    lines = [event("A", level="error", message="first"), "Traceback (most recent call last)\n"]
    assert _follow(lines, lambda *_: None) == "Traceback (most recent call last)\n"


def test_summary_counts_by_status(tmp_path: Path) -> None:
    path = results(
        tmp_path,
        {"status": "success", "unique_id": "model.alsolike.a", "message": "SELECT 1"},
        {"status": "pass", "unique_id": "test.alsolike.b.0123456789", "message": None},
        {"status": "pass", "unique_id": "test.alsolike.c.0123456789", "message": None},
    )
    summary = _summarise(path, "", tmp_path / "dbt.log", 1.26)
    assert summary.as_dict() == {
        "nodes": {"success": 1, "pass": 2},
        "seconds": 1.3,
        "excluded": [],
    }
    assert summary.text() == "Transformed in 1 s: 2 pass, 1 success."


def test_who_is_left_out_is_said_in_one_line() -> None:
    bot = ExcludedVisitors("acts", 500, 1, 3000)
    assert TransformSummary({"pass": 1}, 1.0, [bot]).text() == (
        "Transformed in 1 s: 1 pass.\n"
        "Left out 1 visitor with 3,000 events, who did more on one day than a person does: "
        "1 with more than 500 views, reviews and orders (marts.excluded_visitor_counts)."
    )
    resellers = ExcludedVisitors("orders", 50, 2, 690)
    assert (
        TransformSummary({}, 1.0, [bot, resellers])
        .text()
        .endswith(
            "Left out 3 visitors with 3,690 events, who did more on one day than a person does: "
            "1 with more than 500 views, reviews and orders, 2 with more than 50 orders "
            "(marts.excluded_visitor_counts)."
        )
    )


def test_every_failure_is_one_line_and_the_first_is_the_message(tmp_path: Path) -> None:
    path = results(
        tmp_path,
        {
            "status": "error",
            "unique_id": "model.alsolike.stg_products",
            "message": "Database Error in model stg_products (models/staging/stg_products.sql)\n"
            '  column "brand" does not exist\n  LINE 9: brand',
        },
        {"status": "skipped", "unique_id": "model.alsolike.product_pairs", "message": None},
        {
            "status": "fail",
            "unique_id": "test.alsolike.is_positive_a_weight.0123456789",
            "message": "Got 2 results, configured to fail if != 0",
        },
        {
            "status": "fail",
            "unique_id": "unit_test.alsolike.product_pairs.pairs_go_both_ways",
            "message": "actual differs from expected:\n\n@@,kind\n",
        },
    )
    with pytest.raises(NodesFailedError) as caught:
        _summarise(path, "", tmp_path / "dbt.log", 1.0)
    assert caught.value.failures == [
        'model stg_products: column "brand" does not exist',
        "test is_positive_a_weight: Got 2 results, configured to fail if != 0",
        "unit test product_pairs.pairs_go_both_ways: actual differs from expected:",
    ]
    assert str(caught.value) == (
        'Transform failed at model stg_products: column "brand" does not exist (2 more failed). '
        f"The whole log: {tmp_path / 'dbt.log'}"
    )


@pytest.mark.parametrize(
    "complaint",
    [
        "Encountered an error:\nCompilation Error\n  Model x depends on y",
        "Traceback (most recent call last):\n  File 'x', line 1\nModel x depends on y\n",
        "Model x depends on y",
    ],
)
def test_no_results_tell_the_complaint(tmp_path: Path, complaint: str) -> None:
    with pytest.raises(TransformError, match="dbt could not begin: Model x depends on y"):
        _summarise(tmp_path / "run_results.json", complaint, tmp_path / "dbt.log", 1.0)


def test_an_empty_selection_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TransformError, match="Nothing was selected"):
        _summarise(results(tmp_path), "", tmp_path / "dbt.log", 1.0)

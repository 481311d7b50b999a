"""The summary for people."""

from alsolike.loading.summary import FileSummary, LoadSummary, Rejection


def test_text_is_an_aligned_table_with_a_total_notes_and_reasons() -> None:
    reasons = [Rejection(rows=1, line=7, reason="title is missing")]
    summary = LoadSummary(
        [FileSummary("products.csv", 1200, 0, 1, 0, reasons), FileSummary("v.csv", 5, 7, 0, 2)]
    )
    summary.note("Times without a zone were taken as UTC.")
    summary.note("Times without a zone were taken as UTC.")
    assert summary.text().splitlines() == [
        "file          loaded  unchanged  rejected  not kept",
        "products.csv   1,200          0         1         0",
        "v.csv              5          7         0         2",
        "total          1,205          7         1         2",
        "note: Times without a zone were taken as UTC.",
        "products.csv: 1 of 1,201 rows was rejected, most often because:",
        "  1 row, first line 7: title is missing",
        "All of them: alsolike psql -c 'select source, line, ids, reason from raw.rejected_rows'",
    ]
    shown = summary.as_dict()
    assert shown["total"] == {"loaded": 1205, "unchanged": 7, "rejected": 1, "not_kept": 2}
    assert shown["files"][0]["reasons"] == [{"rows": 1, "line": 7, "reason": "title is missing"}]
    assert not summary.has_mostly_rejected


def test_a_file_that_was_rejected_is_told_in_words() -> None:
    summary = LoadSummary([FileSummary("a.csv", 0, 0, 1), FileSummary("b.csv", 1, 0, 2)])
    summary.files.append(FileSummary("c.csv", 0, 0, 3))
    assert summary.has_mostly_rejected
    assert summary.rejected_text() == (
        "a.csv: its only row was rejected. b.csv: 2 of 3 rows were rejected. "
        "c.csv: all 3 rows were rejected."
    )

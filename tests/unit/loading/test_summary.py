"""The summary for people."""

from alsolike.loading.summary import FileSummary, LoadSummary


def test_text_is_an_aligned_table_with_a_total() -> None:
    summary = LoadSummary([FileSummary("products.csv", 1200, 0, 1), FileSummary("v.csv", 5, 7, 0)])
    summary.note("Times without a zone were taken as UTC.")
    summary.note("Times without a zone were taken as UTC.")
    assert summary.text().splitlines() == [
        "file          loaded  unchanged  rejected",
        "products.csv   1,200          0         1",
        "v.csv              5          7         0",
        "total          1,205          7         1",
        "note: Times without a zone were taken as UTC.",
        "The rejected rows and their reasons are in raw.rejected_rows.",
    ]
    assert summary.as_dict()["total"] == {"loaded": 1205, "unchanged": 7, "rejected": 1}

"""Rows that cannot be meant are refused, with what, where and what to do."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from alsolike.experiments.statistics.errors import RowsError
from alsolike.experiments.statistics.metrics import Measure
from alsolike.experiments.statistics.rows import read_rows

ARMS = ("control", "new")
REVENUE = Measure("revenue", "amount")
ORDERS = Measure("orders", "count")
CONVERTED = Measure("converted", "flag")


def test_rows_are_split_by_arm() -> None:
    table = {"arm": ["new", "control", "new"], "revenue": [1, 2.5, 3], "orders": [1, 2, 0]}
    rows = read_rows(table, ARMS, [REVENUE, ORDERS])
    assert rows.counts == {"control": 1, "new": 2}
    assert rows.of_arm("new", ["orders", "revenue"]).tolist() == [[1, 0], [1, 3]]


def test_money_from_postgres_and_flags_are_numbers() -> None:
    table = pa.table(
        {
            "arm": ["new", "new"],
            "revenue": [Decimal("19.90"), Decimal(0)],
            "converted": [True, False],
        }
    )
    rows = read_rows(table, ARMS, [REVENUE, CONVERTED])
    assert rows.columns["revenue"].tolist() == pytest.approx([19.9, 0])
    assert rows.columns["converted"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([1, 2], "cannot be read from list"),
        ({"arm": ["new"], "revenue": [1, 2]}, "cannot be read from dict"),
        ({"revenue": [1.0]}, "need one column 'arm', the arm of each shopper; they have revenue"),
        ({"arm": ["new"]}, "need one column 'revenue', the amount of each shopper; they have arm"),
        (
            {"arm": ["new", None], "revenue": [1, 2]},
            "'arm' has 1 missing values, the first in row 1",
        ),
        ({"arm": ["new", "old"], "revenue": [1, 2]}, "Row 1 has the arm 'old', which is none of"),
        ({"arm": ["new"], "revenue": ["1"]}, "Column 'revenue' holds string: it has to hold numb"),
        (
            {"arm": ["new"] * 3, "revenue": [1, None, None]},
            "'revenue' has 2 missing values, the fi",
        ),
        ({"arm": ["new"] * 2, "revenue": np.array([1, np.nan])}, "'revenue' is nan in row 1 and"),
        ({"arm": ["new"] * 2, "revenue": [1.0, float("inf")]}, "'revenue' is inf in row 1 and not"),
    ],
    ids=["list", "lengths", "no-arm", "no-column", "null-arm", "arm", "text", "null", "nan", "inf"],
)
def test_rows_that_cannot_be_read_are_refused(table: object, message: str) -> None:
    with pytest.raises(RowsError, match=message):
        read_rows(table, ARMS, [REVENUE])


@pytest.mark.parametrize(
    ("measure", "values", "message"),
    [
        (ORDERS, [0, -1], "Column 'orders' is -1 in row 1, and a whole number from 0 up is needed"),
        (ORDERS, [0, 1.5], "Column 'orders' is 1.5 in row 1"),
        (CONVERTED, [2, 1], "Column 'converted' is 2 in row 0, and 0 or 1 is needed: it is a flag"),
        (CONVERTED, [0.5, -1], "So it is in 2 rows"),
    ],
    ids=["negative", "half", "twice", "many"],
)
def test_a_number_that_cannot_be_is_refused(
    measure: Measure, values: list[float], message: str
) -> None:
    with pytest.raises(RowsError, match=message):
        read_rows({"arm": ["new", "new"], measure.column: values}, ARMS, [measure])


def test_the_same_column_twice_is_refused() -> None:
    table = pa.Table.from_arrays(
        [pa.array(["new"]), pa.array([1]), pa.array([2])], ["arm", "x", "x"]
    )
    with pytest.raises(RowsError, match="need one column 'x'"):
        read_rows(table, ARMS, [Measure("x", "amount")])

"""Reading the rows of an experiment, one per shopper, and refusing what cannot be meant."""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportAttributeAccessIssue=false

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from alsolike.experiments.statistics.errors import RowsError
from alsolike.experiments.statistics.metrics import ARM, Kind, Measure


@dataclass(frozen=True, eq=False, slots=True)
class ShopperRows:
    """One row for each shopper who was assigned.

    Attributes
    ----------
    members : dict of str to ndarray, shape (n_shoppers_of_arm,), int64
        The rows of each arm; empty for an arm that nobody has.
    columns : dict of str to ndarray, shape (n_shoppers,), float64
        The measures by column; finite.
    """

    members: Mapping[str, NDArray[np.int64]]
    columns: Mapping[str, NDArray[np.float64]]

    @property
    def counts(self) -> dict[str, int]:
        """The number of shoppers of each arm."""
        return {arm: len(rows) for arm, rows in self.members.items()}

    def of_arm(self, arm: str, columns: Sequence[str]) -> NDArray[np.float64]:
        """Return some columns of an arm, shape (n_columns, n_shoppers_of_arm)."""
        rows = self.members[arm]
        return np.stack([self.columns[column][rows] for column in columns])


def read_rows(table: object, arms: Sequence[str], measures: Iterable[Measure]) -> ShopperRows:
    """Read the rows of an experiment.

    Parameters
    ----------
    table : pyarrow.Table, pandas.DataFrame, or mapping of str to array
        Anything that `pyarrow.table` takes. One row per shopper who was assigned, also those who
        did nothing: the column `arm`, and a number for each measure.
    arms : sequence of str
        The arms of the experiment.

    Raises
    ------
    RowsError
        A column is missing or has no numbers, a value is missing or cannot be, or an arm is none of
        the experiment's.
    """
    try:
        rows = pa.table(table)
    except (TypeError, ValueError, pa.ArrowException) as error:
        message = (
            f"The rows of an experiment cannot be read from {type(table).__name__}: {error} Give a "
            "pyarrow table, a pandas data frame, or arrays of one length by column."
        )
        raise RowsError(message) from error
    members = _members(_column(rows, ARM, "the arm of each shopper"), arms)
    columns = {
        measure.column: _numbers(
            _column(rows, measure.column, f"the {measure.kind} of each shopper"), measure
        )
        for measure in measures
    }
    return ShopperRows(members, columns)


def _column(rows: pa.Table, name: str, meaning: str) -> pa.ChunkedArray:
    """Return a column without missing values."""
    places = rows.schema.get_all_field_indices(name)
    if len(places) != 1:
        there = ", ".join(rows.column_names)
        message = (
            f"The rows of the experiment need one column {name!r}, {meaning}; they have {there}."
        )
        raise RowsError(message)
    column = rows.column(places[0])
    if column.null_count:
        first = int(np.flatnonzero(column.is_null().to_numpy())[0])
        message = (
            f"Column {name!r} has {column.null_count:,} missing values, the first in row {first}: "
            "give 0 for a shopper who did nothing, and leave out who was not assigned."
        )
        raise RowsError(message)
    return column


def _members(column: pa.ChunkedArray, arms: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    plain = column.cast(pa.string())
    # Rows by arm in one pass, in the order of `arms`.
    codes = pc.index_in(plain, value_set=pa.array(arms, pa.string()))
    if codes.null_count:
        first = int(np.flatnonzero(codes.is_null().to_numpy())[0])
        message = (
            f"Row {first} has the arm {plain[first].as_py()!r}, which is none of {', '.join(arms)}:"
            " name it among the shares, or leave its rows out."
        )
        raise RowsError(message)
    numbers = codes.to_numpy()
    return {arm: np.flatnonzero(numbers == place) for place, arm in enumerate(arms)}


# What each kind may not be, and how a message says what it has to be.
_REFUSED: Mapping[Kind, tuple[Callable[[NDArray[np.float64]], NDArray[np.bool_]], str]] = {
    "flag": (lambda values: (values != 0) & (values != 1), "0 or 1"),
    "count": (lambda values: (values < 0) | (values % 1 != 0), "a whole number from 0 up"),
    "amount": (np.zeros_like, "a number"),
}


def _numbers(column: pa.ChunkedArray, measure: Measure) -> NDArray[np.float64]:
    kind = column.type
    if not (_is_number(kind) or pa.types.is_boolean(kind)):
        message = f"Column {measure.column!r} holds {kind}: it has to hold numbers."
        raise RowsError(message)
    values: NDArray[np.float64] = column.cast(pa.float64(), safe=False).to_numpy()
    not_finite = ~np.isfinite(values)
    if not_finite.any():
        first = int(np.flatnonzero(not_finite)[0])
        message = (
            f"Column {measure.column!r} is {values[first]} in row {first} and not finite in "
            f"{np.count_nonzero(not_finite):,} rows: give 0 for a shopper who did nothing."
        )
        raise RowsError(message)
    refuses, wanted = _REFUSED[measure.kind]
    refused = refuses(values).astype(np.bool_)
    if refused.any():
        first = int(np.flatnonzero(refused)[0])
        message = (
            f"Column {measure.column!r} is {values[first]:g} in row {first}, and {wanted} is "
            f"needed: it is a {measure.kind}. So it is in {np.count_nonzero(refused):,} rows; mend "
            "what makes them."
        )
        raise RowsError(message)
    return values


def _is_number(kind: Any) -> bool:  # noqa: ANN401  (pyarrow's types are of many classes)
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)

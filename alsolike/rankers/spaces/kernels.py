"""Loops over matrices that would take NumPy and SciPy many passes.

Numba compiles each when it is first called, in a second or two, and keeps it for the next process
where it can write to a folder. `size` is the number of a sparse matrix's columns.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numba  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
from numpy.typing import NDArray

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
_Function = Callable[_Parameters, _Result]

# Entries that are compared before it is asked whether there are enough.
_LOOKED_AT = 64

_Integers = NDArray[np.integer[Any]]
_Floats = NDArray[np.float32]
_Flags = NDArray[np.bool_]


class Rows(NamedTuple):
    """A sparse matrix: `indptr`, `indices` and `data` of a `scipy.sparse.csr_matrix`."""

    pointers: _Integers
    columns: _Integers
    values: _Floats


class ScoredRows(NamedTuple):
    """A sparse matrix whose entries have several scores: shape (n_entries, n_scores)."""

    pointers: _Integers
    columns: _Integers
    scores: _Floats


class Limits(NamedTuple):
    """How many entries of each row count.

    Attributes
    ----------
    ranks : ndarray, shape (n_ways, n_entries), int32
        Of each entry in its row, from 1; one row where it is the same by every way, none where all
        entries count.
    depths : ndarray, shape (n_ways, n_given), float64
        Greatest rank that counts.
    """

    ranks: NDArray[np.int32]
    depths: NDArray[np.float64]


class Symmetric(NamedTuple):
    """A symmetric matrix: its diagonal, and each pair in one of the two rows at least.

    A row is from its `starts` up to its `stops` in `others`, the numbers of the other rows, and in
    `values`.
    """

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    others: NDArray[np.int32]
    values: _Floats
    diagonal: _Floats


def _compiled(function: _Function[_Parameters, _Result]) -> _Function[_Parameters, _Result]:
    """Compile a function that runs without Python's lock, so that several cores run it.

    Sums may be taken in another order than they are written in, several terms at a time.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": {"reassoc", "contract"}}
    jit: Any = numba.njit
    try:
        return jit(cache=True, **options)(function)
    except RuntimeError:
        # No folder can be written to: each process compiles for itself.
        return jit(**options)(function)


@_compiled
def _least_of_best(scores: _Floats, most: int) -> np.float32:
    """Return the least of the greatest scores, so many; there are more."""
    return np.partition(scores, len(scores) - most)[len(scores) - most]


@_compiled
def _keep_best(columns: NDArray[np.int32], values: NDArray[np.float32], most: int) -> np.float32:
    """Move the greatest values to the front, of equal ones the first; return the least of them."""
    least = _least_of_best(values, most)
    equal = most - np.count_nonzero(values > least)
    kept = 0
    for place in range(len(values)):
        value = values[place]
        if value > least or (value == least and equal > 0):
            equal -= value == least
            columns[kept], values[kept] = columns[place], value
            kept += 1
    return least


@_compiled
def _take_best(
    sums: NDArray[np.float32],
    touched: _Integers,
    most: int,
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
) -> int:
    """Write the greatest sums above 0, and set all to 0; return how many are written.

    There is room for twice as many as are wanted: whenever it is full the best are kept, and only
    what is above them gets in.
    """
    kept, least = 0, np.float32(0)
    for column in touched:
        value, sums[column] = sums[column], 0
        if value > least:
            columns[kept], values[kept] = column, value
            kept += 1
            if kept == len(columns):
                least = _keep_best(columns, values, most)
                kept = most
    if kept > most:
        _keep_best(columns[:kept], values[:kept], most)
        kept = most
    return kept


@_compiled
def _add_row(
    left: Rows, right: Rows, row: int, sums: NDArray[np.float32], touched: _Integers
) -> int:
    """Add up a row of L R where all sums are 0; write the columns of terms above 0, as first met.

    Return how many those columns are.
    """
    count = 0
    for entry in range(left.pointers[row], left.pointers[row + 1]):
        middle, weight = left.columns[entry], left.values[entry]
        for place in range(right.pointers[middle], right.pointers[middle + 1]):
            term = weight * right.values[place]
            if term > 0:
                column = right.columns[place]
                if sums[column] == 0:
                    touched[count] = column
                    count += 1
                sums[column] += term
    return count


@_compiled
def best_of_rows(
    left: Rows, right: Rows, size: int, most: int, best: Rows, *, is_sorted: bool
) -> NDArray[np.int64]:
    """Write the greatest entries above 0 of each row of L R, at most `most` of them.

    All values are 0 or above. Of equal entries those are kept that are met first, row of R by row
    of R. A row's are written from its pointer in `best` on, where there must be room for them.
    Return how many each row has.

    Parameters
    ----------
    is_sorted : bool
        Whether columns should be ascending, which takes time of its own.
    """
    sizes = np.zeros(len(left.pointers) - 1, np.int64)
    sums = np.zeros(size, np.float32)
    touched = np.empty(size, np.int32)
    columns = np.empty(2 * most, np.int32)
    values = np.empty(2 * most, np.float32)
    for row in range(len(sizes)):
        count = _add_row(left, right, row, sums, touched)
        kept = _take_best(sums, touched[:count], most, columns, values)
        room = slice(best.pointers[row], best.pointers[row] + kept)
        if is_sorted:
            order = np.argsort(columns[:kept])
            best.columns[room], best.values[room] = columns[order], values[order]
        else:
            best.columns[room], best.values[room] = columns[:kept], values[:kept]
        sizes[row] = kept
    return sizes


@_compiled
def best_of_rows_and_scaled(
    left: Rows,
    right: Rows,
    scales: NDArray[np.float32],
    most: tuple[int, int],
    best: tuple[Rows, Rows],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write the greatest entries above 0 of each row of L R, and those of L R diag(s).

    The same as `best_of_rows` of both, unsorted, but rows are added up once.

    Parameters
    ----------
    scales : ndarray, shape (n_columns,)
        Each is above 0 where the column has an entry.
    """
    count = len(left.pointers) - 1
    sizes = np.zeros(count, np.int64), np.zeros(count, np.int64)
    sums, scaled = np.zeros(len(scales), np.float32), np.zeros(len(scales), np.float32)
    touched = np.empty(len(scales), np.int32)
    columns = np.empty(2 * max(most), np.int32)
    values = np.empty(2 * max(most), np.float32)
    for row in range(count):
        width = _add_row(left, right, row, sums, touched)
        for column in touched[:width]:
            scaled[column] = sums[column] * scales[column]
        for number, own in enumerate((sums, scaled)):
            room = 2 * most[number]
            kept = _take_best(own, touched[:width], most[number], columns[:room], values[:room])
            first = best[number].pointers[row]
            best[number].columns[first : first + kept] = columns[:kept]
            best[number].values[first : first + kept] = values[:kept]
            sizes[number][row] = kept
    return sizes


@_compiled
def product_costs(
    pointers: _Integers, columns: _Integers, right_pointers: _Integers
) -> NDArray[np.int64]:
    """Return how many multiplications each row of L R takes: shape (n_rows,).

    The first two are those of L.
    """
    costs = np.zeros(len(pointers) - 1, np.int64)
    for row in range(len(costs)):
        for middle in columns[pointers[row] : pointers[row + 1]]:
            costs[row] += right_pointers[middle + 1] - right_pointers[middle]
    return costs


@_compiled
def product_at(
    left: Rows, right: Rows, size: int, asked_pointers: _Integers, asked_columns: _Integers
) -> _Floats:
    """Return the entries of L R at the places of a pattern, which may come in any order."""
    results = np.empty(len(asked_columns), np.float32)
    sums = np.zeros(size, np.float32)
    for row in range(len(left.pointers) - 1):
        for entry in range(left.pointers[row], left.pointers[row + 1]):
            middle, weight = left.columns[entry], left.values[entry]
            for place in range(right.pointers[middle], right.pointers[middle + 1]):
                sums[right.columns[place]] += weight * right.values[place]
        for place in range(asked_pointers[row], asked_pointers[row + 1]):
            results[place] = sums[asked_columns[place]]
        for middle in left.columns[left.pointers[row] : left.pointers[row + 1]]:
            for column in right.columns[right.pointers[middle] : right.pointers[middle + 1]]:
                sums[column] = 0
    return results


@_compiled
def inner_products_of_rows(
    matrix: Rows, size: int, given: _Integers, asked_pointers: _Integers, asked_rows: _Integers
) -> _Floats:
    """Return the inner products of given rows of a matrix with the rows that each asks for."""
    results = np.empty(len(asked_rows), np.float32)
    own = np.zeros(size, np.float32)
    for number in range(len(given)):
        first, end = matrix.pointers[given[number]], matrix.pointers[given[number] + 1]
        for place in range(first, end):
            own[matrix.columns[place]] = matrix.values[place]
        for asked in range(asked_pointers[number], asked_pointers[number + 1]):
            row = asked_rows[asked]
            total = np.float32(0)
            for place in range(matrix.pointers[row], matrix.pointers[row + 1]):
                total += own[matrix.columns[place]] * matrix.values[place]
            results[asked] = total
        for place in range(first, end):
            own[matrix.columns[place]] = 0
    return results


@_compiled
def inner_products(
    left: _Floats, right: _Floats, asked_pointers: _Integers, asked_rows: _Integers
) -> _Floats:
    """Return the inner products of the rows on the left with those on the right each asks for."""
    results = np.empty(len(asked_rows), np.float32)
    for number in range(len(left)):
        for asked in range(asked_pointers[number], asked_pointers[number + 1]):
            row = asked_rows[asked]
            total = np.float32(0)
            for place in range(left.shape[1]):
                total += left[number, place] * right[row, place]
            results[asked] = total
    return results


@_compiled
def is_best(pointers: _Integers, values: _Floats, most: int) -> _Flags:
    """Return which entries are the greatest of each row, at most `most`; of equal ones the first.

    They may be below 0.
    """
    is_kept = np.ones(len(values), np.bool_)
    for row in range(len(pointers) - 1):
        first, end = pointers[row], pointers[row + 1]
        count = end - first
        if count <= most:
            continue
        least = _least_of_best(values[first:end], most)
        above = 0
        for place in range(first, end):
            above += values[place] > least
        equal = most - above
        for place in range(first, end):
            if values[place] == least and equal > 0:
                equal -= 1
            else:
                is_kept[place] = values[place] > least
    return is_kept


@_compiled
def best_of_groups(
    pointers: _Integers,
    values: _Floats,
    groups: _Integers,
    is_in_stock: _Flags,
    own: _Integers,
) -> tuple[NDArray[np.float32], _Flags]:
    """Keep one entry of each group in a row, with the value of the greatest, and none of its own.

    That is the first of the greatest in stock, or of all where none is. Return the values, and
    which entries are kept.

    Parameters
    ----------
    groups, is_in_stock : ndarray, shape (n_entries,)
        Number of each entry's group, -1 where it is of none; and whether it can be shown.
    own : ndarray, shape (n_rows,)
        The group of each row.
    """
    kept_values, is_kept = values.copy(), groups < 0
    # Of each group the entry that is kept, in the present row.
    chosen = np.full(groups.max() + 1, -1, np.int64)
    for row in range(len(pointers) - 1):
        for entry in range(pointers[row], pointers[row + 1]):
            group = groups[entry]
            if group < 0 or group == own[row]:
                continue
            before = chosen[group]
            if before < 0:
                chosen[group], is_kept[entry] = entry, True
                continue
            greatest = max(kept_values[before], values[entry])
            is_better = values[entry] > values[before]
            if is_in_stock[entry] != is_in_stock[before]:
                is_better = is_in_stock[entry]
            if is_better:
                is_kept[before], is_kept[entry] = False, True
                chosen[group] = entry
            kept_values[chosen[group]] = greatest
        for entry in range(pointers[row], pointers[row + 1]):
            if groups[entry] >= 0:
                chosen[groups[entry]] = -1
    return kept_values, is_kept


@_compiled
def mark_columns(pointers: _Integers, columns: _Integers, given: _Integers, size: int) -> _Flags:
    """Return which columns some rows have an entry in: shape (size,)."""
    is_there = np.zeros(size, np.bool_)
    for row in given:
        for column in columns[pointers[row] : pointers[row + 1]]:
            is_there[column] = True
    return is_there


@_compiled
def ranks_of_entries(pointers: _Integers, values: _Floats) -> NDArray[np.int32]:
    """Return the rank of each entry among those of its row, the greatest first, from 1."""
    ranks = np.empty(len(values), np.int32)
    for row in range(len(pointers) - 1):
        first = pointers[row]
        order = np.argsort(-values[first : pointers[row + 1]], kind="mergesort")
        for place in range(len(order)):
            ranks[first + order[place]] = place + 1
    return ranks


@_compiled
def ranks_among(
    scores: _Floats, rows: _Integers, columns: _Integers, most: float
) -> NDArray[np.float64]:
    """Return the rank of some entries among those of their rows, the greatest first, from 0.

    Ties count half: equal entries share the middle of their ranks. It is infinite for a rank of
    `most` or more, and for an entry that is not above 0.

    Parameters
    ----------
    scores : ndarray, shape (n_rows, n_columns)
    rows, columns : ndarray, shape (n_entries,)
    """
    ranks = np.full(len(rows), np.inf)
    for number in range(len(rows)):
        row = scores[rows[number]]
        own = row[columns[number]]
        if not own > 0:
            continue
        # Twice the rank: 2 for each that is greater, 1 for each that is as great, itself included.
        twice = np.int32(-1)
        for start in range(0, len(row), _LOOKED_AT):
            for score in row[start : start + _LOOKED_AT]:
                twice += np.int32(score > own) + np.int32(score >= own)
            if twice >= 2 * most:
                break
        else:
            ranks[number] = twice / 2
    return ranks


@_compiled
def _write_block(
    matrix: Symmetric, block: _Integers, places: _Integers, dense: NDArray[np.float32]
) -> None:
    """Write a block of a matrix; a row of -1 is joined with no other, and has 1 in the diagonal."""
    dense[:] = 0
    for own in range(len(block)):
        if block[own] >= 0:
            places[block[own]] = own
    for own in range(len(block)):
        product = block[own]
        if product < 0:
            dense[own, own] = 1
            continue
        dense[own, own] = matrix.diagonal[product]
        for entry in range(matrix.starts[product], matrix.stops[product]):
            other = places[matrix.others[entry]]
            if other >= 0:
                dense[own, other] = matrix.values[entry]
                dense[other, own] = matrix.values[entry]
    for product in block:
        if product >= 0:
            places[product] = -1


@_compiled
def _factorise(dense: _Floats, ridge: np.float32, lower: _Floats) -> bool:
    """Write the Cholesky factor of A + λI; return whether that is positive definite."""
    for row in range(len(dense)):
        for column in range(row):
            total = dense[row, column]
            for place in range(column):
                total -= lower[row, place] * lower[column, place]
            lower[row, column] = total / lower[column, column]
        total = dense[row, row] + ridge
        for place in range(row):
            total -= lower[row, place] * lower[row, place]
        if not total > 0:
            return False
        lower[row, row] = np.sqrt(total)
    return True


@_compiled
def _solve(lower: _Floats, right: _Floats, solution: _Floats) -> None:
    """Write the solution of L Lᵀ x = r."""
    for row in range(len(lower)):
        total = right[row]
        for place in range(row):
            total -= lower[row, place] * solution[place]
        solution[row] = total / lower[row, row]
    for row in range(len(lower) - 1, -1, -1):
        solution[row] /= lower[row, row]
        for place in range(row):
            solution[place] -= lower[row, place] * solution[row]


@_compiled
def solve_blocks(
    matrix: Symmetric, blocks: _Integers, right: _Floats, ridges: _Floats, places: _Integers
) -> tuple[_Floats, bool]:
    """Solve (A + λI) x = r for each block of a matrix and each λ, by Cholesky.

    A block is numbers of rows; -1 stands for one that is joined with no other. Return whether all
    blocks are positive definite, and the solutions, which mean nothing otherwise: shape (n_ridges,
    n_blocks, width).

    Parameters
    ----------
    blocks, right : ndarray, shape (n_blocks, width)
    places : ndarray, shape (n_rows,)
        All -1, of the smallest type that holds the width: it is read all the time.
    """
    count, width = blocks.shape
    solutions = np.zeros((len(ridges), count, width), np.float32)
    dense = np.empty((width, width), np.float32)
    lower = np.empty((width, width), np.float32)
    for block in range(count):
        _write_block(matrix, blocks[block], places, dense)
        for number in range(len(ridges)):
            if not _factorise(dense, ridges[number], lower):
                return solutions, False
            _solve(lower, right[block], solutions[number, block])
    return solutions, True


@_compiled
def add_pairs(
    pairs: ScoredRows,
    limits: Limits,
    given: _Integers,
    weights: _Floats,
    ways: _Integers,
    places: _Integers,
    sums: NDArray[np.float32],
) -> None:
    """Add up the scores of given rows, by some ways to weigh them, where each column has its place.

    Parameters
    ----------
    given : ndarray, shape (n_given,)
    weights : ndarray, shape (n_ways, n_given)
    ways : ndarray, shape (n_wanted,)
        Those that are wanted.
    places : ndarray, shape (n_columns,)
        -1 for columns that are not wanted.
    sums : ndarray, shape (n_wanted, n_places, n_scores)
        What is added to.
    """
    for number in range(len(given)):
        for pair in range(pairs.pointers[given[number]], pairs.pointers[given[number] + 1]):
            place = places[pairs.columns[pair]]
            if place < 0:
                continue
            for wanted in range(len(ways)):
                way = ways[wanted]
                if len(limits.ranks):
                    rank = limits.ranks[min(way, len(limits.ranks) - 1), pair]
                    if rank > limits.depths[way, number]:
                        continue
                for score in range(pairs.scores.shape[1]):
                    sums[wanted, place, score] += weights[way, number] * pairs.scores[pair, score]

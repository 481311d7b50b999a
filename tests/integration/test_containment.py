"""The snapshot's meaning of "contains" is Postgres' own, for JSON of any shape."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alsolike.snapshot.containment import has_attributes

# Few names and values, so that many of them meet.
_NAMES = st.sampled_from(["a", "b", "ä"])
_PRIMITIVES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 2, 10**30]),
    st.sampled_from([0.0, -0.0, 1.0, 0.1, 2.5, 1e300]),
    st.sampled_from(["", "a", "A", "ä", "1", "true"]),
)


def _nested(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3) | st.dictionaries(_NAMES, values, max_size=3)


_VALUES = st.recursive(_PRIMITIVES, _nested, max_leaves=8)


@st.composite
def _parts(draw: st.DrawFn, own: Any) -> Any:
    """Draw something that the value contains, or nearly so."""
    if draw(st.integers(0, 9)) == 0:
        return draw(_VALUES)
    if isinstance(own, dict):
        return {name: draw(_parts(one)) for name, one in own.items() if draw(st.booleans())}
    if isinstance(own, list) and own:
        return [draw(_parts(one)) for one in draw(st.lists(st.sampled_from(own), max_size=4))]
    return own


_PAIRS = _VALUES.flatmap(lambda own: st.tuples(st.just(own), _parts(own) | _VALUES))


@pytest.fixture(scope="module")
def connection(postgres_server: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to ask Postgres by."""
    with psycopg.connect(
        host=postgres_server["PGHOST"],
        port=int(postgres_server["PGPORT"]),
        user=postgres_server["PGUSER"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        yield connection


@given(pair=_PAIRS)
@example(pair=(["foo", "bar"], "bar"))
@example(pair=({"a": ["foo", "bar"]}, {"a": "bar"}))
@example(pair=([["foo"]], ["foo"]))
@example(pair=([["foo", "bar"]], [["bar"]]))
@example(pair=([1, 2], [2, 2, 1]))
@example(pair=({"a": 1}, {"a": True}))
@example(pair=({"a": [1]}, {"a": {}}))
@example(pair=({"a": 1}, {"a": 1.0}))
@example(pair=("foo", ["foo"]))
@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_value_contains_what_postgres_says(
    connection: psycopg.Connection[Any], pair: tuple[Any, Any]
) -> None:
    own, wanted = (json.dumps(one) for one in pair)
    row = connection.execute("select %s::jsonb @> %s::jsonb", (own, wanted)).fetchone()
    assert row is not None
    assert has_attributes(own, wanted) is row[0], f"{own} @> {wanted}"


def test_every_digit_counts() -> None:
    long = "1" * 5000
    assert has_attributes(f'{{"a": {long}}}', f'{{"a": {long}.0}}')
    assert not has_attributes(f'{{"a": {long}}}', f'{{"a": {long}.1}}')


def test_what_is_nested_too_deeply_contains_nothing() -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    assert not has_attributes(deep, '{"b": 1}')
    assert not has_attributes('{"b": 1}', deep)

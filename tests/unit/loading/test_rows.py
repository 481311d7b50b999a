"""Rows as CSV for COPY."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsolike.attributes import tidy_json
from alsolike.json_levels import load_stored_json
from alsolike.loading.rows import Reading, Row, encode_rows
from alsolike.loading.tables import SHOPPERS
from alsolike.shop_texts import NOTHING, is_nothing

texts = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    .map(str.strip)
    .filter(lambda text: text not in NOTHING)
)


def decode(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


@given(st.lists(st.lists(texts, min_size=5, max_size=5), max_size=20))
def test_rows_come_back_as_they_were(values: list[list[str]]) -> None:
    rows = [Row(line, None, [*row]) for line, row in enumerate(values, start=1)]
    chunks = list(encode_rows(rows, SHOPPERS, Reading()))
    assert sum(chunk.rows for chunk in chunks) == len(values)
    decoded = decode(b"".join(chunk.data for chunk in chunks))
    assert decoded == [[str(i), "", *row] for i, row in enumerate(values, start=1)]


def test_a_nul_costs_the_row_in_an_id_and_the_character_elsewhere() -> None:
    rows = [
        Row(2, None, ["s\x001", "b", None, None, None]),
        Row(3, None, ["s2", "c\0d", None, None, None]),
    ]
    reading = Reading()
    (chunk,) = encode_rows(rows, SHOPPERS, reading)
    bad, good = decode(chunk.data)
    assert bad[1] == "shopper_id holds a NUL character, which text in Postgres cannot: remove it"
    assert bad[2] == "s\u24001"
    assert good == ["3", "", "s2", "cd", "", "", ""]
    assert list(reading.notes()) == [
        "NUL characters and halves of surrogate pairs were taken out of 1 field."
    ]


def test_half_a_surrogate_pair_becomes_a_problem() -> None:
    (chunk,) = encode_rows([Row(2, None, ["\ud800", "a", None, None, None])], SHOPPERS, Reading())
    assert "half a surrogate pair" in decode(chunk.data)[0][1]


def test_chunks_are_bounded() -> None:
    rows = (Row(n, None, [f"s{n}", "x" * 1000, None, None, None]) for n in range(20_000))
    chunks = list(encode_rows(rows, SHOPPERS, Reading()))
    assert sum(chunk.rows for chunk in chunks) == 20_000
    assert max(len(chunk.data) for chunk in chunks) < 5_000_000


@pytest.mark.parametrize(
    "number",
    ["1e5000", "-1E+301", "1e-5000", "1e99999999999999999999", "9" * 5000, f"0.{'0' * 400}1"],
    ids=lambda number: number[:8],
)
def test_a_number_too_long_makes_invalid_json_for_the_check_to_empty(number: str) -> None:
    for text in (f'{{"w": {number}}}', f'{{"a": ["1", {{"b": {number}}}]}}', number):
        tidied = tidy_json(text)
        assert tidied
        assert len(tidied) < 40
        with pytest.raises(ValueError, match=r"Expecting|delimiter"):
            json.loads(tidied)


@pytest.mark.parametrize(
    "text",
    [
        '{"w": 1e299, "h": -2.5e-20, "n": 0, "gtin": 4006381333931}',
        f'{{"code": "{"7" * 5000}", "hash": "1e5000"}}',
        f'{{"{"8" * 400}": 1}}',
    ],
    ids=["numbers", "strings", "a name"],
)
def test_other_numbers_and_digits_in_strings_stay(text: str) -> None:
    assert tidy_json(text) == text


def test_stored_json_with_a_number_too_long_is_an_empty_object() -> None:
    assert load_stored_json(f'{{"w": 1{"0" * 5000}}}') == {}


@pytest.mark.parametrize(
    ("column", "word", "is_empty"),
    [
        ("brand", "undefined", True),
        ("brand", "None", True),
        ("brand", "NONE", True),
        ("brand", "Null", True),
        ("brand", "not set", True),
        ("brand", "?", True),
        ("brand", "#DIV/0!", True),
        ("brand", "—", True),
        ("item_group_id", "none", True),
        ("session_id", "undefined", True),
        ("display_name", "(null)", True),
        # A brand of milk, a family, and what may be an answer.
        ("brand", "NAN", False),
        ("brand", "Nonesuch", False),
        ("display_name", "Null", False),
        ("title", "Empty", False),
        ("consent", "None", False),
        ("consent", "none", False),
        ("consent", "nil", True),
        ("consent", "undefined", True),
        ("in_stock", "none", False),
        ("in_stock", "empty", False),
    ],
)
def test_words_for_nothing_go_by_their_column(column: str, word: str, *, is_empty: bool) -> None:
    assert is_nothing(column, word) == is_empty

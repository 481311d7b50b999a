"""Rows as CSV for COPY."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from alsolike.loading.rows import Reading, Row, encode_rows
from alsolike.loading.tables import SHOPPERS
from alsolike.shop_texts import NOTHING

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

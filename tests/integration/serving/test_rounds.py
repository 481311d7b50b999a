"""Several statements take one round trip, and fail together."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.database.pool import Connection
from api.database.rounds import Round


async def number(connection: Connection, value: int) -> int:
    cursor = await connection.execute("select %(value)s::int", {"value": value})
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


def run(work: Callable[[Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        async with await psycopg.AsyncConnection.connect(autocommit=True) as connection:
            return await work(connection)

    return asyncio.run(connected())


def turns(connection: Connection, file: Path) -> int:
    """Count how often the client waited for the server: libpq's trace has F and B lines."""
    connection.pgconn.untrace()
    sides = re.findall(r"^\S* ?\S*\t?([FB])\t", file.read_text(), flags=re.MULTILINE)
    return "".join(sides).count("FB")


@pytest.mark.usefixtures("database")
def test_a_round_is_one_trip_however_many_statements_it_has(tmp_path: Path) -> None:
    file = tmp_path / "trace"

    async def work(connection: Connection) -> tuple[list[int], int]:
        with file.open("w") as output:
            connection.pgconn.trace(output.fileno())
            async with Round(connection) as together:
                tasks = [together.send(number(connection, value)) for value in range(5)]
            found = [await task for task in tasks]
            return found, turns(connection, file)

    assert run(work) == ([0, 1, 2, 3, 4], 1)


@pytest.mark.usefixtures("database")
def test_the_fault_of_one_statement_is_that_of_the_round() -> None:
    async def work(connection: Connection) -> int:
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with Round(connection) as together:
                together.send(number(connection, 1))
                together.send(divide(connection))
                together.send(number(connection, 2))
        return await number(connection, 3)

    assert run(work) == 3


async def divide(connection: Connection) -> None:
    await (await connection.execute("select 1 / 0")).fetchone()

"""Several statements take one round trip and fail together; how many rounds a page takes."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import AsyncTestClient

from alsolike.settings import load_settings
from api.app import create_app
from api.database.pool import Connection, Database
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


@contextmanager
def counted(connection: Connection, file: Path) -> Generator[list[int]]:
    """Add how often the client waited for the server: libpq's trace has F and B lines."""
    turns: list[int] = []
    with file.open("w") as output:
        connection.pgconn.trace(output.fileno())
        yield turns
        connection.pgconn.untrace()
    turns.append("".join(re.findall(r"\t([FB])\t\d", file.read_text())).count("FB"))


@pytest.mark.usefixtures("database")
def test_a_round_is_one_trip_however_many_statements_it_has(tmp_path: Path) -> None:
    async def work(connection: Connection) -> tuple[list[int], int]:
        with counted(connection, tmp_path / "trace") as turns:
            async with Round(connection) as together:
                tasks = [together.send(number(connection, value)) for value in range(5)]
        return [await task for task in tasks], turns[0]

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


@pytest.mark.usefixtures("database")
def test_what_the_server_skipped_behind_a_fault_is_not_taken_for_prepared() -> None:
    async def work(connection: Connection) -> list[int]:
        # As often as psycopg takes to prepare the statement: then it is skipped for the first time.
        for _ in range(connection.prepare_threshold or 0):
            await number(connection, 1)
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with Round(connection) as together:
                together.send(divide(connection))
                together.send(number(connection, 2))
        async with Round(connection) as together:
            tasks = [together.send(number(connection, value)) for value in (3, 4)]
        return [await task for task in tasks]

    assert run(work) == [3, 4]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("prepared", [0, 5])
def test_a_connection_serves_after_any_number_of_faults(prepared: int) -> None:
    async def work(connection: Connection) -> list[int]:
        for _ in range(prepared):
            await number(connection, 1)
        values: list[int] = []
        # More often than psycopg takes to prepare what puts the connection in order again.
        for value in range(3 * (connection.prepare_threshold or 0)):
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with Round(connection) as together:
                    together.send(number(connection, 1))
                    together.send(divide(connection))
                    together.send(number(connection, 2))
            values.append(await number(connection, value))
        return values

    assert run(work) == list(range(15))


async def divide(connection: Connection) -> None:
    await (await connection.execute("select 1 / 0")).fetchone()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("is_signed_in", "rounds"), [(False, 2), (True, 5)])
def test_the_page_of_a_product_takes_few_rounds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_signed_in: bool, rounds: int
) -> None:
    monkeypatch.setenv("ALSOLIKE_POOL_SIZE", "1")

    async def count() -> int:
        app = create_app(load_settings())
        async with AsyncTestClient(app) as client:
            if is_signed_in:
                csrf = {"x-csrftoken": (await client.get("/")).cookies["alsolike_csrf"]}
                form = {"shopper_id": "agreed"}
                await client.post("/sign-in", data=form, headers=csrf, follow_redirects=False)
            database: Database = app.state.database
            async with database.pools()["read"].connection() as connection:
                pass
            counts: list[int] = []
            # Once a second a page also asks whether this is the demo's shop.
            for number in range(5):
                with counted(connection, tmp_path / f"trace-{number}") as turns:
                    page = await client.get("/products/knife-05")
                counts += turns
                assert ("Sign out" in page.text) == is_signed_in
            return min(counts)

    assert asyncio.run(count()) == rounds

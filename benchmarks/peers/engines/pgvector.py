"""Bare pgvector: a table with the attributes beside the vector, as its README has it.

The variant `plain` leaves its settings as they come; `iterative` has what the README says of
filters: an iterative scan, and the rows sorted again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgvector import HalfVector
from pgvector.psycopg import register_vector, register_vector_async
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool

from benchmarks.peers.engines import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

_COLUMNS = "number, price, category, brand, is_in_stock, embedding"
_INDEXES = (
    "create index on peer_products using hnsw (embedding halfvec_cosine_ops)",
    "create index on peer_products (price)",
    "create index on peer_products (category)",
)
_CONDITIONS = {
    "price_max": "price <= %(price_max)s",
    "category": "category = %(category)s",
    "in_stock": "is_in_stock",
}
# Conditions stand between the two parts.
_PLAIN = (
    (
        "select number, "
        "1 - (embedding <=> (select embedding from peer_products where number = %(n)s)) "
        "from peer_products "
    ),
    (
        " order by embedding <=> (select embedding from peer_products where number = %(n)s) "
        "limit %(count)s"
    ),
)
_ITERATIVE = (
    (
        "with found as materialized ("
        " select number, embedding <=> (select embedding from peer_products where number = %(n)s)"
        " as distance from peer_products "
    ),
    (
        " order by distance limit %(count)s) "
        "select number, 1 - distance from found order by distance + 0"
    ),
)


class _Pgvector(Engine):
    def __init__(self, variant: str) -> None:
        is_iterative = {"plain": False, "iterative": True}[variant]
        self._parts = _ITERATIVE if is_iterative else _PLAIN
        self._options = (
            "-c hnsw.iterative_scan=relaxed_order -c hnsw.ef_search=100" if is_iterative else ""
        )
        self.settings = "halfvec, m 16, ef_construction 64, " + (
            "ef_search 100, iterative_scan relaxed_order" if is_iterative else "ef_search 40"
        )

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        with Connection.connect(autocommit=True) as connection:
            _fill(connection, shop)
        self._pool = AsyncConnectionPool(
            kwargs={"autocommit": True, "options": self._options},
            configure=register_vector_async,
            min_size=8,
            max_size=8,
            open=False,
        )
        await self._pool.open(wait=True)

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        conditions = [_CONDITIONS[name] for name in wanted.attributes]
        where = "where " + " and ".join(conditions) if conditions else ""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                where.join(self._parts),  # type: ignore[arg-type]
                {"n": number, "count": count, **wanted.attributes},
            )
            return await cursor.fetchall()

    async def set_price(self, number: int, price: float) -> None:
        await self._change("update peer_products set price = %s where number = %s", (price, number))

    async def delete(self, number: int) -> None:
        await self._change("delete from peer_products where number = %s", (number,))

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        await self._change(
            "insert into peer_products values (%s, %s, %s, %s, %s, %s)",
            (number, *shop.attributes(like).values(), HalfVector(shop.vectors[like])),
        )

    async def close(self) -> None:
        await self._pool.close()

    async def _change(self, statement: Any, parameters: tuple[Any, ...]) -> None:
        connection: AsyncConnection[Any]
        async with self._pool.connection() as connection:
            await connection.execute(statement, parameters)


def _fill(connection: Connection[Any], shop: Shop) -> None:
    connection.execute("create extension if not exists vector")
    register_vector(connection)
    connection.execute("drop table if exists peer_products")
    connection.execute(
        "create table peer_products (number integer primary key, price double precision, "
        "category smallint, brand smallint, is_in_stock boolean, "
        f"embedding halfvec({shop.vectors.shape[1]}))"  # type: ignore[arg-type]
    )
    with connection.cursor().copy(
        f"copy peer_products ({_COLUMNS}) from stdin with (format binary)"
    ) as copy:
        copy.set_types(["int4", "float8", "int2", "int2", "bool", "halfvec"])
        for number, vector in enumerate(shop.vectors):
            copy.write_row((number, *shop.attributes(number).values(), HalfVector(vector)))
    for index in _INDEXES:
        connection.execute(index)
    connection.execute("vacuum analyze peer_products")


create = _Pgvector

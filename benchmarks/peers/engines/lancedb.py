"""LanceDB: tables in files, a graph in each part of them, filters before the search."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import lancedb
import pyarrow as pa
from lancedb.index import Bitmap, BTree, HnswSq

from benchmarks.peers.engines import Engine

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.peers.shop import Shop, ShopFilter

M, EF_CONSTRUCTION, EF, PROBES, REFINE = 20, 300, 100, 20, 2
_INDEXES = {"number": BTree, "price": BTree, "category": Bitmap, "is_in_stock": Bitmap}
_CONDITIONS = {
    "price_max": "price <= {}",
    "category": "category = {}",
    "in_stock": "is_in_stock = true",
}


class _Lance(Engine):
    settings = (
        f"{version('lancedb')}, HnswSq, m {M}, ef_construction {EF_CONSTRUCTION}, ef {EF}, "
        f"nprobes {PROBES}, refine_factor {REFINE}, BTree and Bitmap on columns, where(), on disk"
    )

    async def build(self, shop: Shop, folder: Path) -> None:
        self._connection = await lancedb.connect_async(folder / "lance")
        self._table = await self._connection.create_table("products", _rows(shop))
        await self._table.create_index(
            "vector", config=HnswSq(distance_type="cosine", m=M, ef_construction=EF_CONSTRUCTION)
        )
        for column, kind in _INDEXES.items():
            await self._table.create_index(column, config=kind())

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        own = await (
            self._table.query().where(f"number = {number}").select(["vector"]).limit(1).to_arrow()
        )
        query = (
            self._table.query()
            .nearest_to(own["vector"][0].values.to_numpy())
            .distance_type("cosine")
            .nprobes(PROBES)
            .ef(EF)
            .refine_factor(REFINE)
            .select(["number", "_distance"])
            .limit(count)
        )
        conditions = [_CONDITIONS[name].format(value) for name, value in wanted.attributes.items()]
        if conditions:
            query = query.where(" and ".join(conditions))
        found = await query.to_arrow()
        rows = zip(found["number"].to_pylist(), found["_distance"].to_pylist(), strict=True)
        return [(known, 1 - distance) for known, distance in rows]

    async def set_price(self, number: int, price: float) -> None:
        await self._table.update({"price": price}, where=f"number = {number}")

    async def delete(self, number: int) -> None:
        await self._table.delete(f"number = {number}")

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        row = _rows(shop).slice(like, 1)
        await self._table.add(row.set_column(0, "number", pa.array([number], pa.int64())))

    async def close(self) -> None:
        self._connection.close()


def _rows(shop: Shop) -> pa.Table:
    count, dimension = shop.vectors.shape
    flat: NDArray[np.float32] = shop.vectors.reshape(-1)
    return pa.table(
        {
            "number": pa.array(range(count), pa.int64()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(flat), dimension),
            "price": pa.array(shop.prices),
            "category": pa.array(shop.categories),
            "brand": pa.array(shop.brands),
            "is_in_stock": pa.array(shop.in_stock),
        }
    )


create = _Lance

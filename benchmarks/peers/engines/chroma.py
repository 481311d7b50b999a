"""Chroma: a store in a folder, a graph in memory, filters on metadata kept in SQLite."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import chromadb

from benchmarks.peers.engines import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

MAX_NEIGHBOURS, EF_CONSTRUCTION, EF = 16, 100, 100
# The field and the operator of each part of a filter.
_OPERATORS = {
    "price_max": ("price", "$lte"),
    "category": ("category", "$eq"),
    "in_stock": ("is_in_stock", "$eq"),
}


class _Chroma(Engine):
    settings = (
        f"{chromadb.__version__}, PersistentClient, max_neighbors {MAX_NEIGHBOURS}, "
        f"ef_construction {EF_CONSTRUCTION}, ef_search {EF}, where="
    )

    async def build(self, shop: Shop, folder: Path) -> None:
        client = chromadb.PersistentClient(
            folder / "chroma", settings=chromadb.Settings(anonymized_telemetry=False)
        )
        self._collection = client.create_collection(
            "products",
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "max_neighbors": MAX_NEIGHBOURS,
                    "ef_construction": EF_CONSTRUCTION,
                    "ef_search": EF,
                }
            },
            embedding_function=None,
        )
        size = client.get_max_batch_size()
        for start in range(0, len(shop.vectors), size):
            numbers = range(start, min(start + size, len(shop.vectors)))
            self._collection.add(
                ids=[str(number) for number in numbers],
                embeddings=shop.vectors[numbers.start : numbers.stop],
                metadatas=[shop.attributes(number) for number in numbers],
            )

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        conditions = [
            {field: {operator: value}}
            for name, value in wanted.attributes.items()
            for field, operator in [_OPERATORS[name]]
        ]
        where = {"$and": conditions} if len(conditions) > 1 else next(iter(conditions), None)
        # Its work is in Rust, beside which Python's other threads go on.
        return await asyncio.to_thread(self._nearest, number, count, where)

    def _nearest(
        self, number: int, count: int, where: dict[str, Any] | None
    ) -> list[tuple[int, float]]:
        own = self._collection.get(ids=[str(number)], include=["embeddings"])
        found = self._collection.query(
            query_embeddings=own["embeddings"], n_results=count, where=where, include=["distances"]
        )
        assert found["distances"] is not None
        rows = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(int(known), 1 - distance) for known, distance in rows]

    async def set_price(self, number: int, price: float) -> None:
        self._collection.update(ids=str(number), metadatas={"price": price})

    async def delete(self, number: int) -> None:
        self._collection.delete(ids=[str(number)])

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._collection.add(
            ids=str(number), embeddings=shop.vectors[like], metadatas=shop.attributes(like)
        )


create = _Chroma

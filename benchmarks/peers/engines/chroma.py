"""Chroma: a store in a folder, a graph in memory, filters on metadata kept in SQLite."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import chromadb

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.engines import Engine
    from benchmarks.peers.shop import Shop, ShopFilter

MAX_NEIGHBOURS, EF_CONSTRUCTION, EF = 16, 100, 100


class _Chroma:
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
                metadatas=[_metadata(shop, number) for number in numbers],
            )

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        # Its work is in Rust, beside which Python's other threads go on.
        return await asyncio.to_thread(self._nearest, number, count, _where(wanted))

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
            ids=str(number), embeddings=shop.vectors[like], metadatas=_metadata(shop, like)
        )

    async def close(self) -> None:
        del self._collection


def _metadata(shop: Shop, number: int) -> dict[str, Any]:
    return {
        "price": float(shop.prices[number]),
        "category": int(shop.categories[number]),
        "brand": int(shop.brands[number]),
        "is_in_stock": bool(shop.in_stock[number]),
    }


def _where(wanted: ShopFilter) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if wanted.price_max is not None:
        conditions.append({"price": {"$lte": wanted.price_max}})
    if wanted.category is not None:
        conditions.append({"category": wanted.category})
    if wanted.in_stock:
        conditions.append({"is_in_stock": True})
    if len(conditions) > 1:
        return {"$and": conditions}
    return conditions[0] if conditions else None


def create(variant: str) -> Engine:
    """Make the engine; it has no variants."""
    assert not variant
    return _Chroma()

"""Qdrant's local mode, which needs no server: it measures every point and has no index."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from qdrant_client import QdrantClient
from qdrant_client.models import (
    Distance,
    FieldCondition,
    Filter,
    MatchValue,
    PointIdsList,
    PointStruct,
    Range,
    VectorParams,
)

from benchmarks.peers.engines import Engine

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

_NAME = "products"
_CONDITIONS = {
    "price_max": lambda price: FieldCondition(key="price", range=Range(lte=price)),
    "category": lambda number: FieldCondition(key="category", match=MatchValue(value=number)),
    "in_stock": lambda _: FieldCondition(key="is_in_stock", match=MatchValue(value=True)),
}


class _Qdrant(Engine):
    settings = f"{version('qdrant-client')}, local mode in memory, exact, query_filter="

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self._client = QdrantClient(":memory:")
        self._client.create_collection(
            _NAME, vectors_config=VectorParams(size=shop.vectors.shape[1], distance=Distance.COSINE)
        )
        self._client.upload_collection(
            _NAME,
            vectors=shop.vectors,
            payload=[shop.attributes(number) for number in range(len(shop.vectors))],
            ids=range(len(shop.vectors)),
        )

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        conditions = [_CONDITIONS[name](value) for name, value in wanted.attributes.items()]
        fits = Filter(must=conditions) if conditions else None
        found = self._client.query_points(
            _NAME, query=number, query_filter=fits, limit=count, with_payload=False
        )
        return [(int(point.id), point.score) for point in found.points]

    async def set_price(self, number: int, price: float) -> None:
        self._client.set_payload(_NAME, {"price": price}, points=[number])

    async def delete(self, number: int) -> None:
        self._client.delete(_NAME, PointIdsList(points=[number]))

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        self._client.upsert(
            _NAME,
            [
                PointStruct(
                    id=number, vector=shop.vectors[like].tolist(), payload=shop.attributes(like)
                )
            ],
        )

    async def close(self) -> None:
        self._client.close()


create = _Qdrant

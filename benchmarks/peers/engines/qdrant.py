"""Qdrant's local mode, which needs no server: it measures every point and has no index."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.engines import Engine
    from benchmarks.peers.shop import Shop, ShopFilter

_NAME = "products"


class _Qdrant:
    settings = f"{version('qdrant-client')}, local mode in memory, exact, query_filter="

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self._client = QdrantClient(":memory:")
        self._client.create_collection(
            _NAME, vectors_config=VectorParams(size=shop.vectors.shape[1], distance=Distance.COSINE)
        )
        self._client.upload_collection(
            _NAME,
            vectors=shop.vectors,
            payload=[_payload(shop, number) for number in range(len(shop.vectors))],
            ids=range(len(shop.vectors)),
        )

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        found = self._client.query_points(
            _NAME, query=number, query_filter=_filter(wanted), limit=count, with_payload=False
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
                    id=number, vector=shop.vectors[like].tolist(), payload=_payload(shop, like)
                )
            ],
        )

    async def close(self) -> None:
        self._client.close()


def _payload(shop: Shop, number: int) -> dict[str, Any]:
    return {
        "price": float(shop.prices[number]),
        "category": int(shop.categories[number]),
        "brand": int(shop.brands[number]),
        "is_in_stock": bool(shop.in_stock[number]),
    }


def _filter(wanted: ShopFilter) -> Filter | None:
    conditions: list[FieldCondition] = []
    if wanted.price_max is not None:
        conditions.append(FieldCondition(key="price", range=Range(lte=wanted.price_max)))
    if wanted.category is not None:
        conditions.append(FieldCondition(key="category", match=MatchValue(value=wanted.category)))
    if wanted.in_stock:
        conditions.append(FieldCondition(key="is_in_stock", match=MatchValue(value=True)))
    return Filter(must=list(conditions)) if conditions else None


def create(variant: str) -> Engine:
    """Make the engine; it has no variants."""
    assert not variant
    return _Qdrant()

"""faiss: a graph in memory; its filter is a bitmap that decides which rows may be answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import faiss
import numpy as np

from benchmarks.peers.engines.beside import EngineBeside

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

M, EF_CONSTRUCTION, EF = 32, 40, 100


class _Faiss(EngineBeside):
    settings = (
        f"{faiss.__version__}, IndexHNSWFlat, M {M}, efConstruction {EF_CONSTRUCTION}, "
        f"efSearch {EF}, IDSelectorBitmap"
    )

    async def build(self, shop: Shop, folder: Path) -> None:  # noqa: ARG002
        self.keep_attributes(shop)
        self._index = faiss.IndexHNSWFlat(shop.vectors.shape[1], M, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = EF_CONSTRUCTION
        self._index.add(shop.vectors)
        # One query has nothing to share among threads.
        faiss.omp_set_num_threads(1)

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        query = self._index.reconstruct(number)[None]
        if wanted.attributes:
            bits = np.packbits(self.fitting(wanted), bitorder="little")
            parameters = faiss.SearchParametersHNSW(efSearch=EF, sel=faiss.IDSelectorBitmap(bits))
        else:
            parameters = faiss.SearchParametersHNSW(efSearch=EF)
        scores, numbers = self._index.search(query, count, params=parameters)
        rows = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        # Where nothing was found the number is -1.
        return [row for row in rows if row[0] >= 0]

    async def delete(self, number: int) -> None:
        # Only by a filter over all rows from then on, or by building again.
        raise NotImplementedError

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        assert number == self._index.ntotal, "rows are numbered in the order they come"
        self._index.add(shop.vectors[like][None])
        await super().insert(number, shop, like)


create = _Faiss

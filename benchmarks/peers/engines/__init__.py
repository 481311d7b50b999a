"""The libraries, one module each; `create` makes its engine, of a variant where it has some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.shop import Shop, ShopFilter

# Room for products that are inserted later, in engines whose size is fixed.
HEADROOM = 100


class Engine(Protocol):
    """A library that finds the nearest products; `settings` are its version and what was chosen."""

    settings: str

    async def build(self, shop: Shop, folder: Path) -> None:
        """Take in all products; files may go below the folder."""

    async def nearest(self, number: int, count: int, wanted: ShopFilter) -> list[tuple[int, float]]:
        """Find the nearest products that fit, with their cosine similarity, best first.

        The product asked about and what the request leaves out may be among them: `count` has
        room for those.
        """
        ...

    async def set_price(self, number: int, price: float) -> None:
        """Change a price."""

    async def delete(self, number: int) -> None:
        """Delete a product; NotImplementedError where the index cannot."""

    async def insert(self, number: int, shop: Shop, like: int) -> None:
        """Add a product that is like another one in everything."""

    async def close(self) -> None:
        """Close what is open: an index in memory has nothing to close."""

"""What the modules of the shop systems have in common."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alsolike.loading.shops.orders import OrderLine
from alsolike.loading.shops.variants import Item


@dataclass(frozen=True, slots=True)
class Shop:
    """What the exports do not say.

    Attributes
    ----------
    url : str or None
        The shop's address without a slash at the end, for those of its products.
    currency : str or None
        ISO 4217 code of prices without one.
    language : str or None
        A tag such as `de`, of texts whose file names none.
    combinations : Path or None
        PrestaShop's file of variants.
    """

    url: str | None = None
    currency: str | None = None
    language: str | None = None
    combinations: Path | None = None

    def address(self, path: str) -> str | None:
        """Return the address of a page or picture of the shop, if the shop's is known."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{self.url}/{path.lstrip('/')}" if self.url else None


@dataclass(frozen=True, slots=True)
class ShopSystem:
    """A shop system whose files can be loaded.

    Attributes
    ----------
    name : str
        The name of the command, and of the origin of decisions on consent.
    read_products : Callable
        Reads a file of products in bounded memory, apart from prices and options of variants.
    read_orders : Callable or None
        Reads a file of orders, line by line.
    """

    name: str
    read_products: Callable[[Path, Shop], Iterator[Item]]
    read_orders: Callable[[Path], Iterator[OrderLine]] | None = None

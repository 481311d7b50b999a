"""Products as cards: addresses, and prices in words."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from msgspec import Struct

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.service import unknown_product
from api.catalogue.store import CardRow, product_cards
from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.fields import PICTURES_PREFIX
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.languages.formats import price_text
from api.languages.translate import ENGLISH, current_language, ngettext
from api.listing.groups import name_in_words
from api.pages.addresses import product_url

# Of more than these a card would tell a list.
_MOST_CHOICES = 2


class ProductCard(Struct, kw_only=True, frozen=True):
    """A product in a list; frozen, because its rendering is remembered by what it shows.

    Attributes
    ----------
    price_now : number or None
        What it costs now, in `currency`.
    price_before : number or None
        What it cost before, if it is on sale.
    variants : int
        How many other variants of it can be bought.
    choices : tuple
        What these and the product differ in: pairs of an attribute and the number of its values,
        the most first. Empty where that is not known.
    """

    product_id: str
    url: str
    title: str
    brand: str | None
    price_now: Decimal | float | None
    price_before: Decimal | float | None
    currency: str | None
    image_url: str | None
    is_in_stock: bool
    rating_average: float | None
    review_count: int
    variants: int
    choices: tuple[tuple[str, int], ...] = ()

    @property
    def price_text(self) -> str | None:
        """What it costs now, as readers of the page's language write it."""
        return price_in_words(self.price_now, self.currency)

    @property
    def old_price_text(self) -> str | None:
        """What it cost before, if it is on sale."""
        return price_in_words(self.price_before, self.currency)

    @property
    def variants_text(self) -> str | None:
        """What there is to choose from, as in `Colour: 4 options`; None without variants."""
        if not self.variants:
            return None
        if not 0 < len(self.choices) <= _MOST_CHOICES:
            return ngettext("%(num)s variant", "%(num)s variants", self.variants + 1)
        return ", ".join(
            ngettext(
                "%(name)s: %(num)s option",
                "%(name)s: %(num)s options",
                count,
                name=name_in_words(name),
            )
            for name, count in self.choices
        )


async def cards(connection: Connection, product_ids: Sequence[str]) -> list[ProductCard]:
    """Read the cards of some products, in their order; unknown ones are left out."""
    if not product_ids:
        return []
    return [card(row) for row in await product_cards(connection, product_ids)]


async def cards_by_id(connection: Connection, product_ids: Sequence[str]) -> dict[str, ProductCard]:
    """Read the cards of some products by their ids; unknown ones are left out."""
    return {one.product_id: one for one in await cards(connection, product_ids)}


async def find_cards(request: AnyRequest, product_ids: Sequence[str]) -> dict[str, ProductCard]:
    """Find the cards of some products by their ids; unknown ones are left out."""
    if not product_ids:
        return {}
    rows = await answer(request, CARD_STEPS, product_ids)
    return {row.product_id: card(row) for row in rows}


# A small statement, so every step may run it: a page that has its products gets their cards too.
CARD_STEPS: Steps[Sequence[str], Sequence[CardRow | SnapshotProduct]] = Steps(
    product_cards, product_cards, product_cards, snapshot=LocalSnapshot.products
)


async def product_card(connection: Connection, product_id: str) -> ProductCard:
    """Read one card.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await cards(connection, [product_id])
    if not found:
        raise unknown_product(product_id)
    return found[0]


def card(row: CardRow | SnapshotProduct) -> ProductCard:
    """Make a card of a product's row, or of one of the local snapshot."""
    return ProductCard(
        product_id=row.product_id,
        url=product_url(row.product_id),
        title=row.title,
        brand=row.brand,
        price_now=price_now(row.price, row.sale_price),
        price_before=price_before(row.price, row.sale_price),
        currency=row.currency,
        image_url=safe_image(row.image_url),
        is_in_stock=row.is_in_stock,
        rating_average=row.rating_average,
        review_count=row.review_count,
        variants=row.variants,
        choices=_in_order(row.choices) if isinstance(row, CardRow) else (),
    )


def _in_order(choices: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(choices.items(), key=lambda one: (-one[1], one[0])))


def prices_in_words(
    price: Decimal | float | None,
    sale_price: Decimal | float | None,
    currency: str | None,
    language: str | None = None,
) -> tuple[str | None, str | None]:
    """Write what a product costs now, and what it cost before if it is on sale."""
    now, before = price_now(price, sale_price), price_before(price, sale_price)
    return price_in_words(now, currency, language), price_in_words(before, currency, language)


def price_now(
    price: Decimal | float | None, sale_price: Decimal | float | None
) -> Decimal | float | None:
    """Return what a product costs now."""
    # As in recs.fits: a sale price that is no less says nothing.
    if price is None or sale_price is None:
        return sale_price if price is None else price
    return min(price, sale_price)


def price_before(
    price: Decimal | float | None, sale_price: Decimal | float | None
) -> Decimal | float | None:
    """Return what a product cost before, if it is on sale."""
    return price if price_now(price, sale_price) != price else None


def price_in_words(
    price: Decimal | float | None, currency: str | None, language: str | None = None
) -> str | None:
    """Write a price for people with the decimals of its currency; None without a price.

    As in `€12.50`, `¥1,500` or `1.255 KWD`, or as a language has it that is named as in HTML, such
    as `de` or `pt-BR`; one that is not known counts as English, and none is that of the page.
    """
    if price is None:
        return None
    locale = current_language.get().locale if language is None else _locale_of(language)
    return price_text(price, currency, locale)


@lru_cache(256)
def _locale_of(language: str) -> Locale:
    """Return what Babel knows of a language; English for what it does not know."""
    with suppress(UnknownLocaleError, ValueError):
        return Locale.parse(language, sep="-")
    return ENGLISH.locale


def safe_image(address: str | None) -> str | None:
    """Return an image's address if the pages' content security policy allows it; None otherwise.

    A path is one of the shop's own site, except below `/pictures/`, which are ours.
    """
    if address and address.startswith(PICTURES_PREFIX):
        return public_path(address)
    if address and (
        address.startswith(("https://", "data:image/"))
        or (address.startswith("/") and not address.startswith("//"))
    ):
        return address
    return None

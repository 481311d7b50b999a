"""What the page of a product shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.cards import ProductCard, card, safe_image
from api.catalogue.categories import Category, CategoryTree
from api.catalogue.service import known_product, unknown_product
from api.database.pool import Connection
from api.languages.formats import long_date
from api.languages.translate import gettext as _
from api.listing.groups import name_in_words
from api.pages.addresses import brand_url, product_url
from api.paging.keyset import decode_cursor, encode_cursor, list_key
from api.problems.errors import InvalidFieldError
from api.product_page import store
from api.product_page.values import value_in_words
from api.product_page.variants import VariantChoice, variant_choices

# The parameter of an address that leaves reviews with so many stars.
RATING = "reviews_rating"
REVIEWS_SIZE = 5
_MOST_PICTURES = 12
_MOST_VARIANTS = 100
_STARS = (5, 4, 3, 2, 1)


class ProductDetail(ProductCard, kw_only=True, frozen=True):
    """A product on its own page.

    Attributes
    ----------
    attributes : list of tuple
        Label and value.
    rating_counts : list of int
        Reviews with 5, 4, 3, 2 and 1 stars; empty where they are not known.
    pictures : list of str
        Addresses, that of its cards first.
    brand_url : str or None
        The page of its brand.
    """

    description: str | None
    attributes: list[tuple[str, str]]
    breadcrumbs: list[Category]
    rating_counts: list[int]
    pictures: list[str]
    brand_url: str | None


class Review(Struct):
    """A review, without a trace of who wrote it.

    Attributes
    ----------
    is_verified : bool
        Whether its author bought the product here.
    is_own : bool
        Whether it is of who looks.
    """

    rating: int
    title: str | None
    body: str | None
    date_text: str
    author_label: str
    is_verified: bool
    is_own: bool


class RatingBar(Struct, frozen=True):
    """How many reviews have so many stars.

    Attributes
    ----------
    share : int
        Of all reviews, in percent.
    url : str or None
        The page with these reviews alone; None where there are none.
    is_chosen : bool
        Whether these are shown now.
    """

    stars: int
    count: int
    share: int
    url: str | None
    is_chosen: bool


class ReviewsQuestion(Struct, frozen=True):
    """Which reviews to read.

    Attributes
    ----------
    after : str or None
        Cursor of the page before.
    rating : int or None
        Stars; None: all.
    shopper_id : str or None
        Who looks.
    size : int
        Reviews wanted.
    """

    product_id: str
    after: str | None
    rating: int | None
    shopper_id: str | None
    size: int = REVIEWS_SIZE


# Reviews, and the address of the next ones.
ReviewPage = tuple[list[Review], str | None]


async def product_detail(
    connection: Connection, tree: CategoryTree, product_id: str
) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await store.product_detail(connection, product_id)
    if found is None:
        raise unknown_product(product_id)
    return _detail(found, tree)


def snapshot_detail(local: LocalSnapshot, tree: CategoryTree, product_id: str) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    return _detail(known_product(local, product_id), tree)


def _detail(found: store.DetailRow | SnapshotProduct, tree: CategoryTree) -> ProductDetail:
    # The snapshot has the first picture, and the number of the reviews alone.
    is_live = isinstance(found, store.DetailRow)
    shown = card(found)
    pictures = [shown.image_url, *map(safe_image, found.more_image_urls if is_live else ())]
    return ProductDetail(
        **asdict(shown),
        description=found.description,
        attributes=_attributes_in_words(found.attributes),
        breadcrumbs=tree.breadcrumbs(found.category),
        rating_counts=found.rating_counts if is_live else [],
        pictures=[*dict.fromkeys(filter(None, pictures))][:_MOST_PICTURES],
        brand_url=found.brand and brand_url(found.brand),
    )


async def is_bought(connection: Connection, shopper_id: str | None, product_id: str) -> bool:
    """Tell whether a shopper bought a product before; False without a shopper."""
    return shopper_id is not None and await store.has_bought(connection, shopper_id, product_id)


async def variants(connection: Connection, product_id: str) -> list[VariantChoice]:
    """Find what variants of a product there are to go to; none of a product without a group."""
    return variant_choices(product_id, await store.variants(connection, product_id, _MOST_VARIANTS))


async def variant_groups(connection: Connection, product_ids: Sequence[str]) -> dict[str, str]:
    """Find the groups of variants that some products are of; without those that are of none."""
    return dict(await store.variant_groups(connection, product_ids))


def rating_bars(product: ProductDetail, chosen: int | None) -> list[RatingBar]:
    """Make the histogram of a product's ratings, five stars first; empty where it is not known."""
    if not product.review_count:
        return []
    return [
        RatingBar(
            stars=stars,
            count=count,
            share=round(100 * count / product.review_count),
            url=f"{product.url}?{RATING}={stars}#reviews" if count else None,
            is_chosen=stars == chosen,
        )
        for stars, count in zip(_STARS, product.rating_counts, strict=False)
    ]


def read_rating(text: str | None) -> int | None:
    """Read which reviews are wanted from an address.

    Raises
    ------
    InvalidFieldError
        It is no number of stars.
    """
    if not text:
        return None
    if text not in map(str, _STARS):
        raise InvalidFieldError(RATING, _("Must be a whole number from 1 to 5."))
    return int(text)


async def reviews(connection: Connection, question: ReviewsQuestion) -> ReviewPage:
    """Read a page of a product's reviews, and the address of the next one."""
    product_id, rating, size = question.product_id, question.rating, question.size
    of = list_key("reviews", product_id, rating)
    position = decode_cursor(question.after, tuple[datetime, str], of, "reviews_after")
    rows = await store.product_reviews(
        connection,
        product_id,
        position,
        size + 1,
        rating=rating,
        shopper_id=question.shopper_id,
    )
    next_url = None
    if len(rows) > size:
        rows = rows[:size]
        cursor = encode_cursor((rows[-1].reviewed_at, rows[-1].review_id), of)
        given = {} if rating is None else {RATING: rating}
        next_url = f"{product_url(product_id)}?{urlencode({**given, 'reviews_after': cursor})}"
    return [
        Review(
            rating=row.rating,
            title=row.title,
            body=row.body,
            date_text=long_date(row.reviewed_at),
            author_label=_("You") if row.is_own else _("Shopper"),
            is_verified=row.is_verified,
            is_own=row.is_own,
        )
        for row in rows
    ], next_url


def _attributes_in_words(attributes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Write attributes for people: `water_resistant: true` becomes Water resistant, yes."""
    return [
        (name_in_words(name), value_in_words(value))
        for name, value in attributes.items()
        if value is not None and value != ""
    ]

"""Every statement that serves, asked as the app asks, and the most that it may read.

A table that a case does not name must not be read at all, not counting those that stay small in
any shop. Bounds are what the work needs, rounded up: they have to hold for a table of any size.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tests.shop.large import AVERAGE, PRODUCTS, TRAINED, VECTOR_OF

# A filter as the app writes it, and how much of the catalogue it keeps.
TENTH_OF_PERCENT = '{"price_min": 10, "price_max": 10}'
HALF = '{"price_max": 499}'
QUARTER = '{"price_max": 249}'
FAR_AWAY = '{"attributes": {"far": true}}'
DEPARTMENT = '{"category": "Department 3"}'

BUSY = "s7"

# Reading until so many fit that they are not few any more takes this at most: 1,000, and where the
# nearest are few a second count; 4,000 on the steps below the first.
_COUNTED = {"products": 4500}
_COUNTED_TO_4000 = {"products": 10_000}
_READS_PRODUCTS: dict[str, Any] = {"whole": ("products",)}

# What a shopper's taste, and what is left out for them, take.
_TASTE = {
    "shoppers": 4,
    "consents": 8,
    "purchases": 40,
    "views": 100,
    "basket_additions": 50,
    "reviews": 20,
    "hides": 4,
    "preferences": 8,
    "basket_lines": 6,
    "rebuyable_products": 10,
}
_SESSION = {"views": 200, "basket_additions": 100, "preferences": 12}
_VECTORS = {"product_vectors_1": 250}
_NEIGHBOURS = {"neighbours": 600}
_POPULAR = {"product_popularity": 40}
# Of a shopper who wants less like a product, what is like it is looked up beside what is listed.
_LOOKED_UP = {"products": 140}
_ONE_SHELF = "Department 3 > Shelf 9"


class Case(Struct, frozen=True, kw_only=True):
    """A statement with its parameters.

    Attributes
    ----------
    name : str
        What is asked; it completes the statement's name to the test's.
    statement : str
        Its name, as `alsolike.database.query` takes it.
    most : Mapping
        Rows that may be read of each large table.
    searches : tuple
        Indexes that must be searched.
    whole : tuple
        Tables that may be read from the beginning, as one has to that wants most of it.
    model : int
        The model that serves.
    rows : int, optional
        How many the answer has; None: one or more.
    is_prepared : bool
        Whether psycopg may prepare the statement; one that it may not never has a generic plan.
    """

    name: str
    statement: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    most: Mapping[str, int] = field(default_factory=dict[str, int])
    searches: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    model: int = AVERAGE
    rows: int | None = None
    is_prepared: bool = True

    def but(self, name: str, *, most: Mapping[str, int] | None = None, **changes: Any) -> "Case":
        """Return another case that asks the same but for some parameters."""
        fields = {key: changes.pop(key) for key in self.__struct_fields__ if key in changes}
        return replace(
            self,
            name=name,
            parameters={**self.parameters, **changes},
            most=self.most if most is None else most,
            **fields,
        )


_SIMILAR = Case(
    name="any",
    statement="api/recommendations/similar",
    parameters={
        "product_id": "v00001",
        "k": 10,
        "exclude": ["v00002", "v00003"],
        "filter": None,
        "candidates": None,
        "model": None,
        "reasons": False,
        "way": "vectors",
    },
    rows=10,
    most={**_LOOKED_UP, "product_vectors_1": 60},
    searches=("product_vectors_1_hnsw",),
)
_RECOMMENDED = Case(
    name="any",
    statement="api/recommendations/recommend",
    parameters={
        "shopper_id": BUSY,
        "session_id": None,
        "k": 10,
        "exclude": ["v00002", "v00003"],
        "filter": None,
        "candidates": None,
        "model": None,
        "diversity": None,
        "history": None,
        "reasons": True,
        "until": None,
        "way": "vectors",
    },
    rows=10,
    most={**_TASTE, **_LOOKED_UP, **_VECTORS},
    searches=("product_vectors_1_hnsw", "views_of_shopper"),
)
_TRENDING = Case(
    name="any",
    statement="api/recommendations/trending_products",
    parameters={"k": 10, "exclude": ["v00002"], "filter": None},
    rows=10,
    most={**_LOOKED_UP, **_POPULAR},
)
_BASKET = f"shopper:{BUSY}"
_ANSWER = "019ca000-0000-7000-8000-000000000000"
_IMPRESSION = "019ca000-0000-7000-8000-000000000001"
_OF_BUSY: dict[str, Any] = {"shopper_id": BUSY, "shopper_hash": b"hash"}
_EMAIL = f"{BUSY}@example.com"
_LINK_HASH = hashlib.sha256(BUSY.removeprefix("s").encode()).digest()
_NEW_LINK: dict[str, Any] = {"token_hash": bytes(32), "email": _EMAIL, "seconds": 60.0}
_IN_BASKET: dict[str, Any] = {"searches": ("basket_lines_pkey",)}
_SESSION_HASH: dict[str, Any] = {"session_hash": bytes(32)}
_BOUGHT = Case(
    name="any",
    statement="api/recommendations/buy_again",
    parameters={"shopper_id": "s8", "k": 10, "exclude": [], "filter": None},
    most={
        "products": 20,
        "consents": 4,
        "purchases": 40,
        "hides": 4,
        "basket_lines": 6,
        "rebuyable_products": 10,
    },
    rows=3,
)
_VIEWED = Case(
    name="shopper",
    statement="api/recommendations/recently_viewed",
    parameters={
        "shopper_id": BUSY,
        "session_id": None,
        "k": 10,
        "exclude": ["v00002"],
        "filter": None,
    },
    rows=10,
    most={"products": 600, "consents": 4, "views": 510, "hides": 4},
    searches=("views_of_shopper",),
)
_COMPLEMENTS = Case(
    name="any",
    statement="api/recommendations/goes_with",
    parameters={"product_id": "v00001", "k": 10, "exclude": ["v00009"], "filter": None},
    most={"products": 70, "product_complements": 35},
)
_SEARCH = Case(
    name="a rare word",
    statement="api/search/search_products",
    parameters={
        "words": "name4711",
        "query": None,
        "encoder_id": None,
        "category": None,
        "after_score": None,
        "after_id": None,
        "row_count": 25,
        "has_one_of_group": True,
    },
    rows=1,
    most={"products": 10},
    searches=("products_search",),
)
_SUGGESTED = Case(
    name="a rare word",
    statement="api/search/suggestions",
    parameters={"words": "name4711", "row_count": 5},
    rows=1,
    most={"products": 10},
    searches=("products_search",),
)
_CORRECTED = Case(
    name="a misspelled word",
    statement="api/search/corrections",
    parameters={
        "words": "brass quilbdfg",
        "joined": "brassquilbdfg",
        "least_letters": 3,
        "row_count": 3,
    },
    most={"products": 10, "search_words": 60, "search_misspellings": 60},
    searches=("search_misspellings_pkey",),
)
_CATEGORY = Case(
    name="a shelf",
    statement="api/catalogue/category_products",
    parameters={
        "category": _ONE_SHELF,
        "after_time": None,
        "after_id": None,
        "row_count": 25,
    },
    rows=25,
    most={"products": 1600},
    is_prepared=False,
)
_LISTED = Case(
    name="all",
    statement="api/catalogue/list_products",
    parameters={"after": None, "row_count": 25},
    rows=25,
    most={"products": 30},
    searches=("products_pkey",),
)
_PART = Case(
    name="a page",
    statement="api/sitemap/part_products",
    parameters={"after": "v00010", "until": "v06000", "row_count": 25},
    rows=25,
    most={"products": 30},
    searches=("products_pkey",),
)
# What the filters of a shelf of 200 products take, and of what a search found.
_CHOICES: dict[str, Any] = {
    "within": _ONE_SHELF,
    "of_brand": None,
    "product_ids": None,
    "scores": None,
    "category": None,
    "brands": None,
    "currency": None,
    "price_min": None,
    "price_max": None,
    "attributes": None,
    "least_rating": None,
    "in_stock": False,
}
_FOUND: dict[str, Any] = {
    "within": None,
    "product_ids": [f"v{n:05}" for n in range(100)],
    "scores": [1 / (60 + n) for n in range(100)],
}
_CHOSEN = Case(
    name="a shelf",
    statement="api/listing/listed_products",
    parameters={
        **_CHOICES,
        "order_name": "price-up",
        "after_group": None,
        "after_first": None,
        "after_second": None,
        "after_id": None,
        "row_count": 20,
    },
    rows=20,
    most={"products": 420},
    searches=("products_category",),
    is_prepared=False,
)
_FACETS = Case(
    name="a shelf",
    statement="api/listing/facets",
    parameters={**_CHOICES, "most_counted": 5000, "most_values": 40, "most_attributes": 4},
    most={"products": 420, "reviews": 1200},
    searches=("products_category", "reviews_of_product"),
    is_prepared=False,
)
_REVIEWS = Case(
    name="first page",
    statement="api/product_page/product_reviews",
    parameters={
        "product_id": "v00042",
        "after_time": None,
        "after_id": None,
        "rating": None,
        "shopper_id": None,
        "row_count": 11,
    },
    rows=11,
    most={"reviews": 20, "purchases": 200},
    searches=("reviews_of_product",),
)
_VIEW = Case(
    name="shopper",
    statement="api/events/record_view",
    parameters={
        "event_id": "new",
        "product_id": "v00001",
        "shopper_id": BUSY,
        "session_id": None,
        "shopper_hash": b"hash",
        "occurred_at": "2026-03-03T00:00:00Z",
        "is_time_told": True,
        "has_signal": False,
        "place": None,
        "model": None,
    },
    rows=1,
    most={"products": 4, "shoppers": 4, "consents": 4, "views": 4},
)
_STATED = Case(
    name="shopper",
    statement="api/events/state_preference",
    parameters={
        "product_id": "v00001",
        "shopper_id": BUSY,
        "session_id": None,
        "shopper_hash": b"hash",
        "direction": 1,
        "most": 100,
    },
    rows=1,
    most={"products": 4, "shoppers": 4, "consents": 4, "preferences": 12},
    searches=("preferences_of_person",),
)
_WISH = {"preferences": 8}
_BY_SESSION: dict[str, Any] = {"shopper_id": None, "session_id": "busy", "shopper_hash": None}
_PUT = Case(
    name="two",
    statement="api/catalogue/put_products",
    parameters={
        "items": '[{"product_id": "v00001", "price": "3"}, {"product_id": "new", "title": "New"}]'
    },
    rows=2,
    most={"products": 16},
    searches=("products_pkey",),
)
_REMOVE = Case(
    name="one",
    statement="api/catalogue/remove_products",
    parameters={"product_ids": ["v00001", "none"]},
    rows=1,
    most={"products": 8},
    searches=("products_pkey",),
)
_CONSENT: dict[str, Any] = {
    "personalisation": True,
    "measurement": False,
    "readmits": True,
    "shopper_hash": b"hash",
    "key_id": "key",
    "display_name": "Somebody",
}
_STEP = _SIMILAR.but(
    "neighbours",
    way="neighbours",
    model=TRAINED,
    most={**_LOOKED_UP, "neighbours": 25},
    searches=("neighbours_pkey",),
)
_STEP_FOR_SOMEBODY = _RECOMMENDED.but(
    "neighbours",
    way="neighbours",
    model=TRAINED,
    most={**_TASTE, **_LOOKED_UP, **_NEIGHBOURS},
    searches=("neighbours_pkey",),
)

CASES = (
    _SIMILAR,
    _SIMILAR.but("with reasons", reasons=True, most={**_SIMILAR.most, "product_pairs": 40}),
    _SIMILAR.but("half", filter=HALF, most={**_COUNTED, **_VECTORS}, **_READS_PRODUCTS),
    # The nearest hundred have too few of them: the walk goes on.
    _SIMILAR.but(
        "quarter, 30 rows",
        filter=QUARTER,
        k=30,
        rows=30,
        most={**_COUNTED, "product_vectors_1": 600},
        **_READS_PRODUCTS,
    ),
    _SIMILAR.but("a department", filter=DEPARTMENT, most={**_COUNTED, **_VECTORS}),
    _SIMILAR.but(
        "few",
        filter=TENTH_OF_PERCENT,
        most={**_LOOKED_UP, "product_vectors_1": 30},
        searches=("products_price_now", "product_vectors_1_pkey"),
    ),
    _SIMILAR.but(
        "a brand",
        filter='{"brands": ["Brand 7", "Brand 8"]}',
        most={"products": 300, "product_vectors_1": 150},
        searches=("products_brand", "product_vectors_1_pkey"),
    ),
    _SIMILAR.but(
        "an attribute",
        filter='{"attributes": {"size": 8}}',
        most={"products": 150, "product_vectors_1": 60},
        searches=("products_attributes", "product_vectors_1_pkey"),
    ),
    # None of the nearest hundred fits, and so every product that does is measured.
    _SIMILAR.but(
        "far away",
        filter=FAR_AWAY,
        most={"products": 2 * PRODUCTS, "product_vectors_1": PRODUCTS + 250},
        whole=("products", "product_vectors_1"),
    ),
    # As many as are in a department are measured, and no product but those of the answer looked at.
    _SIMILAR.but(
        "a far department",
        filter='{"category": "Far away"}',
        most={**_COUNTED, "product_vectors_1": 5000},
        searches=("product_vectors_1_category_idx",),
    ),
    _SIMILAR.but(
        "chosen",
        candidates=["v00008", "v00009"],
        rows=2,
        most={"products": 20, "product_vectors_1": 5, "product_popularity": 5},
        searches=("product_vectors_1_pkey",),
    ),
    _SIMILAR.but(
        "of a trained model",
        model=TRAINED,
        most={**_LOOKED_UP, "neighbours": 25},
        searches=("neighbours_pkey",),
    ),
    _SIMILAR.but(
        "of a trained model, few",
        model=TRAINED,
        filter=TENTH_OF_PERCENT,
        most={**_LOOKED_UP, "neighbours": 25, "product_vectors_2": 30},
        searches=("neighbours_pkey", "product_vectors_2_pkey"),
    ),
    _SIMILAR.but(
        "of a trained model, without neighbours",
        model=TRAINED,
        product_id="v09000",
        most={**_LOOKED_UP, "product_vectors_2": 60},
        searches=("product_vectors_2_hnsw",),
    ),
    _RECOMMENDED,
    _RECOMMENDED.but(
        "half",
        filter=HALF,
        most={**_TASTE, **_COUNTED, "product_vectors_1": 400},
        **_READS_PRODUCTS,
    ),
    _RECOMMENDED.but(
        "few", filter=TENTH_OF_PERCENT, searches=("products_price_now", "product_vectors_1_pkey")
    ),
    _RECOMMENDED.but(
        "diverse",
        diversity="high",
        most={**_TASTE, "products": 400, "product_vectors_1": 500},
    ),
    _RECOMMENDED.but("nobody known", shopper_id=None, most={**_LOOKED_UP, **_POPULAR}, searches=()),
    _RECOMMENDED.but(
        "session",
        shopper_id=None,
        session_id="busy",
        most={**_SESSION, **_LOOKED_UP, **_VECTORS},
        searches=("product_vectors_1_hnsw", "views_of_session"),
    ),
    # A look a minute: what came before a visit is read once more.
    _RECOMMENDED.but(
        "in a long visit",
        until="2026-03-01 12:00+00",
        most={
            **{table: 2 * rows for table, rows in _TASTE.items()},
            **_LOOKED_UP,
            **_VECTORS,
        },
    ),
    _RECOMMENDED.but(
        "of a trained model",
        model=TRAINED,
        most={**_TASTE, **_LOOKED_UP, **_NEIGHBOURS},
        searches=("neighbours_pkey",),
    ),
    # What a purchase counts towards products of its category is looked up.
    _RECOMMENDED.but(
        "of a trained model, a buyer",
        model=TRAINED,
        shopper_id="s9",
        most={**_TASTE, **_LOOKED_UP, **_NEIGHBOURS, "repurchase_factors": 40},
        searches=("neighbours_pkey", "repurchase_factors_pkey"),
    ),
    _RECOMMENDED.but(
        "of a trained model, half",
        model=TRAINED,
        filter=HALF,
        most={**_TASTE, **_COUNTED, **_NEIGHBOURS},
        searches=("neighbours_pkey",),
        **_READS_PRODUCTS,
    ),
    _RECOMMENDED.but(
        "of a trained model, few",
        model=TRAINED,
        filter=TENTH_OF_PERCENT,
        most={**_TASTE, **_LOOKED_UP, **_NEIGHBOURS, **_POPULAR, "product_vectors_2": 250},
        searches=("neighbours_pkey", "product_vectors_2_pkey"),
    ),
    _TRENDING,
    _TRENDING.but("half", filter=HALF, most={**_COUNTED_TO_4000, **_POPULAR}, **_READS_PRODUCTS),
    _TRENDING.but("few", filter=TENTH_OF_PERCENT, searches=("products_price_now",)),
    _TRENDING.but(
        "a shelf",
        filter='{"category": "Department 3 > Shelf 9"}',
        most={"products": 300, "product_popularity": 220},
        searches=("products_category",),
    ),
    _BOUGHT,
    _BOUGHT.but("few", filter=TENTH_OF_PERCENT, rows=0),
    _VIEWED,
    # As many views as the session has: a plan that does not know it reads them all and sorts.
    _VIEWED.but(
        "session",
        shopper_id=None,
        session_id="busy",
        most={"products": 600, "views": 4000},
        searches=("views_of_session",),
    ),
    _VIEWED.but("half", filter=HALF),
    _COMPLEMENTS,
    _COMPLEMENTS.but("half", filter=HALF),
    _SEARCH,
    _SEARCH.but("an unknown word", words="nothing4711"),
    # Two words of the catalogue are one letter away.
    _SEARCH.but(
        "a misspelled word",
        words="quilbdfg",
        most={"products": 40, "search_words": 60, "search_endings": 60, "search_misspellings": 60},
        rows=None,
    ),
    # No product has all three words, 24 have two of them.
    _SEARCH.but(
        "most of the words",
        words="brass word77 nothing4711",
        most={"products": 160, "search_words": 10},
    ),
    # The index lists all that have the word; up to 5,000 are ranked.
    _SEARCH.but("a common word", words="lamp", most={"products": PRODUCTS + 5100}),
    _SEARCH.but(
        "all variants of a common word",
        words="lamp",
        has_one_of_group=False,
        most={"products": PRODUCTS + 5100},
    ),
    _SEARCH.but("in a category", words="word77", category="Department 3", most={"products": 60}),
    _SEARCH.but("a product id", words="v00007", searches=("products_search", "products_pkey")),
    _SEARCH.but(
        "a vector",
        query=VECTOR_OF,
        encoder_id=1,
        most={"products": 200, "product_vectors_1": 200},
        searches=("products_search", "product_vectors_1_hnsw"),
    ),
    _SEARCH.but(
        "a vector in a shelf",
        query=VECTOR_OF,
        encoder_id=1,
        category=_ONE_SHELF,
        most={"products": 900, "product_vectors_1": 250},
        searches=("products_search", "product_vectors_1_pkey"),
    ),
    _SUGGESTED,
    _SUGGESTED.but("the beginning of a rare word", words="name471", most={"products": 60}, rows=5),
    _SUGGESTED.but(
        "the beginning of a misspelled word",
        words="quilbdf",
        most={"products": 60, "search_words": 90, "search_endings": 60, "search_misspellings": 500},
        rows=None,
    ),
    _SUGGESTED.but(
        "a misspelled word",
        words="quilbdfg",
        most={"products": 60, "search_words": 60, "search_endings": 60, "search_misspellings": 60},
        rows=None,
    ),
    # The index lists all that have the word; 300 are ranked.
    _SUGGESTED.but("a common word", words="lamp", most={"products": PRODUCTS + 700}, rows=5),
    _CORRECTED,
    _CORRECTED.but(
        "a word of some", words="word77", joined=None, most={"products": 30}, searches=(), rows=0
    ),
    # Entries of the index: so many products have the most common of the words.
    Case(
        name="some",
        statement="api/search/words_that_find",
        parameters={"words": ["nothing", "name4711", "word77", "lamp"]},
        most={"products": PRODUCTS + 100},
        searches=("products_search",),
        rows=3,
    ),
    # A page over the share of products that are of the category, or all of that category.
    _CATEGORY,
    _CATEGORY.but("next page", after_time="2025-12-30T00:00:00Z", after_id="v00001"),
    _CATEGORY.but(
        "a department",
        category="Department 3",
        most={"products": 250},
        searches=("products_newest",),
    ),
    _CATEGORY.but("none", category="Nowhere", rows=0, most={"products": 2}),
    Case(
        name="all",
        statement="api/catalogue/category_counts",
        rows=61,
        # To plan, the ends of the index are looked at.
        most={"products": PRODUCTS + 10},
        **_READS_PRODUCTS,
    ),
    Case(
        name="of the catalogue",
        statement="api/recommendations/commonest_currency",
        rows=1,
        most={"products": 10_010},
        searches=("products_pkey",),
    ),
    Case(
        name="a department",
        statement="api/catalogue/has_category",
        parameters={"category": "Department 3"},
        # One of six products is of it, so that reading the table finds one as soon as the index.
        most={"products": 20},
        whole=("products",),
        rows=1,
        is_prepared=False,
    ),
    Case(
        name="none",
        statement="api/catalogue/has_category",
        parameters={"category": "Nowhere"},
        searches=("products_category",),
        rows=1,
        is_prepared=False,
    ),
    _LISTED,
    _LISTED.but("next page", after="v06000"),
    Case(
        name="every thousandth",
        statement="api/sitemap/part_ends",
        parameters={"row_count": 1000},
        rows=PRODUCTS // 1000,
        most={"products": PRODUCTS},
        **_READS_PRODUCTS,
    ),
    Case(
        name="all",
        statement="api/sitemap/brands",
        parameters={"row_count": 50_000},
        # Rows that a statement before it rolled back are read too.
        most={"products": 2 * PRODUCTS},
        **_READS_PRODUCTS,
    ),
    _PART,
    _PART.but("the last one", after="v06000", until=None),
    # The end of a part is found at once, however much of the catalogue follows.
    _PART.but("its end", after="v05998", until="v06000", rows=2, most={"products": 10}),
    _CATEGORY.but("by id, a shelf", statement="api/catalogue/list_category", after=None),
    _CATEGORY.but(
        "by id, a department",
        statement="api/catalogue/list_category",
        after="v03000",
        category="Department 3",
        most={"products": 250},
    ),
    _CATEGORY.but(
        "by id, none",
        statement="api/catalogue/list_category",
        after=None,
        category="Nowhere",
        rows=0,
        most={"products": 2},
    ),
    Case(
        name="some",
        statement="api/catalogue/products_by_id",
        parameters={"product_ids": [f"v{n:05}" for n in range(20)]},
        most={"products": 20},
        searches=("products_pkey",),
        rows=20,
    ),
    Case(
        name="some",
        statement="api/catalogue/product_cards",
        parameters={"product_ids": [f"v{n:05}" for n in range(20)]},
        most={"products": 20, "reviews": 80},
        searches=("products_pkey", "reviews_of_product"),
        rows=20,
    ),
    Case(
        name="one",
        statement="api/product_page/product_detail",
        parameters={"product_id": "v00001"},
        most={"products": 1, "reviews": 5},
        searches=("products_pkey", "reviews_of_product"),
        rows=1,
    ),
    _CHOSEN,
    _CHOSEN.but("next page", after_group="EUR", after_first=300, after_second=0, after_id="v00001"),
    _CHOSEN.but(
        "best rated",
        order_name="rating",
        most={"products": 420, "reviews": 1200},
        searches=("products_category", "reviews_of_product"),
    ),
    _CHOSEN.but(
        "of a brand",
        within=None,
        of_brand="Brand 7",
        order_name="newest",
        most={"products": PRODUCTS // 100},
        searches=("products_brand",),
    ),
    _CHOSEN.but(
        "best of a search",
        **_FOUND,
        order_name="best",
        most={"products": 110},
        searches=("products_pkey",),
    ),
    _CHOSEN.but("popular", order_name="popular", most={"products": 420, "product_popularity": 420}),
    # Found by their brand or price, although the department is a sixth of the catalogue; Postgres
    # may combine two indexes, and then reads the entries of the department as well.
    _CHOSEN.but(
        "a brand in a department",
        within="Department 1",
        brands=["Brand 7"],
        most={"products": 2200},
        searches=("products_brand",),
    ),
    _CHOSEN.but(
        "a price in a department",
        within="Department 1",
        price_min=1,
        price_max=7,
        rows=None,
        most={"products": 2200},
        searches=("products_price_now",),
    ),
    _CHOSEN.but(
        "of a search",
        **_FOUND,
        attributes='{"size": [{"size": 8}, {"size": [8]}]}',
        rows=None,
        most={"products": 220},
        searches=("products_pkey",),
    ),
    _FACETS,
    _FACETS.but(
        "of a brand",
        within=None,
        of_brand="Brand 7",
        most={"products": PRODUCTS // 100, "reviews": 1200},
        searches=("products_brand", "reviews_of_product"),
    ),
    _FACETS.but(
        "of a search",
        **_FOUND,
        brands=["Brand 7"],
        least_rating=3,
        most={"products": 220, "reviews": 900},
        searches=("products_pkey", "reviews_of_product"),
    ),
    # Of a long list no more is read than is counted.
    _FACETS.but(
        "cut",
        within="Department 1",
        most_counted=100,
        most={"products": 2200, "reviews": 1200},
        searches=("reviews_of_product",),
    ),
    _REVIEWS,
    _REVIEWS.but("next page", after_time="2026-02-20T00:00:00Z", after_id="b100"),
    _REVIEWS.but(
        "of a rating, to their author",
        rating=5,
        shopper_id=BUSY,
        most={"reviews": 5000, "purchases": 200},
        rows=None,
    ),
    Case(
        name="none",
        statement="api/reviews/own_review",
        parameters={"shopper_id": BUSY, "product_id": "v00001"},
        # By the shopper or by the product, whichever has fewer.
        most={"reviews": 20},
        rows=0,
    ),
    Case(
        name="new",
        statement="api/reviews/write_review",
        parameters={
            "shopper_id": "s9",
            "shopper_hash": b"a hash",
            "product_id": "v00001",
            "rating": 4,
            "title": "Title",
            "body": None,
        },
        most={"products": 4, "shoppers": 4, "consents": 4, "reviews": 60},
        rows=1,
    ),
    Case(
        name="one",
        statement="api/visitors/visitor",
        parameters={"shopper_id": BUSY, "signed_in_by": "account"},
        most={
            "shoppers": 4,
            "consents": 2,
            "basket_lines": 6,
            "hides": 4,
            "accounts": 1,
            "exposures": 2,
        },
        searches=(
            "shoppers_pkey",
            "consents_latest",
            "basket_lines_pkey",
            "hides_pkey",
            "exposures_of_shopper",
        ),
        rows=1,
    ),
    Case(
        name="one",
        statement="api/product_page/has_bought",
        parameters={"shopper_id": BUSY, "product_id": "v00001"},
        most={"purchases": 20},
        searches=("purchases_of_shopper",),
        rows=1,
    ),
    # The large shop has no groups.
    Case(
        name="one",
        statement="api/product_page/variants",
        parameters={"product_id": "v00001", "row_count": 100},
        most={"products": 2},
        rows=0,
    ),
    Case(
        name="some",
        statement="api/product_page/variant_groups",
        parameters={"product_ids": ["v00001", "v00002", "v00003"]},
        most={"products": 6},
        rows=0,
    ),
    # Of 300 shoppers, the latest 30 views.
    Case(
        name="some",
        statement="api/visitors/demo_shoppers",
        parameters={"row_count": 6},
        most={
            "shoppers": 310,
            "consents": 700,
            "views": 9000,
            "products": 9000,
            "accounts": 30,
        },
        searches=("views_of_shopper",),
        rows=6,
    ),
    _PUT,
    _REMOVE,
    _VIEW,
    _VIEW.but("session", shopper_id=None, session_id="busy"),
    _VIEW.but(
        "shopper",
        statement="api/events/record_purchase",
        quantity=1,
        unit_price=3.5,
        order_id="o",
        may_make=True,
        most={
            "products": 4,
            "shoppers": 4,
            "consents": 4,
            "purchases": 4,
            "rebuyable_products": 2,
        },
    ),
    _VIEW.but(
        "shopper",
        statement="api/events/record_basket_addition",
        most={"products": 4, "shoppers": 4, "consents": 4, "basket_additions": 4},
    ),
    _VIEW.but(
        "shopper",
        statement="api/events/record_click",
        most={"products": 4, "shoppers": 4, "consents": 4, "clicks": 4},
    ),
    _VIEW.but(
        "shopper",
        statement="api/events/record_review",
        rating=5,
        title="Title",
        body="Body",
        may_make=True,
        most={"products": 4, "shoppers": 4, "consents": 4, "reviews": 4},
    ),
    _VIEW.but(
        "one",
        statement="api/events/record_return",
        purchase_id="p0-0-0",
        quantity=None,
        tolerance="1 minute",
        most={"purchases": 12, "returns": 8},
    ),
    _VIEW.but(
        "shopper",
        statement="api/events/record_unhide",
        most={"products": 4, "hides": 4},
    ),
    Case(
        name="some",
        statement="api/recommendations/nearness",
        parameters={"product_id": "v00002", "because_id": "v00001"},
        most={"neighbours": 210, "product_pairs": 4},
        searches=("neighbours_pkey",),
        model=TRAINED,
        rows=1,
    ),
    _STATED,
    _STATED.but("session", **_BY_SESSION),
    _STATED.but("shopper", statement="api/events/take_back_preference", rows=0, most=_WISH),
    _STATED.but(
        "session", statement="api/events/take_back_preference", **_BY_SESSION, rows=0, most=_WISH
    ),
    _STATED.but("shopper", statement="api/events/preferences", rows=3, most=_WISH),
    _STATED.but("session", statement="api/events/preferences", **_BY_SESSION, rows=3, most=_WISH),
    _VIEW.but(
        "shopper",
        statement="api/events/record_hide",
        most={"products": 4, "shoppers": 4, "consents": 4, "hides": 2},
    ),
    Case(
        name="unknown",
        statement="api/privacy/is_readmitted",
        parameters={"shopper_hash": bytes(32), "since": "2026-03-03T00:00:00Z"},
        rows=1,
        most={"readmitted_shoppers": 2},
    ),
    Case(
        name="new",
        statement="api/ladder/spend_token",
        parameters={"token_hash": bytes(32), "expires_at": "2026-03-03T00:00:00Z"},
        rows=1,
        most={"spent_tokens": 2},
    ),
    Case(
        name="yes",
        statement="api/visitors/record_consent",
        parameters={**_CONSENT, "shopper_id": BUSY, "source": "site", "may_make": False},
        most={"shoppers": 4, "consents": 4},
        rows=1,
    ),
    Case(
        name="somebody new",
        statement="api/visitors/record_consent",
        parameters={**_CONSENT, "shopper_id": "new", "source": "api", "may_make": True},
        most={"shoppers": 4, "consents": 4},
        rows=1,
    ),
    Case(
        name="some",
        statement="api/visitors/decisions",
        parameters={"shopper_id": BUSY, "row_count": 100},
        most={"consents": 4},
        searches=("consents_latest",),
    ),
    Case(
        name="much",
        statement="api/visitors/kept_actions",
        parameters={"shopper_id": BUSY},
        most={"views": 4, "basket_additions": 4, "clicks": 4, "impressions": 4, "exposures": 4},
        searches=("clicks_of_shopper",),
        rows=1,
    ),
    Case(
        name="shopper",
        statement="api/visitors/forget_actions",
        parameters={"purpose": "measurement", "shopper_id": BUSY, "session_id": None},
        most={"consents": 4, "clicks": 20, "impressions": 40, "exposures": 4},
        searches=("clicks_of_shopper", "impressions_of_shopper", "exposures_of_shopper"),
        rows=1,
    ),
    Case(
        name="session",
        statement="api/visitors/forget_actions",
        parameters={"purpose": "measurement", "shopper_id": None, "session_id": "visit"},
        most={"consents": 4, "clicks": 20, "impressions": 40, "exposures": 4},
        searches=("clicks_of_session", "impressions_of_session", "exposures_of_session"),
        rows=1,
    ),
    Case(
        name="personalisation of a session",
        statement="api/visitors/forget_actions",
        parameters={"purpose": "personalisation", "shopper_id": None, "session_id": "visit"},
        most={"consents": 4, "views": 20, "basket_additions": 20},
        rows=1,
    ),
    Case(
        name="visit",
        statement="api/visitors/adopt_impressions",
        parameters={"session_id": "visit", "shopper_id": BUSY},
        most={"consents": 4},
        rows=0,
    ),
    Case(
        name="visit",
        statement="api/visitors/adopt_exposures",
        parameters={"session_id": "visit", "shopper_id": BUSY},
        most={"consents": 4, "exposures": 8},
        rows=0,
    ),
    Case(name="one", statement="api/experiments/running", rows=1),
    Case(
        name="two",
        statement="api/impressions/write_exposures",
        parameters={
            "experiments": ["trial", "trial"],
            "arms": ["control", "new"],
            "shopper_ids": [BUSY, None],
            "session_ids": [None, "visit"],
            "exposed_at": ["2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"],
        },
        most={"consents": 4, "shoppers": 2, "exposures": 4},
        rows=0,
    ),
    Case(name="one", statement="api/impressions/add_months", rows=0),
    Case(
        name="two",
        statement="api/impressions/write_shown",
        parameters={
            "impression_ids": [_IMPRESSION, None],
            "answer_ids": [_ANSWER, None],
            "served_at": ["2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"],
            "places": ["home", "home"],
            "tiers": ["live", "live"],
            "page_product_ids": [None, "v00001"],
            "shopper_ids": [BUSY, None],
            "session_ids": [None, None],
            "are_bots": [False, False],
            "product_ids": ["v00001", "v00002"],
            "positions": [1, 2],
            "models": ["average", None],
            "scores": [0.5, None],
            "reason_kinds": ["viewed", None],
        },
        most={"consents": 4, "impression_counts": 4, "shoppers": 2},
        searches=("impression_counts_key",),
        rows=2,
    ),
    Case(
        name="two",
        statement="api/impressions/write_marks",
        parameters={
            "impression_ids": [_IMPRESSION, _IMPRESSION],
            "served_at": ["2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"],
            "product_ids": ["v00001", "v00001"],
            "marked_at": ["2026-03-01T00:00:09Z", "2026-03-01T00:00:10Z"],
            "are_clicks": [False, True],
            "shopper_ids": [BUSY, BUSY],
            "session_ids": [None, None],
        },
        most={"impressions": 8, "consents": 8, "shoppers": 2},
        rows=0,
    ),
    Case(
        name="two",
        statement="api/impressions/measured_shoppers",
        parameters={"shopper_ids": [BUSY, "nobody"]},
        most={"consents": 8, "shoppers": 4},
        rows=0,
    ),
    Case(
        name="two",
        statement="api/impressions/count_marks",
        parameters={
            "days": ["2026-03-01", "2026-03-01"],
            "places": ["home", "home"],
            "models": ["average", None],
            "tiers": ["live", "live"],
            "positions": [1, 2],
            "product_ids": ["v00001", "v00002"],
            "are_bots": [False, False],
            "are_clicks": [False, True],
        },
        most={"products": 4, "impression_counts": 4},
        searches=("impression_counts_key",),
        rows=2,
    ),
    Case(
        name="somebody known",
        statement="api/oidc/admit_shopper",
        parameters={"shopper_id": BUSY, "shopper_hash": b"hash", "display_name": "Somebody"},
        most={"shoppers": 4, "consents": 4},
        rows=1,
    ),
    Case(
        name="somebody new",
        statement="api/oidc/admit_shopper",
        parameters={"shopper_id": "new", "shopper_hash": b"hash", "display_name": None},
        most={"shoppers": 4, "consents": 4},
        rows=1,
    ),
    Case(
        name="somebody",
        statement="api/visitors/forget_searches",
        parameters={"shopper_id": BUSY},
        most={"sessions": 2},
        rows=0,
    ),
    Case(name="there", statement="api/health/schema_state", rows=1),
    Case(name="there", statement="api/health/serving_model", rows=1),
    Case(name="there", statement="api/visitors/is_demo_shop", rows=1),
    _STEP,
    _STEP.but(
        "neighbours, half",
        filter=HALF,
        most={**_COUNTED_TO_4000, "neighbours": 25},
        **_READS_PRODUCTS,
    ),
    _STEP.but(
        "neighbours, few",
        filter=TENTH_OF_PERCENT,
        # Postgres 16 reads the entries of its shelf too, as it combines two indexes.
        most={**_POPULAR, "products": 300, "neighbours": 25},
    ),
    _STEP.but(
        "neighbours, chosen",
        candidates=["v00008", "v00009"],
        rows=2,
        most={"products": 20, "neighbours": 25, "product_popularity": 5},
    ),
    # Its own shelf of 200 first.
    _STEP.but(
        "neighbours, without neighbours",
        product_id="v09000",
        most={"products": 300, "product_popularity": 260},
    ),
    _STEP.but(
        "popular",
        way="popular",
        most={"products": 300, "product_popularity": 260},
        searches=(),
    ),
    _STEP.but(
        "popular, half",
        way="popular",
        filter=HALF,
        most={"products": 20_000, "product_popularity": 260},
        searches=(),
        **_READS_PRODUCTS,
    ),
    _STEP.but(
        "popular, few",
        way="popular",
        filter=TENTH_OF_PERCENT,
        most={"products": 400, "product_popularity": 40},
        searches=(),
    ),
    _STEP_FOR_SOMEBODY,
    _STEP_FOR_SOMEBODY.but(
        "neighbours, half",
        filter=HALF,
        most={**_TASTE, **_COUNTED_TO_4000, **_NEIGHBOURS},
        **_READS_PRODUCTS,
    ),
    # Each of the neighbours is looked up.
    _STEP_FOR_SOMEBODY.but(
        "neighbours, few",
        filter=TENTH_OF_PERCENT,
        most={**_TASTE, **_NEIGHBOURS, **_POPULAR, "products": 600},
    ),
    _STEP_FOR_SOMEBODY.but(
        "neighbours, session",
        shopper_id=None,
        session_id="busy",
        most={**_SESSION, **_LOOKED_UP, **_NEIGHBOURS},
        searches=("views_of_session",),
    ),
    _STEP_FOR_SOMEBODY.but(
        "popular",
        way="popular",
        most={**_TASTE, **_LOOKED_UP, **_POPULAR},
        searches=(),
    ),
    _STEP_FOR_SOMEBODY.but(
        "popular, few",
        way="popular",
        filter=TENTH_OF_PERCENT,
        most={**_TASTE, **_LOOKED_UP, **_POPULAR},
        searches=(),
    ),
    Case(
        name="some",
        statement="api/visitors/excluded_products",
        parameters={"shopper_ids": ["s1", "s2", BUSY], "row_count": 1000},
        most={
            "shoppers": 9,
            "consents": 12,
            "purchases": 120,
            "hides": 12,
            "preferences": 12,
            "basket_lines": 20,
            "rebuyable_products": 60,
            "reviews": 40,
        },
        searches=("purchases_of_shopper", "hides_pkey", "basket_lines_pkey"),
        rows=3,
    ),
    Case(
        name="one",
        statement="api/my_data/rename_shopper",
        parameters={**_OF_BUSY, "display_name": "Somebody else"},
        most={"shoppers": 8, "consents": 4},
        rows=1,
        searches=("shoppers_pkey",),
    ),
    Case(
        name="first page",
        statement="api/my_data/own_reviews",
        parameters={"shopper_id": BUSY, "reviewed_at": None, "review_id": None, "row_count": 5},
        most={"reviews": 12, "products": 12},
        rows=5,
        searches=("reviews_of_shopper",),
    ),
    Case(
        name="next page",
        statement="api/my_data/own_reviews",
        parameters={
            "shopper_id": BUSY,
            "reviewed_at": "2026-02-26T00:00:00Z",
            "review_id": "r1",
            "row_count": 5,
        },
        most={"reviews": 12, "products": 12},
        searches=("reviews_of_shopper",),
    ),
    Case(
        name="one",
        statement="api/my_data/own_review",
        parameters={"shopper_id": BUSY, "review_id": "r7"},
        most={"reviews": 4, "products": 4},
        rows=1,
        searches=("reviews_pkey",),
    ),
    Case(
        name="one",
        statement="api/my_data/change_review",
        parameters={
            **_OF_BUSY,
            "review_id": "r7",
            "rating": 1,
            "title": "Another title",
            "body": None,
        },
        most={"shoppers": 4, "consents": 4, "reviews": 6},
        rows=1,
        searches=("reviews_pkey",),
    ),
    Case(
        name="one",
        statement="api/my_data/delete_review",
        parameters={"shopper_id": BUSY, "review_id": "r7"},
        most={"reviews": 2},
        rows=1,
        searches=("reviews_pkey",),
    ),
    Case(
        name="unknown",
        statement="api/my_data/read_receipt",
        parameters={"erasure_id": "00000000-0000-4000-8000-000000000000"},
        most={"erasures": 2},
        rows=0,
    ),
    Case(
        name="some",
        statement="api/basket/read_lines",
        parameters={"basket_id": _BASKET},
        most={"basket_lines": 6, "products": 6},
        rows=3,
        **_IN_BASKET,
    ),
    Case(
        name="some",
        statement="api/basket/summarise",
        parameters={"basket_id": "visitor7"},
        most={"basket_lines": 6},
        rows=1,
        **_IN_BASKET,
    ),
    Case(
        name="shopper",
        statement="api/basket/add_product",
        parameters={
            "basket_id": _BASKET,
            "shopper_id": BUSY,
            "shopper_hash": bytes(32),
            "product_id": "v00001",
            "quantity": 1,
            "most": 99,
            "most_lines": 100,
        },
        most={"products": 4, "shoppers": 4, "consents": 4, "baskets": 4, "basket_lines": 10},
        rows=1,
        searches=("basket_lines_pkey", "baskets_pkey"),
    ),
    Case(
        name="none",
        statement="api/basket/set_quantity",
        parameters={"basket_id": _BASKET, "product_id": "v00001", "quantity": 2},
        most={"baskets": 4, "basket_lines": 6},
        rows=1,
        searches=("basket_lines_pkey", "baskets_pkey"),
    ),
    Case(
        name="visitor",
        statement="api/basket/merge_baskets",
        parameters={
            "visitor_basket": "visitor7",
            "basket_id": _BASKET,
            "shopper_id": BUSY,
            "shopper_hash": bytes(32),
            "most_lines": 100,
        },
        most={"shoppers": 4, "consents": 4, "baskets": 8, "basket_lines": 30},
        rows=1,
        searches=("basket_lines_pkey", "baskets_pkey"),
    ),
    Case(
        name="some",
        statement="api/basket/goes_with_basket",
        parameters={"product_ids": ["v00001", "v00002", "v00003"], "k": 6},
        most={"products": 250, "product_complements": 110},
        rows=6,
    ),
    Case(
        name="some",
        statement="api/orders/place_order",
        parameters={
            "basket_id": _BASKET,
            "shopper_id": BUSY,
            "shopper_hash": bytes(32),
            "order_id": "o",
            "product_ids": ["v00001"],
            "quantities": [1],
            "unit_prices": [None],
        },
        most={
            "products": 12,
            "shoppers": 4,
            "consents": 4,
            "purchases": 40,
            "basket_lines": 12,
        },
        rows=1,
        searches=("basket_lines_pkey",),
    ),
    Case(
        name="one",
        statement="api/orders/read_order",
        parameters={"shopper_id": BUSY, "order_id": "o7-0"},
        most={"purchases": 40, "products": 12},
        rows=3,
        searches=("purchases_of_shopper",),
    ),
    Case(
        name="some",
        statement="api/orders/list_orders",
        parameters={"shopper_id": BUSY, "ordered_at": None, "order_id": None, "row_count": 21},
        most={"purchases": 40, "products": 40},
        searches=("purchases_of_shopper",),
    ),
    Case(
        name="none",
        statement="api/sessions/read_session",
        parameters=_SESSION_HASH,
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="none",
        statement="api/sessions/hold_session",
        parameters=_SESSION_HASH,
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="none",
        statement="api/sessions/renew_session",
        parameters={**_SESSION_HASH, "seconds": 60.0},
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="new",
        statement="api/sessions/write_session",
        parameters={**_SESSION_HASH, "data": "{}", "seconds": 60.0},
        most={"sessions": 2},
        rows=1,
    ),
    Case(
        name="new",
        statement="api/sessions/replace_session",
        parameters={**_SESSION_HASH, "data": "{}", "seconds": 60.0, "old_hash": None},
        most={"sessions": 2},
        rows=1,
    ),
    Case(
        name="none",
        statement="api/sessions/change_session",
        parameters={**_SESSION_HASH, "data": "{}", "hide": "p", "show": None, "most": 200},
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="somebody",
        statement="api/sessions/hold_shopper",
        parameters={"shopper_id": BUSY, "shopper_hash": bytes(32)},
        most={"shoppers": 4, "consents": 4},
        rows=1,
    ),
    Case(
        name="of a password",
        statement="api/sessions/hold_account",
        parameters={"shopper_id": BUSY, "password_hash": "hash"},
        most={"accounts": 2},
        rows=1,
    ),
    Case(
        name="none",
        statement="api/sessions/end_session_of_nobody",
        parameters=_SESSION_HASH,
        most={"sessions": 2, "shoppers": 4},
        rows=0,
    ),
    Case(
        name="none",
        statement="api/sessions/delete_session",
        parameters=_SESSION_HASH,
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="all",
        statement="api/sessions/delete_all_sessions",
        whole=("sessions",),
        rows=0,
    ),
    Case(
        name="none",
        statement="api/sessions/sessions_of",
        parameters={"shopper_id": BUSY},
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="none",
        statement="api/sessions/delete_sessions_of",
        parameters={"shopper_id": BUSY, "but_hash": None},
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="of an address",
        statement="api/accounts/find_account",
        parameters={"email": _EMAIL},
        most={"accounts": 1, "shoppers": 4},
        searches=("shoppers_pkey",),
        rows=1,
    ),
    Case(
        name="of a shopper",
        statement="api/accounts/account_of",
        parameters={"shopper_id": BUSY},
        most={"accounts": 1, "shoppers": 4},
        searches=("shoppers_pkey",),
        rows=1,
    ),
    Case(
        name="another",
        statement="api/accounts/write_password",
        parameters={"shopper_id": BUSY, "old_hash": "hash", "new_hash": "other"},
        most={"accounts": 2},
        rows=1,
    ),
    Case(
        name="known",
        statement="api/accounts/ask_sign_up",
        parameters={
            **_NEW_LINK,
            "hashed_id": "s8",
            "new_id": "new",
            "display_name": None,
            "password_hash": "hash",
        },
        most={"accounts": 3, "account_links": 2, "shoppers": 4},
        rows=1,
    ),
    Case(
        name="chosen",
        statement="api/accounts/change_password",
        parameters={"shopper_id": BUSY, "old_hash": "hash", "new_hash": "other"},
        most={"accounts": 4, "account_links": 6},
        rows=1,
    ),
    Case(
        name="good",
        statement="api/accounts/hold_account_of_link",
        parameters={"token_hash": _LINK_HASH},
        most={"accounts": 2, "account_links": 2},
        rows=1,
    ),
    Case(
        name="known",
        statement="api/accounts/ask_reset",
        parameters={**_NEW_LINK, "new_id": "new"},
        most={"accounts": 1, "account_links": 2},
        rows=1,
    ),
    Case(
        name="good",
        statement="api/accounts/read_link",
        parameters={"token_hash": _LINK_HASH},
        most={"account_links": 1, "shoppers": 4},
        rows=1,
    ),
    Case(
        name="of another purpose",
        statement="api/accounts/make_account",
        parameters={
            "token_hash": _LINK_HASH,
            "shopper_id": BUSY,
            "shopper_hash": bytes(32),
            "password_hash": "hash",
        },
        most={"accounts": 4, "account_links": 6, "shoppers": 4},
        rows=0,
    ),
    Case(
        name="good",
        statement="api/accounts/reset_password",
        parameters={"token_hash": _LINK_HASH, "password_hash": "other"},
        most={"accounts": 3, "account_links": 6, "sessions": 2},
        rows=1,
    ),
    Case(
        name="none",
        statement="api/accounts/end_session",
        parameters={"shopper_id": BUSY, **_SESSION_HASH},
        most={"sessions": 2},
        rows=0,
    ),
    Case(
        name="two",
        statement="api/accounts/take_attempts",
        parameters={
            "key_hashes": [_LINK_HASH, bytes(32)],
            "most": [5, 10],
            "seconds": [600.0, 60.0],
        },
        most={"account_attempts": 8},
        rows=1,
    ),
    Case(
        name="one",
        statement="api/accounts/forgive_attempts",
        parameters={"key_hashes": [_LINK_HASH]},
        most={"account_attempts": 2},
        rows=1,
    ),
    Case(
        name="known",
        statement="api/accounts/make_claim",
        parameters={**_NEW_LINK, "shopper_id": "s8", "email": "new@example.com"},
        most={"accounts": 2, "account_links": 2, "shoppers": 4},
        rows=1,
    ),
    Case(
        name="past", statement="api/database/has_replayed", parameters={"position": "0/1"}, rows=1
    ),
    Case(name="now", statement="api/database/write_position", rows=1),
    Case(
        name="new",
        statement="api/database/act_as_app",
        parameters={"role": "none", "limit_ms": "2000"},
        rows=1,
    ),
    Case(name="new", statement="api/database/connection_state", rows=1),
    Case(name="there", statement="api/search/serving_query_encoder", rows=1),
    Case(
        name="one",
        statement="api/search/query_encoder_piece",
        parameters={"encoder_id": 1, "name": "weights", "position": 1500},
        most={"query_encoder_files": 1},
        searches=("query_encoder_files_pkey",),
        rows=1,
    ),
)

"""Re-ranking for diversity: against a plain implementation, and what every page keeps."""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from tests.shop.database import run
from tests.shop.models import add_trained, add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

START = datetime(2026, 1, 1, tzinfo=UTC)


def recommend(k: int, level: str | None = None) -> list[tuple[str, float]]:
    rows = run(
        "select product_id, score, rank from recs.recommend_with_reasons("
        "'s', null, %s, p_diversity => %s)",
        (k, level),
    )
    assert [row[2] for row in rows] == list(range(1, 1 + len(rows)))
    return [(row[0], row[1]) for row in rows]


def serve_with(**serving: float) -> None:
    run("update recs.models set serving = %s", (Jsonb(serving),))


def plain(
    scores: list[float],
    vectors: NDArray[np.float32],
    categories: list[str | None],
    brands: list[str | None],
    *,
    diversity: float = 0,
    category_share: float = 1,
    brand_share: float = 1,
) -> list[int]:
    """Return the places of the candidates in the order that the definition gives."""
    left, picks = list(range(len(scores))), list[int]()
    while left:
        pick = len(picks) + 1

        def is_over(place: int, groups: list[str | None], share: float, pick: int = pick) -> bool:
            taken = sum(groups[i] == groups[place] for i in picks)
            return groups[place] is not None and taken >= math.ceil(share * max(pick, 10))

        def merit(place: int) -> tuple[bool, float, int]:
            likeness = max([0.0] + [float(vectors[place] @ vectors[i]) for i in picks])
            return (
                is_over(place, categories, category_share) or is_over(place, brands, brand_share),
                -(scores[place] / scores[0] - diversity * likeness),
                place,
            )

        picks.append(min(left, key=merit))
        left.remove(picks[-1])
    return picks


@pytest.fixture
def shop(database: object) -> NDArray[np.float32]:
    """Give a shopper who viewed product 0, whose 120 neighbours are products 1 to 120."""
    vectors = clusters(300, 8)
    # What a halfvec holds, so that no near tie falls the other way.
    vectors = vectors.astype(np.float16).astype(np.float32)
    scores = np.sort(np.random.default_rng(3).uniform(0.2, 1, 120))[::-1]
    add_trained(vectors, {0: [(i + 1, float(score)) for i, score in enumerate(scores)]})
    run(
        "update raw.products set "
        "category = case when substr(product_id, 2)::int %% 5 > 0 "
        "  then 'A > ' || substr(product_id, 2)::int %% 3 end, "
        "brand = case when substr(product_id, 2)::int %% 7 > 0 "
        "  then 'b' || (substr(product_id, 2)::int / 8) end",
        (),
    )
    add_shopper("s")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values ('e1', 's', 'v00000', %s)",
        (START,),
    )
    return vectors


@pytest.mark.parametrize(
    "options",
    [
        {"diversity": 0.3},
        {"diversity": 2.0},
        {"category_share": 0.2},
        {"brand_share": 0.1},
        {"diversity": 0.5, "category_share": 0.25, "brand_share": 0.15},
    ],
)
@pytest.mark.parametrize("pool", [1, 30, 70])
def test_the_order_is_that_of_the_definition(
    shop: NDArray[np.float32], options: dict[str, float], pool: int
) -> None:
    before = recommend(100)
    serve_with(pool=pool, **options)
    after = recommend(100)
    places = [int(product[1:]) for product, _ in before[:pool]]
    details = {
        row[0]: row[1:] for row in run("select product_id, category, brand from raw.products")
    }
    order = plain(
        [score for _, score in before[:pool]],
        shop[places] / np.linalg.norm(shop[places], axis=1, keepdims=True),
        [details[name_of(i)][0] for i in places],
        [details[name_of(i)][1] for i in places],
        **options,
    )
    assert after == [before[i] for i in order] + before[pool:]
    if pool > 1:
        assert after != before


@pytest.mark.usefixtures("shop")
def test_a_longer_list_begins_with_the_shorter() -> None:
    serve_with(diversity=0.7, category_share=0.4, pool=40)
    long = recommend(299)
    assert len({product for product, _ in long}) == 299
    for size in (1, 7, 40, 60):
        assert recommend(size) == long[:size]


@pytest.mark.usefixtures("shop")
def test_a_level_takes_the_place_of_the_models_own_options() -> None:
    plainly = recommend(60)
    assert recommend(60, "none") == plainly
    serve_with(diversity=0.6, category_share=0.3, brand_share=0.3)
    most = recommend(60)
    assert most != plainly
    assert recommend(60, "none") == plainly
    assert recommend(60, "high") == most
    assert recommend(60, "low") not in (most, plainly)
    with pytest.raises(psycopg.Error):
        recommend(60, "extreme")


def test_the_first_page_is_less_alike_and_no_category_takes_it_over(
    shop: NDArray[np.float32],
) -> None:
    def alike(products: list[tuple[str, float]]) -> float:
        own = shop[[int(product[1:]) for product, _ in products]]
        return float(np.triu(own @ own.T, 1).sum() / (len(own) * (len(own) - 1) / 2))

    means = []
    for diversity in (0.0, 0.3, 1.0):
        serve_with(diversity=diversity)
        means.append(alike(recommend(10)))
    assert means[0] > means[1] > means[2]

    run("update raw.products set category = 'All the same' where product_id < 'v00030'")
    serve_with(category_share=0.2, pool=50)
    first = [product for product, _ in recommend(10)]
    assert sum(product < name_of(30) for product in first) == 2
    # Within its cap the best are kept, in their order.
    assert first[:2] == [name_of(1), name_of(2)]


def test_a_shop_of_one_category_and_one_brand_still_shows_it() -> None:
    add_trained(clusters(30), {0: [(i, 1 / i) for i in range(1, 30)]})
    run("update raw.products set category = 'A', brand = 'b'")
    add_shopper("s")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values ('e1', 's', 'v00000', now())"
    )
    before = recommend(29)
    serve_with(category_share=0.1, brand_share=0.1)
    assert recommend(29) == before


def test_the_average_model_is_diversified_too() -> None:
    vectors = clusters(200)
    add_vectors(vectors)
    add_shopper("s")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values ('e1', 's', 'v00000', now())"
    )
    before = recommend(60)
    serve_with(diversity=1.0, pool=50)
    after: list[Any] = recommend(60)
    assert after[0] == before[0]
    assert after != before
    assert sorted(after[:50]) == sorted(before[:50])
    assert after[50:] == before[50:]


def test_products_without_a_vector_count_as_unlike_all_others() -> None:
    add_trained(clusters(40), {0: [(i, 1 - i / 100) for i in range(1, 20)]})
    run("delete from recs.product_vectors where product_id in ('v00005', 'v00019')")
    add_shopper("s")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values ('e1', 's', 'v00000', now())"
    )
    serve_with(diversity=5.0)
    assert {product for product, _ in recommend(4)} >= {"v00005", "v00019"}

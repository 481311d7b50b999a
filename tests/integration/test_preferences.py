"""More like this, less like this: what the SQL functions do with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from tests.shop.database import run
from tests.shop.models import add_trained, add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters, name_of

pytestmark = pytest.mark.usefixtures("database")

MORE, LESS = 1, -1
# Each product's nearest are the 19 others of its shelf.
SHELF = 20
K = 12


def state(direction: int, product: int, shopper: str | None = "s", **other: Any) -> bool:
    """State a wish as the site does; whether it is kept."""
    parameters = {
        "product_id": name_of(product),
        "shopper_id": shopper,
        "session_id": None,
        "shopper_hash": shopper and shopper_hash(shopper),
        "direction": direction,
        "most": 100,
        **other,
    }
    [(has_product, is_kept)] = run(query("api/events/state_preference"), parameters)
    assert has_product
    return is_kept


def take_back(product: int, shopper: str | None = "s", session: str | None = None) -> None:
    parameters = {"product_id": name_of(product), "shopper_id": shopper, "session_id": session}
    run(query("api/events/take_back_preference"), parameters)


def listed(shopper: str | None = "s", k: int = K, **asked: Any) -> list[str]:
    return [row[0] for row in explained(shopper, k, **asked)]


def explained(
    shopper: str | None = "s",
    k: int = K,
    *,
    session: str | None = None,
    way: str = "vectors",
    as_of: datetime | None = None,
) -> list[tuple[Any, ...]]:
    return run(
        "select product_id, reason_kind, reason_product_id, source "
        "from recs.recommend_with_reasons(%s, %s, %s, p_way => %s, p_as_of => %s) order by rank",
        (shopper, session, k, way, as_of),
    )


def shelf(product_id: str) -> int:
    return int(product_id[1:]) // SHELF


def view(*products: int) -> None:
    for product in products:
        run(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "values (%s, 's', %s, now() - interval '1 hour')",
            (f"view {product}", name_of(product)),
        )


def shelves(count: int) -> dict[int, list[tuple[int, float]]]:
    """Give every product the others of its shelf as neighbours, the nearer the better."""
    return {
        one: [
            (other, 1 / (1 + place))
            for place, other in enumerate(
                sorted(
                    (
                        n
                        for n in range(one // SHELF * SHELF, one // SHELF * SHELF + SHELF)
                        if n != one
                    ),
                    key=lambda other: abs(other - one),
                )
            )
        ]
        for one in range(count)
    }


@pytest.fixture(params=["trained", "average"])
def model(database: dict[str, str], request: pytest.FixtureRequest) -> str:
    """Make 400 products on 20 shelves with either kind of model, and the shopper s."""
    assert database
    count = 400
    rng = np.random.default_rng(3)
    middles = rng.normal(size=(count // SHELF, 32)).astype(np.float32)
    vectors = np.repeat(middles, SHELF, axis=0) + rng.normal(scale=0.05, size=(count, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    if request.param == "trained":
        add_trained(vectors, shelves(count))
    else:
        add_vectors(vectors)
    add_shopper("s")
    return request.param


@pytest.mark.usefixtures("model")
def test_more_like_a_product_brings_its_like_says_so_and_undo_brings_the_old_list_back() -> None:
    view(5)
    before = explained()
    assert 7 not in {shelf(row[0]) for row in before}

    assert state(MORE, 150)
    after = explained()

    assert sum(shelf(row[0]) == 7 for row in after) >= 3
    reasons = {row[1:3] for row in after if shelf(row[0]) == 7}
    assert reasons == {("asked_for", name_of(150))}
    take_back(150)
    assert explained() == before


@pytest.mark.usefixtures("model")
def test_less_like_a_product_pushes_its_like_down_and_undo_brings_the_old_list_back() -> None:
    view(5, 105)
    before = listed(k=38)
    assert {shelf(one) for one in before} == {0, 5}
    leading = shelf(before[0])
    unwanted = next(int(one[1:]) for one in before[1:] if shelf(one) == leading)
    first = sum(shelf(one) == leading for one in before[:K])

    assert state(LESS, unwanted)
    after = listed(k=38)

    assert name_of(unwanted) not in after
    assert sum(shelf(one) == leading for one in after[:K]) < first
    # They come later, and none but the product itself is taken away.
    assert set(before[:-1]) - set(after) == {name_of(unwanted)}
    take_back(unwanted)
    assert listed(k=38) == before


def test_less_like_a_product_counts_on_the_step_that_reads_neighbours_alone(model: str) -> None:
    if model == "average":
        pytest.skip("it stores no neighbours here")
    view(5, 105)
    before = listed(way="neighbours")
    assert state(LESS, 6)
    after = listed(way="neighbours")
    assert sum(shelf(one) == 0 for one in after) < sum(shelf(one) == 0 for one in before)


def test_a_short_list_is_the_beginning_of_a_long_one(model: str) -> None:
    if model == "average":
        pytest.skip("a list by vectors has one order whatever its length")
    view(5, 105, 250)
    state(LESS, 6)
    state(LESS, 104)
    long = listed(k=60)
    assert [listed(k=k) for k in (1, 5, 12)] == [long[:1], long[:5], long[:12]]


@pytest.mark.usefixtures("model")
def test_a_wish_without_consent_is_not_kept_and_one_that_was_kept_is_not_read() -> None:
    view(5)
    before = listed()
    add_shopper("silent", has_consent=False)
    assert not state(MORE, 150, "silent")
    assert run("select * from recs.preferences") == []

    state(MORE, 150)
    state(LESS, 6)
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('s', 'personalisation', false, 'test')"
    )
    assert {row[3] for row in explained()} == {"popular"}
    assert listed() == listed(None)
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source, recorded_at) "
        "values ('s', 'personalisation', true, 'test', now() + interval '1 second')"
    )
    assert listed() != before


@pytest.mark.usefixtures("model")
def test_a_session_has_wishes_of_its_own() -> None:
    view(5)
    of_shopper = listed()
    assert state(MORE, 150, None, session_id="one")
    assert {shelf(one) for one in listed(None, session="one", k=8)} == {7}
    assert listed() == of_shopper
    assert listed(None, session="two") == listed(None)
    take_back(150, None, "two")
    assert {shelf(one) for one in listed(None, session="one", k=8)} == {7}
    take_back(150, None, "one")
    assert run("select * from recs.preferences") == []


@pytest.mark.usefixtures("model")
def test_the_other_wish_takes_the_place_of_the_first_and_the_oldest_is_forgotten() -> None:
    for product in (1, 2, 3):
        state(MORE, product)
    state(LESS, 1)
    asked = {"shopper_id": "s", "session_id": None}
    assert dict(run(query("api/events/preferences"), asked)) == {
        name_of(1): LESS,
        name_of(2): MORE,
        name_of(3): MORE,
    }
    state(MORE, 4, most=3)
    assert [one for one, _ in run(query("api/events/preferences"), asked)] == [
        name_of(4),
        name_of(1),
        name_of(3),
    ]


@pytest.mark.usefixtures("model")
def test_as_of_a_moment_before_it_a_wish_does_not_count() -> None:
    view(5)
    moment = datetime.now(UTC) - timedelta(minutes=10)
    before = listed(as_of=moment)
    state(MORE, 150)
    state(LESS, 6)
    assert listed(as_of=moment) == before
    assert listed() != before


def test_a_wish_stays_with_the_product_that_an_id_stood_for() -> None:
    add_vectors(clusters(30))
    add_shopper("s")
    run("update raw.products set title = 'Blue mug', category = 'Kitchen'")
    state(LESS, 6)
    run(
        "update raw.products set title = 'Camping tent', category = 'Outdoor' "
        "where product_id = %s",
        (name_of(6),),
    )
    [(product_id,)] = run("select product_id from recs.preferences")
    assert product_id.startswith(f"{name_of(6)} (until ")

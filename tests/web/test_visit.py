"""A list follows the visit: the shoppers to try the demo as, somebody anonymous, told looks."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.demo.write import ShopSize, write_demo_shop
from alsolike.loading import load_folder
from alsolike.models import find_model, let_serve
from alsolike.progress import ignore_progress
from alsolike.runs import recorded_run
from alsolike.settings import load_settings
from alsolike.training import Recipe, train
from alsolike.transform import transform
from api.app import create_app
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder
from tests.shop.database import cloned_database, run, variables_set

Client = TestClient[Litestar]

CARDS = 12
EVENTS = count()


@pytest.fixture(scope="module")
def site(
    postgres_server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """Give a client of the demo shop, smaller, in which a trained model serves."""
    folder = tmp_path_factory.mktemp("demo")
    with cloned_database(postgres_server) as variables, variables_set(variables):
        size = ShopSize(products=480, shoppers=300, days=40)
        until = datetime.now(UTC) - timedelta(hours=2)
        with recorded_run("demo", {"products": 480}):
            write_demo_shop(folder, size, seed=1, ends_at=until, progress=ignore_progress)
        load_folder(folder, consent="personalisation", report=ignore_progress)
        transform(with_tests=False, report=ignore_progress)
        embed_all(load_settings(), report=ignore_progress, encoder=WordsEncoder())
        trained = train(Recipe(factors=16), report=ignore_progress).model
        with connect() as connection:
            new, old = find_model(connection, trained), find_model(connection, None)
            assert new is not None
            assert old is not None
            assert let_serve(connection, new.model_id, expected_id=old.model_id)
        client = TestClient(create_app(load_settings()))
        with client:
            yield client


def suggested(site: Client) -> list[str]:
    page = site.get("/sign-in")
    return re.findall(r'class="shopper"\s+name="shopper_id"\s+value="([^"]+)"', page.text)


def new_kind(product_ids: set[str], number: int) -> tuple[list[str], set[str]]:
    """Return four popular products of a kind of which none is known, and what is of it or with it.

    The kinds are taken in turn by the number.
    """
    kinds = run(
        "select p.category, array_agg(p.product_id order by o.actions_all_time desc) from ("
        "select distinct on (coalesce(item_group_id, product_id)) * from raw.products "
        "where is_in_stock and not is_hidden order by coalesce(item_group_id, product_id)) as p "
        "left join (select product_id, purchases_all_time + views_all_time as actions_all_time "
        "from marts.product_popularity) as o using (product_id) "
        "group by p.category having count(*) >= 9 and not exists (select from raw.products as k "
        "where k.category = p.category and k.product_id = any(%s)) order by p.category",
        (list(product_ids),),
    )
    category, popular = kinds[number % len(kinds)]
    looks = popular[:4]
    of_kind = run(
        "select product_id from raw.products where category = %s union "
        "select g.product_id from unnest(%s::text []) as l, recs.goes_with(l) as g",
        (category, looks),
    )
    return looks, {row[0] for row in of_kind}


def acted_on(shopper_id: str) -> set[str]:
    rows = run(
        "select product_id from raw.views where shopper_id = %(one)s union "
        "select product_id from raw.purchases where shopper_id = %(one)s union "
        "select product_id from raw.reviews where shopper_id = %(one)s",
        {"one": shopper_id},
    )
    return {row[0] for row in rows}


def send(site: Client, product_id: str, *, at: datetime | None = None, **who: str) -> None:
    event: dict[str, Any] = {"event_id": f"e{next(EVENTS)}", "kind": "view", **who}
    if at is not None:
        event["occurred_at"] = at.isoformat()
    response = site.post("/v1/events", json={**event, "product_id": product_id})
    assert response.status_code == 201, response.text


def ask(site: Client, **asked: Any) -> set[str]:
    response = site.post("/v1/recommendations", json={"k": CARDS, **asked})
    assert response.status_code == 200, response.text
    return {item["product_id"] for item in response.json()["items"]}


def follow(
    ask_again: Callable[[], set[str]], look: Callable[[str], None], looks: list[str], of: set[str]
) -> dict[int, tuple[int, int]]:
    """Return how many cards are of the kind, or go with it, and stayed, by number of looks."""
    first = ask_again()
    assert len(first) == CARDS
    found: dict[int, tuple[int, int]] = {}
    for place, product_id in enumerate(looks, start=1):
        look(product_id)
        cards = ask_again()
        found[place] = len(cards & of), len(cards & first)
    return found


def assert_follows(found: list[dict[int, tuple[int, int]]]) -> None:
    """Assert that every list follows two looks and four, and keeps some of what was there."""
    assert min(one[2][0] for one in found) >= 3, found
    assert min(one[4][0] for one in found) >= 5, found
    assert min(one[4][1] for one in found) >= 4, found


def follow_signed_in(
    site: Client, shopper_id: str, looks: list[str], of: set[str]
) -> dict[int, tuple[int, int]]:
    address = f"/v1/shoppers/{shopper_id}/recommendations?k={CARDS}"
    return follow(
        lambda: {item["product_id"] for item in site.get(address).json()["items"]},
        lambda product_id: send(site, product_id, shopper_id=shopper_id),
        looks,
        of,
    )


def test_the_lists_of_the_suggested_shoppers_follow_looks_and_keep_what_was_there(
    site: Client,
) -> None:
    shoppers = suggested(site)
    assert len(shoppers) >= 5
    found = [
        follow_signed_in(site, shopper_id, *new_kind(acted_on(shopper_id), number))
        for number, shopper_id in enumerate(shoppers)
    ]
    assert_follows(found)


def test_the_list_of_somebody_anonymous_follows_the_same_way(site: Client) -> None:
    found: list[dict[int, tuple[int, int]]] = []
    for visitor, shopper_id in enumerate(suggested(site)):
        past = sorted(acted_on(shopper_id))[:20]
        session = f"4d1c2f6e-0000-4000-8000-{visitor:012d}"
        for number, product_id in enumerate(past):
            at = datetime.now(UTC) - timedelta(days=1 + number)
            send(site, product_id, at=at, session_id=session)
        looks, of_kind = new_kind(set(past), visitor)
        found.append(
            follow(
                partial(ask, site, session_id=session),
                partial(send, site, session_id=session),
                looks,
                of_kind,
            )
        )
    assert_follows(found)


def test_looks_that_the_caller_tells_count_the_same_way(site: Client) -> None:
    found: list[dict[int, tuple[int, int]]] = []
    for visitor, shopper_id in enumerate(suggested(site)):
        past = sorted(acted_on(shopper_id))[:20]
        told = [
            {
                "product_id": product_id,
                "occurred_at": (datetime.now(UTC) - timedelta(days=1 + number)).isoformat(),
            }
            for number, product_id in enumerate(past)
        ]

        def look(product_id: str, told: list[dict[str, str]] = told) -> None:
            told.append({"product_id": product_id})

        looks, of_kind = new_kind(set(past), visitor)
        found.append(follow(partial(ask, site, history=told), look, looks, of_kind))
    assert_follows(found)

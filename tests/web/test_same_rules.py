"""Every step of the ladder holds to the same rules, as far as it can know what they ask for.

Knives are bought again and again here, pans and spades are not.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.filters import ProductFilter
from api.paging.continuation import Continuation, encode_continuation
from api.paging.keyset import list_key
from tests.fixtures.steps import ALL, ids, kept_shop
from tests.fixtures.waiting import wait_for
from tests.shop.database import execute, variables_set
from tests.shop.kitchen import CATEGORIES, PER_KIND, make_kitchen, make_kitchen_marts
from tests.shop.models import add_model

Client = TestClient[Litestar]

HISTORY = """
    insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) values
        ('b1', 'agreed', 'knife-06', now()), ('b2', 'agreed', 'pan-06', now()),
        ('b3', 'silent', 'pan-08', now());
    insert into recs.hides (shopper_id, product_id) values
        ('agreed', 'knife-04'), ('silent', 'spade-04');
    insert into raw.views (view_id, shopper_id, product_id, viewed_at) values
        ('v1', 'agreed', 'spade-05', now() - interval '1 hour');
    update raw.products set attributes = '{"tags": ["oak", "raw"], "size": {"w": 1, "h": 2.50}}'
    where product_id in ('pan-01', 'spade-01');
    update raw.products set attributes = '{"tags": [["oak"], {"a": 1, "b": 2}], "size": [1, true]}'
    where product_id in ('pan-02', 'knife-02');
    update raw.products set attributes = '{"tags": "oak", "size": {"w": true}}'
    where product_id = 'pan-03';
"""


@pytest.fixture(scope="module")
def kept(
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Make the shop with a history, its neighbours and a snapshot: its database, and the home."""

    def make() -> None:
        make_kitchen()
        make_kitchen_marts()
        execute(HISTORY)

    with kept_shop(postgres_server, s3_server, tmp_path_factory.mktemp("kept"), make) as kept:
        with variables_set({**postgres_server, "PGDATABASE": kept[0]}):
            add_model("another", dimension=4)
        yield kept


def models(response: httpx.Response) -> set[str | None]:
    assert response.status_code == 200, response.text
    return {item["model"] for item in response.json()["items"]}


def fields(response: httpx.Response, status: int) -> set[str]:
    assert response.status_code == status, response.text
    return {error["field"] for error in response.json()["errors"]}


def remember(site: Client, *shopper_ids: str) -> None:
    """Have the process read shoppers, as it does beside their requests."""
    for shopper_id in shopper_ids:
        assert site.get(f"/v1/shoppers/{shopper_id}/recommendations").status_code == 200
        wait_for(lambda: shopper_id in site.app.state.ladder.shoppers._known)  # noqa: B023


def purchase(site: Client, product_id: str, shopper_id: str = "agreed") -> None:
    event = {"event_id": f"now {product_id}", "kind": "purchase", "product_id": product_id}
    assert site.post("/v1/events", json={**event, "shopper_id": shopper_id}).status_code == 201


@pytest.mark.parametrize("tier", ALL)
def test_what_is_bought_again_comes_again(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    remember(site, "agreed")
    purchase(site, "knife-07")
    purchase(site, "pan-07")
    with only(tier):
        response = site.get("/v1/shoppers/agreed/recommendations?k=100")
    assert response.json()["tier"] == tier
    found = set(ids(response))
    assert {"knife-06", "knife-07"} <= found, "bought before and just now, and bought again"
    assert not {"pan-06", "pan-07"} & found, "bought before and just now"
    assert "knife-04" not in found, "hidden"
    # The file knows nothing of what they looked at.
    assert ("spade-05" in found) is (tier == "snapshot")


@pytest.mark.parametrize("tier", ALL)
def test_without_consent_only_a_hidden_product_is_left_out(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    remember(site, "silent")
    purchase(site, "pan-09", "silent")
    with only(tier):
        found = set(ids(site.get("/v1/shoppers/silent/recommendations?k=100")))
    assert {"pan-08", "pan-09"} <= found
    assert "spade-04" not in found


@pytest.mark.parametrize("tier", ALL)
def test_consent_that_is_withdrawn_counts_at_once(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    remember(site, "agreed")
    assert site.delete("/v1/shoppers/agreed/consent").status_code == 200
    remember(site, "agreed")
    with only(tier):
        found = set(ids(site.get("/v1/shoppers/agreed/recommendations?k=100")))
    assert "pan-06" in found, "bought"
    assert "knife-04" not in found, "hidden"


TOLD = {
    # The latest twenty products make the taste: the first two of these views do not, but they are
    # left out all the same.
    "history": [
        *({"product_id": f"spade-{n:02}"} for n in range(10, 27)),
        {"product_id": "knife-08", "kind": "purchase"},
        {"product_id": "pan-10", "kind": "purchase"},
        {"product_id": "pan-11", "kind": "review"},
        # Looked at again after it was bought: bought, all the same.
        {"product_id": "knife-09", "kind": "purchase"},
        {"product_id": "knife-09"},
        # Told last, and long ago.
        {"product_id": "pan-12", "occurred_at": "2024-01-01T00:00:00Z"},
    ],
    "basket": ["knife-10", "pan-13"],
    "exclude": ["pan-14"],
    "k": 100,
}


@pytest.mark.parametrize("tier", ALL)
def test_of_what_the_request_tells_the_same_is_left_out(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    live = ids(site.post("/v1/recommendations", json=TOLD))
    assert {"knife-08", "knife-09", "pan-12"} <= set(live)
    assert not {"pan-10", "pan-11", "knife-10", "pan-13", "pan-14", "spade-26"} & set(live)
    assert not {"spade-10", "spade-11"} & set(live)
    with only(tier):
        response = site.post("/v1/recommendations", json=TOLD)
    assert response.json()["tier"] == tier
    assert set(ids(response)) == set(live)


@pytest.mark.parametrize("tier", ["neighbours", "snapshot"])
def test_the_reason_is_of_the_kind_that_was_told(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for told, kind in (
            ({"history": [{"product_id": "pan-05", "kind": "purchase"}]}, "bought"),
            ({"history": [{"product_id": "pan-05", "kind": "review"}]}, "reviewed"),
            ({"history": [{"product_id": "pan-05"}]}, "viewed"),
            ({"basket": ["pan-05"]}, "in_basket"),
        ):
            (item,) = site.post("/v1/recommendations", json={**told, "k": 1}).json()["items"]
            assert item["reason"]["kind"] == kind
            assert item["reason"]["product_id"] == "pan-05"


@pytest.mark.parametrize("tier", ALL)
def test_an_unknown_model_is_told_by_every_step_that_knows_all_models(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    asked = {"history": [{"product_id": "pan-05"}], "model": "mistyped"}
    with only(tier):
        answers = [
            site.get("/v1/shoppers/agreed/recommendations?model=mistyped"),
            site.get("/v1/products/knife-05/similar?model=mistyped"),
            site.post("/v1/recommendations", json=asked),
        ]
    for answer in answers:
        if tier == "snapshot":
            assert models(answer) == {"average"}, "the only one it knows, and it says so"
        else:
            assert fields(answer, 404) == {"model"}
            assert "There is no model 'mistyped'." in answer.json()["detail"]


@pytest.mark.parametrize("tier", ALL)
def test_every_step_names_the_model_that_answers(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        for path in ("/v1/products/knife-05/similar", "/v1/shoppers/agreed/recommendations"):
            for query in ("", "?model=average"):
                assert models(site.get(path + query)) == {"average"}


def serve_another_model() -> None:
    execute(
        "update recs.serving_model set model_id ="
        " (select model_id from recs.models where name = 'another')"
    )


@pytest.mark.parametrize("tier", ALL)
def test_a_later_page_is_of_the_model_of_the_first(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    first = site.get("/v1/shoppers/agreed/recommendations?k=5")
    assert models(first) == {"average"}
    with only(tier):
        serve_another_model()
        second = site.get(first.json()["next"])
    assert second.json()["tier"] == tier
    assert models(second) == {"average"}
    assert not set(ids(first)) & set(ids(second))


@pytest.mark.parametrize("tier", ALL)
def test_a_later_page_goes_on_where_the_model_of_the_first_is_gone(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    mark = encode_continuation(
        Continuation(
            datetime.now(UTC),
            "dropped meanwhile",
            ["knife-05"],
            list_key("recommendations", ProductFilter(), None),
        )
    )
    with only(tier):
        page = site.get("/v1/shoppers/agreed/recommendations", params={"after": mark})
    assert models(page) == {"average"}
    assert page.json()["items"][0]["rank"] == 2


CONTAINED: list[tuple[dict[str, Any], set[str]]] = [
    ({"tags": ["raw"]}, {"pan-01", "spade-01"}),
    ({"tags": ["raw", "oak", "raw"]}, {"pan-01", "spade-01"}),
    ({"tags": ["oak", "brass"]}, set()),
    ({"tags": [["oak"]]}, {"pan-02", "knife-02"}),
    ({"tags": [{"b": 2}]}, {"pan-02", "knife-02"}),
    ({"tags": "oak"}, {"pan-03"}),
    ({"tags": []}, {"pan-01", "spade-01", "pan-02", "knife-02"}),
    ({"size": {"h": 2.5}}, {"pan-01", "spade-01"}),
    ({"size": {}}, {"pan-01", "spade-01", "pan-03"}),
    ({"size": {"w": 1}}, {"pan-01", "spade-01"}),
    ({"size": {"w": True}}, {"pan-03"}),
    ({"size": [True]}, {"pan-02", "knife-02"}),
    ({"size": [0]}, set()),
]


@pytest.mark.parametrize("tier", ALL)
def test_attributes_mean_the_same_on_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        found = [
            set(ids(site.post("/v1/recommendations", json={"filter": {"attributes": one}})))
            for one, _ in CONTAINED
        ]
    assert found == [expected for _, expected in CONTAINED]


@pytest.mark.parametrize("tier", ALL)
def test_an_unknown_category_is_told_by_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    asked = {"category": "Nowhere"}
    with only(tier):
        for path in ("/v1/products/knife-05/similar", "/v1/shoppers/agreed/recommendations"):
            assert fields(site.get(path, params=asked), 400) == {"category"}


@pytest.mark.parametrize("tier", ALL)
def test_an_unknown_shopper_gets_what_is_popular_from_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        response = site.get("/v1/shoppers/nobody/recommendations")
    assert response.headers["alsolike-tier"] == tier
    assert ids(response) == [f"pan-{n:02}" for n in range(10)]


@pytest.mark.parametrize("tier", ALL)
def test_an_unknown_product_is_told_by_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        assert fields(site.get("/v1/products/nothing/similar"), 404) == {"product_id"}


EVERYTHING = {f"{kind}-{n:02}" for kind in CATEGORIES for n in range(PER_KIND - 1)}
SOLD_OUT = {f"{kind}-{PER_KIND - 1}" for kind in CATEGORIES}
OF_TWO_EUROS = {f"{kind}-{n:02}" for kind in CATEGORIES for n in (2, 3)}
# What is asked, and every product that may be given.
FILTERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, EVERYTHING),
    "category": (
        {"category": "Kitchen"},
        {one for one in EVERYTHING if not one.startswith("spade")},
    ),
    "brands": ({"brands": ["Brand", "None"]}, EVERYTHING),
    "another brand": ({"brands": ["None"]}, set()),
    "currency": ({"currency": "eur"}, EVERYTHING),
    "another currency": ({"currency": "USD", "price_min": 0}, set()),
    "price_min": ({"price_min": 12, "price_max": 13.5}, OF_TWO_EUROS),
    "price_max": ({"price_min": 11.5, "price_max": 13}, OF_TWO_EUROS),
    "with_sold_out": ({"with_sold_out": True}, EVERYTHING | SOLD_OUT),
    "attributes": ({"attributes": {"tags": ["raw"]}}, {"pan-01", "spade-01"}),
    "created_after": (
        {"created_after": "2024-01-01T01:10:00+01:00"},
        {one for one in EVERYTHING if int(one[-2:]) >= 10},
    ),
    "all at once": (
        {"category": "Kitchen", "brands": ["Brand"], "price_max": 12, "attributes": {"size": {}}},
        {"pan-01"},
    ),
}
CHOICES: dict[str, tuple[dict[str, Any], set[str]]] = {
    **{name: ({"filter": asked}, found) for name, (asked, found) in FILTERS.items()},
    "exclude": ({"exclude": ["pan-03", "spade-02"]}, EVERYTHING - {"pan-03", "spade-02"}),
    "candidates": (
        {"candidates": ["pan-03", "knife-04", "pan-29", "nothing"]},
        {"pan-03", "knife-04"},
    ),
    "basket": ({"basket": ["knife-03"]}, EVERYTHING - {"knife-03"}),
    "candidates, exclude and a filter": (
        {
            "candidates": ["pan-03", "pan-04", "spade-03", "pan-20"],
            "exclude": ["pan-04"],
            "filter": {"category": "Kitchen", "price_max": 20},
        },
        {"pan-03"},
    ),
}


@pytest.mark.parametrize("tier", ALL)
def test_the_same_products_may_be_recommended_by_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    with only(tier):
        answers = {
            name: site.post("/v1/recommendations", json={"k": 100, **asked})
            for name, (asked, _) in CHOICES.items()
        }
    assert {answer.headers["alsolike-tier"] for answer in answers.values()} == {tier}
    found = {name: set(ids(answer)) for name, answer in answers.items()}
    assert found == {name: expected for name, (_, expected) in CHOICES.items()}


@pytest.mark.parametrize("tier", ALL)
def test_the_same_products_may_be_similar_by_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    def asked(product_filter: dict[str, Any]) -> dict[str, Any]:
        named = {"brand" if key == "brands" else key: v for key, v in product_filter.items()}
        if "attributes" in named:
            named["attributes"] = json.dumps(named["attributes"])
        return {"k": 100, "exclude": ["pan-03"], **named}

    with only(tier):
        found = {
            name: set(ids(site.get("/v1/products/knife-05/similar", params=asked(one))))
            for name, (one, _) in FILTERS.items()
        }
    apart = {"knife-05", "pan-03"}
    assert found == {name: expected - apart for name, (_, expected) in FILTERS.items()}


@pytest.mark.parametrize("tier", ALL)
def test_pages_follow_each_other_on_every_step(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    asked: dict[str, Any] = {"k": 40, "history": [{"product_id": "pan-05"}], "reasons": False}
    pages: list[dict[str, Any]] = []
    with only(tier):
        while not pages or pages[-1]["after"]:
            after = pages[-1]["after"] if pages else None
            pages.append(site.post("/v1/recommendations", json={**asked, "after": after}).json())
    items = [item for page in pages for item in page["items"]]
    assert {page["tier"] for page in pages} == {tier}
    assert [len(page["items"]) for page in pages] == [40, 40, 6]
    assert [item["rank"] for item in items] == [*range(1, 87)]
    assert {item["product_id"] for item in items} == EVERYTHING - {"pan-05"}
    assert {item["reason"] for item in items} == {None}, "none was asked for"


def _block(page: str) -> str:
    """Return "You may also like" of the home page."""
    found = re.search(
        r'<section class="section"\s+id="recommendations".*?</section>', page, re.DOTALL
    )
    assert found is not None
    return found[0]


@pytest.mark.parametrize("tier", ALL)
def test_the_home_page_shows_what_the_api_answers(
    site: Client, only: Callable[[str], AbstractContextManager[Any]], tier: str
) -> None:
    remember(site, "agreed")
    csrf = {"x-csrftoken": site.get("/").cookies["alsolike_csrf"]}
    assert site.post("/sign-in", data={"shopper_id": "agreed"}, headers=csrf).status_code == 303
    with only(tier):
        page = site.get("/")
        more = re.search(r'href="(/\?pages=2)#', page.text)
        assert more is not None
        second = site.get(more[1])
        expected = site.get("/v1/shoppers/agreed/recommendations?k=24")
    assert {one.headers["alsolike-tier"] for one in (page, second, expected)} == {tier}
    shown = [re.findall(r'data-product="([^"]+)"', _block(one.text)) for one in (page, second)]
    assert [len(one) for one in shown] == [12, 24]
    assert shown[0] == shown[1][:12]
    assert shown[1] == ids(expected)

"""An erased shopper stays away until the shop makes a new shopper of the id."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.privacy.erase import erase
from tests.shop.database import run

Client = TestClient[Litestar]

GONE = "gone for good"


def tell(client: Client, kind: str) -> Any:
    event = {"event_id": f"of {kind}", "kind": kind, "product_id": "pan-01", "shopper_id": GONE}
    return client.post("/v1/events", json=event)


@pytest.fixture
def erased(client: Client) -> None:
    """Make a shopper who agreed, and erase them."""
    assert client.put(f"/v1/shoppers/{GONE}", json={"personalisation": True}).status_code == 200
    assert tell(client, "purchase").status_code == 201
    with connect() as connection:
        assert erase(connection, GONE, source="api").counts["raw.purchases"] == 1


def kept() -> list[Any]:
    return run(
        "select shopper_id from raw.shoppers where shopper_id = %(id)s union all "
        "select shopper_id from raw.consents where shopper_id = %(id)s union all "
        "select shopper_id from raw.purchases where shopper_id = %(id)s union all "
        "select shopper_id from raw.views where shopper_id = %(id)s",
        {"id": GONE},
    )


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("kind", ["view", "purchase", "hide"])
def test_nothing_that_an_erased_shopper_does_is_kept(client: Client, kind: str) -> None:
    response = tell(client, kind)
    assert (response.status_code, response.json()) == (
        200,
        {"recorded": False, "reason": "erased"},
    )
    assert kept() == []


@pytest.mark.usefixtures("erased")
def test_a_withdrawal_makes_no_shopper_of_an_erased_one(client: Client) -> None:
    assert client.delete(f"/v1/shoppers/{GONE}/consent").status_code == 200
    assert kept() == []
    assert run("select count(*) from raw.erased_shoppers") == [(1,)]


@pytest.mark.usefixtures("erased")
def test_a_decision_that_the_shop_states_makes_a_new_shopper(client: Client) -> None:
    assert client.put(f"/v1/shoppers/{GONE}", json={"personalisation": True}).status_code == 200
    assert run("select count(*) from raw.erased_shoppers") == [(0,)]
    assert tell(client, "view").json() == {"recorded": True, "reason": None}
    assert len(kept()) == 3

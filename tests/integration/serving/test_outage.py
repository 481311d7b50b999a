"""Postgres is stopped under load and started again: nobody gets an error, and it comes back."""

from pathlib import Path

import httpx
import pytest

from tests.fixtures.site import serving
from tests.fixtures.waiting import wait_for
from tests.integration.serving.servers import Server, StopMode, load

PATHS = [
    "/v1/products/knife-05/similar",
    "/v1/shoppers/agreed/recommendations",
    "/v1/products/knife-05/goes-with",
    "/v1/products/knife-05",
    "/v1/products?category=Kitchen",
    "/pictures/knife-05.svg",
    "/products/knife-05",
    "/",
    "/categories/Kitchen",
    "/search?q=spade",
]
EVENT = {"event_id": "1", "kind": "view", "product_id": "pan-01", "shopper_id": "agreed"}


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_an_outage_under_load(
    primary: Server, variables: dict[str, str], tmp_path: Path, mode: StopMode
) -> None:
    with serving(variables, tmp_path / "log.txt") as address, load(address, PATHS) as visitors:
        visitors.wait_for(PATHS, "live", 3)
        primary.stop(mode)
        # Whoever was on the way when it stopped has an answer by now.
        down = visitors.wait_for(PATHS, "snapshot", 3)
        up = visitors.wait_for(PATHS, "snapshot", 20)
        assert httpx.get(f"{address}/health/ready").json()["status"] == "degraded"
        httpx.post(f"{address}/v1/events", json=EVENT, timeout=30)
        refused = httpx.post(f"{address}/v1/events", json=EVENT, timeout=30)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        primary.start()
        visitors.wait_for(PATHS, "live", 3)
        wait_for(lambda: httpx.post(f"{address}/v1/events", json=EVENT).status_code in {200, 201})
        numbers = httpx.get(f"{address}/metrics").text
    assert {(status, tier) for _, status, tier, _ in visitors.answers} == {
        (200, "live"),
        (200, "snapshot"),
    }
    during = sorted(seconds for *_, seconds in visitors.answers[down:up])
    assert during[len(during) // 2] < 0.1
    # A connection that is lost is looked for once, half a second long.
    assert max(seconds for *_, seconds in visitors.answers) < 5
    assert 'alsolike_circuit_state{circuit="database"} 0.0' in numbers
    assert 'alsolike_circuit_state{circuit="primary"} 0.0' in numbers

"""What several worker processes count is added up by whichever is asked."""

import re
from pathlib import Path

import httpx

from tests.fixtures.site import serving
from tests.fixtures.waiting import wait_for
from tests.integration.serving.servers import Server

ASKED = 60
SERIES = 'alsolike_requests_total{route="/v1/products/{product_id}",status="200"}'


def number(text: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return 0 if found is None else float(found[1])


def test_every_worker_tells_of_all(
    primary: Server, variables: dict[str, str], tmp_path: Path
) -> None:
    assert primary
    several = {**variables, "ALSOLIKE_WEB_WORKERS": "2"}
    with serving(several, tmp_path / "log.txt") as address:
        for _ in range(ASKED):
            # A connection of its own each time: the workers share them out.
            assert httpx.get(f"{address}/v1/products/pan-01").status_code == 200
        answers = [httpx.get(f"{address}/metrics").text for _ in range(12)]
        assert {number(text, SERIES) for text in answers} == {ASKED}
        assert {number(text, 'alsolike_answers_total{tier="live"}') for text in answers} == {ASKED}
        # Four connections are there at least once both workers have looked: two of each.
        idle = 'alsolike_pool_connections{pool="read",state="idle"}'
        wait_for(lambda: number(httpx.get(f"{address}/metrics").text, idle) >= 4)
        assert 'pid="' not in answers[0]

"""What noting impressions costs, and the space that they take.

    python -m benchmarks.impressions [--products 20000] [--seconds 60] [--rows 1000000]

Two servers of one worker process each take turns under load from 8 kept-alive connections: the app,
and the app without its log of impressions. The home page and product pages are asked for, half of
them by visitors who agreed to measurement, whose impressions are rows, half by others, who are
counted. Then rows of a day are written as the site writes them.

Wanted, in one run: at least 0.95 of the requests per second, a 99th percentile of at most 1.05
times that without, nothing dropped; a million impressions within 300 MB, indexes included.
"""

import asyncio
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
from litestar import Litestar

from alsolike.database import connect
from alsolike.settings import load_settings
from api.app import create_app
from api.impressions import store
from api.impressions.rows import Shown, ShownList
from api.impressions.tags import new_answer
from benchmarks.catalogue import catalogue, machine, options
from benchmarks.http import LoadResult, load, serve_factory, served

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"
VISITORS = 20
TURN_SECONDS = 2.0
LIST_SIZE = 12
_TOKEN = re.compile(r'name="_csrf_token"\s+value="([^"]+)"')


def app() -> Litestar:
    """Return the app as it is served."""
    return create_app(load_settings())


def app_without_log() -> Litestar:
    """Return the app with neither tags in its links nor a log."""
    from api.recommendations import blocks  # noqa: PLC0415  (of this process alone)

    blocks.show = _show_nothing
    return create_app(load_settings())


def _show_nothing(
    _request: object, _visitor: object, _place: str, listed: Sequence[object], **_more: object
) -> list[str | None]:
    return [None] * len(listed)


def main() -> int:
    """Measure, print and return 0 if every figure is as wanted, else 1."""
    given = options(__doc__ or "", products=20_000, seconds=60.0, rows=1_000_000)
    print(machine())
    with catalogue(given.products):
        figures = [*_cost(given.products, given.seconds), *_space(given.rows)]
    for name, value, wanted, is_met in figures:
        print(f"{name:44} {value:8.3f}   wanted: {wanted}{'' if is_met else '   MISSED'}")
    return 0 if all(is_met for *_, is_met in figures) else 1


def _cost(products: int, seconds: float) -> list[tuple[str, float, str, bool]]:
    with (
        served(serve_factory, "benchmarks.impressions:app") as (noting, _process),
        served(serve_factory, "benchmarks.impressions:app_without_log") as (plain, _other),
    ):
        cookies = [*(_agreed(noting) for _ in range(VISITORS)), *([""] * VISITORS)]
        asked = {port: _paths(products) for port in (noting, plain)}
        for port, path_of in asked.items():
            _load(port, path_of, cookies, TURN_SECONDS)
        ratios: list[float] = []
        taken: dict[int, LoadResult] = {port: LoadResult([], 0.0) for port in asked}
        # A, B, B, A: a machine whose speed drifts slows both.
        for place in range(int(seconds / TURN_SECONDS / 2)):
            rates: dict[int, float] = {}
            for port in (noting, plain) if place % 2 == 0 else (plain, noting):
                part = _load(port, asked[port], cookies, TURN_SECONDS)
                rates[port] = part.rate
                before = taken[port]
                taken[port] = LoadResult(before.seconds + part.seconds, before.spent + part.spent)
            ratios.append(rates[noting] / rates[plain])
        time.sleep(2 * TURN_SECONDS)
        told = httpx.get(f"http://127.0.0.1:{noting}/metrics").text
    written, dropped = (
        float(re.findall(rf'alsolike_impressions_total{{outcome="{one}"}} (\S+)', told)[0])
        for one in ("written", "dropped")
    )
    rate = statistics.median(ratios)
    slowest = taken[noting].p99 / taken[plain].p99
    print(
        f"{taken[noting].rate:.0f} requests/s with the log, {taken[plain].rate:.0f} without; "
        f"p99 {taken[noting].p99:.1f} and {taken[plain].p99:.1f} ms; "
        f"{written:,.0f} impressions written; standard error of the ratio "
        f"{statistics.stdev(ratios) / len(ratios) ** 0.5:.3f}"
    )
    return [
        ("requests per second, with / without", rate, "0.95 or more", rate >= 0.95),  # noqa: PLR2004
        ("p99, with / without", slowest, "1.05 or less", slowest <= 1.05),  # noqa: PLR2004
        ("impressions dropped", dropped, "0", dropped == 0),
    ]


def _paths(products: int) -> Callable[[], str]:
    chance = random.Random(7)  # noqa: S311

    def path() -> str:
        return "/" if chance.random() < 0.3 else f"/products/p{chance.randrange(products)}"  # noqa: PLR2004

    return path


def _load(
    port: int, path_of: Callable[[], str], cookies: Sequence[str], seconds: float
) -> LoadResult:
    chance = random.Random(11)  # noqa: S311

    def headers() -> str:
        cookie = chance.choice(cookies)
        return f"User-Agent: {BROWSER}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "")

    return load(port, path_of, seconds, headers_of=headers)


def _agreed(port: int) -> str:
    """Agree to measurement as a new visitor; the cookies."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        found = _TOKEN.search(client.get("/").text)
        assert found is not None
        form = {"_csrf_token": found[1], "agree": "yes", "purpose": "measurement"}
        client.post("/personalise", data=form)
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _space(rows: int) -> list[tuple[str, float, str, bool]]:
    """Write a day's impressions, one in a hundred clicked on; what they take on the disk."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    chance = random.Random(3)  # noqa: S311

    async def write() -> float:
        started = time.perf_counter()
        async with await psycopg.AsyncConnection.connect("", autocommit=True) as connection:
            for first in range(0, rows, 2000):
                await store.write_shown(
                    connection,
                    [_list(midnight, first + n, chance) for n in range(0, 2000, LIST_SIZE)],
                )
        return time.perf_counter() - started

    with connect() as connection:
        connection.execute("truncate recs.impressions")
    spent = asyncio.run(write())
    with connect(autocommit=True) as connection:
        connection.execute(
            "update recs.impressions set seen_at = served_at, clicked_at = served_at"
            " where get_byte(uuid_send(answer_id), 14) < 3"
        )
        connection.execute("vacuum analyze recs.impressions")
        [(count, size)] = connection.execute(
            "select (select count(*) from recs.impressions),"
            " sum(pg_total_relation_size(relid))::float / 1e6"
            " from pg_partition_tree('recs.impressions')"
        ).fetchall()
    per_million = size * 1e6 / count
    print(f"{count:,} impressions take {size:.0f} MB; written at {count / spent:,.0f} a second")
    return [("MB for a million impressions", per_million, "300 or less", per_million <= 300)]  # noqa: PLR2004


def _list(midnight: datetime, number: int, chance: random.Random) -> ShownList:
    answer = new_answer()
    return ShownList(
        answer_id=answer.answer_id,
        served_at=midnight + timedelta(milliseconds=number),
        place="product-similar",
        tier="live",
        page_product_id=f"product-{chance.randrange(100_000)}",
        shopper_id=None,
        session_id=f"visitor-{chance.randrange(40_000):015}",
        is_bot=False,
        products=[
            Shown(f"product-{chance.randrange(100_000)}", position, "trained-12", 0.5, "viewed")
            for position in range(1, LIST_SIZE + 1)
        ],
    )


if __name__ == "__main__":
    sys.exit(main())

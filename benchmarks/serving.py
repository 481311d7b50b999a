"""Requests per second and latency of what the API serves, against one bare query.

    python -m benchmarks.serving [--products 100000] [--seconds 10]

The products are those of `benchmarks/catalogue.py`. The app and a minimal Litestar handler, which
runs one bare `order by distance limit 10` and returns its rows, run on granian with one worker
process each and take turns under load from 8 kept-alive connections on the same machine.

Two models serve in turn: `average`, whose similar products are nearest vectors, and a trained one
that has a hundred neighbours for each product that the shoppers acted on. Filters are measured on
the first: by price, which has nothing to do with the vectors, and by a category that is far from
most of the products asked about.

Wanted, in one run: similar products of the trained model at 0.9 of the bare handler's requests per
second; recommendations for shoppers with 50 actions, with reasons, exclusions and diversity, at 0.5
of them; a 99th percentile of at most 25 ms for both; every filter within 5 times the 99th
percentile without one; at most 200 MB resident; product pages within 30 ms.
"""

import contextlib
import random
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import urlencode

from litestar import Litestar, get
from litestar.params import FromPath
from psycopg.rows import dict_row

from alsolike.database import connect
from alsolike.settings import load_settings
from api.database.pool import Database
from benchmarks.catalogue import catalogue, machine, options
from benchmarks.http import (
    CONNECTIONS,
    LoadResult,
    load,
    resident_mb,
    serve_app,
    serve_factory,
    served,
)

K = 10
ROUNDS = 3
SHOPPERS = 400
ACTIONS = 50
NEIGHBOURS = 100
_BARE = (
    "select v.product_id, row_number() over () as rank from ("
    " select v.product_id from recs.product_vectors_1 as v"
    " order by v.embedding::halfvec(384) <=> ("
    "  select o.embedding::halfvec(384) from recs.product_vectors_1 as o"
    "  where o.model_id = 1 and o.product_id = %s) limit 10) as v"
)
# What a filter keeps, as the highest price of products whose prices are spread evenly.
_FILTERS = {"50 %": 49, "10 %": 9, "3 %": 2, "1 %": 0}


def main() -> int:
    """Run the benchmark; 0 if every figure is as wanted, 1 otherwise."""
    arguments = options(__doc__, products=100_000, seconds=10.0)
    with catalogue(arguments.products):
        add_shoppers(arguments.products)
        print(f"\n{arguments.products:,} products, {CONNECTIONS} connections, {machine()}")
        outcomes = _measure(arguments.products, arguments.seconds)
    for name, found, wanted, is_met in outcomes:
        print(f"{name}: {found:.2f} (wanted {wanted}){'' if is_met else '  <- falls short'}")
    return 0 if all(is_met for *_, is_met in outcomes) else 1


def minimal() -> Litestar:
    """Make the app to compare with: one handler, one bare query, its rows."""
    database = Database(load_settings())

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        await database.open()
        try:
            yield
        finally:
            await database.close()

    @get("/bare/{product_id:str}")
    async def bare(product_id: FromPath[str]) -> list[dict[str, Any]]:
        async def work(connection: Any) -> list[dict[str, Any]]:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(_BARE, (product_id,))
            return await cursor.fetchall()

        return await database.run(work)

    return Litestar([bare], lifespan=[lifespan], openapi_config=None, logging_config=None)


def add_shoppers(products: int) -> None:
    """Add shoppers with a history, and a trained model that knows the products of it."""
    with connect() as connection:
        # Prices of the catalogue go with its clusters.
        connection.execute(
            "update raw.products set price = abs(hashint4(substr(product_id, 2)::int) %% 100)", ()
        )
        connection.execute(
            "insert into raw.shoppers (shopper_id) select 's' || n from generate_series(1, %s) n",
            (SHOPPERS,),
        )
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "select shopper_id, 'personalisation', true, 'bench' from raw.shoppers"
        )
        connection.execute(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
            "select 'v' || s || '-' || a, 's' || s, 'p' || (s * 7919 + a * a * 31) %% %s, "
            "now() - a * interval '1 hour' "
            "from generate_series(1, %s) as s, generate_series(1, %s) as a",
            (products, SHOPPERS, ACTIONS),
        )
        connection.execute(
            "select recs.add_model('trained', 'trained', encoder_id, dimension, '{}') "
            "from recs.models where name = 'bench'"
        )
        connection.execute(
            "update recs.models set serving = jsonb_build_object('actions', %s, 'decay', 0.95, "
            "'diversity', 0.1, 'category_share', 0.7, 'brand_share', 0.7) where name = 'trained'",
            (ACTIONS,),
        )
        connection.execute(
            "insert into recs.product_vectors (model_id, product_id, category, embedding) "
            "select 2, product_id, category, embedding from recs.product_vectors_1 "
            "order by hashtext(product_id) & 15, category"
        )
        # Neighbours are of the same cluster, as if learned.
        connection.execute(
            "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
            "select 2, a.product_id, r, "
            "'p' || (substr(a.product_id, 2)::int + r * 500) %% %s, 1.0 / (r + 1) "
            "from (select distinct product_id from raw.views) as a, generate_series(1, %s) as r",
            (products, NEIGHBOURS),
        )
        connection.execute("select recs.build_vector_index(2)")
    with connect(autocommit=True) as connection:
        connection.execute("vacuum analyze")


def serve_model(name: str) -> None:
    """Have a model answer from now on."""
    with connect() as connection:
        connection.execute(
            "update recs.serving_model set model_id = m.model_id from recs.models as m "
            "where m.name = %s",
            (name,),
        )


def _measure(products: int, seconds: float) -> list[tuple[str, float, str, bool]]:
    """Load every route in turns; what came out, with what was wanted."""
    chosen = random.Random(3)  # noqa: S311  (which product is asked for is no secret)

    def product(path: str, **query: object) -> Callable[[], str]:
        tail = f"?{urlencode(query)}" if query else ""
        return lambda: path.format(f"p{chosen.randrange(products)}") + tail

    def known() -> str:
        number = (
            chosen.randrange(1, SHOPPERS + 1) * 7919 + chosen.randrange(1, ACTIONS + 1) ** 2 * 31
        )
        return f"/v1/products/p{number % products}/similar"

    def shopper() -> str:
        return f"/v1/shoppers/s{chosen.randrange(1, SHOPPERS + 1)}/recommendations?k={K}"

    similar = "/v1/products/{}/similar"
    by_model: dict[str, dict[str, tuple[Callable[[], str], int | None]]] = {
        "bench": {
            "similar": (product(similar), K),
            **{
                f"similar, {name}": (product(similar, price_max=price), K)
                for name, price in _FILTERS.items()
            },
            "similar, a category": (product(similar, category="Category 3"), K),
            "product page": (product("/products/{}"), None),
        },
        "trained": {"similar by neighbours": (known, K), "recommendations": (shopper, K)},
    }
    found: dict[str, LoadResult] = {}
    with (
        served(serve_app) as (app, process),
        served(serve_factory, "benchmarks.serving:minimal") as (other, _),
    ):
        for model, routes in by_model.items():
            serve_model(model)
            bare = product("/bare/{}")
            turns = {f"bare beside {model}": (other, bare, K)} | {
                name: (app, *route) for name, route in routes.items()
            }
            for port, path_of, rows in turns.values():
                # Connections, prepared statements and the index's pages are warm afterwards.
                load(port, path_of, 2.0, rows)
            for _ in range(ROUNDS):
                for name, (port, path_of, rows) in turns.items():
                    part = load(port, path_of, seconds / ROUNDS, rows)
                    before = found.get(name, LoadResult([], 0.0))
                    found[name] = LoadResult(
                        before.seconds + part.seconds, before.spent + part.spent
                    )
        resident = resident_mb(process)
    for name, taken in found.items():
        print(
            f"{name:22} {taken.rate:7.0f} requests/s   p50 {taken.p50:6.1f} ms   "
            f"p99 {taken.p99:6.1f} ms"
        )
    similar_share = found["similar by neighbours"].rate / found["bare beside trained"].rate
    nearest_share = found["similar"].rate / found["bare beside bench"].rate
    personal_share = found["recommendations"].rate / found["bare beside trained"].rate
    slowest = max(found[name].p99 for name in found if name.startswith("similar, "))
    spread = slowest / found["similar"].p99
    figures = [
        ("similar by neighbours / bare", similar_share, "0.9 or more", similar_share >= 0.9),  # noqa: PLR2004
        ("similar by vectors / bare", nearest_share, "no limit", True),
        ("recommendations / bare", personal_share, "0.5 or more", personal_share >= 0.5),  # noqa: PLR2004
        ("slowest filter's p99 / unfiltered", spread, "5 or less", spread <= 5),  # noqa: PLR2004
        ("web process, MB resident", resident, "200 or less", resident <= 200),  # noqa: PLR2004
    ]
    limits = {"similar": 25, "similar by neighbours": 25, "recommendations": 25, "product page": 30}
    return figures + [
        (f"{name}, p99 in ms", found[name].p99, f"{limit} or less", found[name].p99 <= limit)
        for name, limit in limits.items()
    ]


if __name__ == "__main__":
    sys.exit(main())

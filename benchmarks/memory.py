"""The web process's memory over 100,000 requests of every kind, and whether it grows.

    python -m benchmarks.memory [--requests 100000] [--products 20000]

Reads of the API and pages in random order, over 8 connections; each page brings a new visitor. The
process is looked at after every tenth of them. Wanted: at most 5 % more after the last than after a
fifth of them, when all caches and connections have been used, and at most 200 MB.
"""

import random
import sys
import time
from collections.abc import Callable
from urllib.parse import urlencode

from benchmarks.catalogue import catalogue, machine, options
from benchmarks.http import CONNECTIONS, load, resident_mb, serve_app, served
from benchmarks.serving import SHOPPERS, add_shoppers, serve_model

PARTS = 10
WARM_PARTS = 2
WANTED_GROWTH = 1.05
WANTED_MB = 200.0
# Connections are made again after so many seconds.
_SECONDS = 5.0


def main() -> int:
    """Run the benchmark; 0 if both figures are as wanted, 1 otherwise."""
    arguments = options(__doc__, requests=100_000, products=20_000)
    with catalogue(arguments.products):
        add_shoppers(arguments.products)
        serve_model("trained")
        with served(serve_app) as (port, process):
            print(f"\n{arguments.products:,} products, {CONNECTIONS} connections, {machine()}")
            sizes = _sizes(port, process, arguments.requests, _paths(arguments.products))
    growth = sizes[-1] / sizes[WARM_PARTS - 1]
    is_met = growth <= WANTED_GROWTH and max(sizes) <= WANTED_MB
    print(
        f"memory: from the {WARM_PARTS / PARTS:.0%} mark times {growth:.3f} "
        f"(wanted at most {WANTED_GROWTH}), at most {max(sizes):.0f} MB resident "
        f"(wanted at most {WANTED_MB:.0f}){'' if is_met else '  <- falls short'}"
    )
    return 0 if is_met else 1


def _sizes(port: int, process: int, requests: int, path_of: Callable[[], str]) -> list[float]:
    """Ask, and return the megabytes after each part of the requests."""
    sizes: list[float] = []
    asked, started = 0, time.perf_counter()
    while len(sizes) < PARTS:
        asked += len(load(port, path_of, min(_SECONDS, requests / 10_000)).seconds)
        while len(sizes) < PARTS and asked >= requests * (len(sizes) + 1) / PARTS:
            sizes.append(resident_mb(process))
            spent = time.perf_counter() - started
            print(f"{asked:>9,} requests {sizes[-1]:6.1f} MB   {spent:5.0f} s", flush=True)
    return sizes


def _paths(products: int) -> Callable[[], str]:
    """Return what gives the path of one request after the other."""
    chosen = random.Random(5)  # noqa: S311  (what is asked for is no secret)

    def product() -> str:
        return f"p{chosen.randrange(products)}"

    def shopper() -> str:
        return f"s{chosen.randrange(1, SHOPPERS + 1)}"

    def words() -> str:
        return urlencode({"q": f"product {chosen.randrange(products)}"})

    kinds: list[Callable[[], str]] = [
        lambda: f"/v1/products/{product()}",
        lambda: f"/v1/products/{product()}/similar",
        lambda: f"/v1/products/{product()}/similar?price_max={chosen.randrange(100)}",
        lambda: f"/v1/products/{product()}/similar?exclude={product()}&exclude={product()}",
        lambda: f"/v1/products/{product()}/similar?category=Category+{chosen.randrange(12)}",
        lambda: f"/v1/products/{product()}/goes-with",
        lambda: f"/v1/products?limit=20&category=Category+{chosen.randrange(12)}",
        lambda: f"/v1/products?{words()}",
        lambda: f"/v1/trending?k={chosen.randrange(1, 50)}",
        lambda: f"/v1/shoppers/{shopper()}/recommendations",
        lambda: f"/v1/shoppers/{shopper()}/recently-viewed",
        lambda: f"/v1/shoppers/{shopper()}/buy-again",
        lambda: "/",
        lambda: f"/products/{product()}",
        lambda: f"/categories/Category%20{chosen.randrange(12)}",
        lambda: f"/search?{words()}",
    ]

    def path() -> str:
        kind = chosen.choice(kinds)
        return kind()

    return path


if __name__ == "__main__":
    sys.exit(main())

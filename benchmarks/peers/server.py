"""One engine behind one minimal handler: `python -m benchmarks.peers.server ENGINE FOLDER PORT`.

The same server, in the same way, as `benchmarks/http.py` starts for alsolike. The index is built
before the first answer.
"""

import contextlib
import functools
import importlib
import sys
import time
import warnings
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery

from benchmarks.peers.shop import Shop, ShopFilter

if TYPE_CHECKING:
    from benchmarks.peers.engines import Engine


def create_app(engine_name: str, folder: Path) -> Litestar:
    """Make the app of one engine, with the products of a folder."""
    module, _, variant = engine_name.partition("-")
    create = importlib.import_module(f"benchmarks.peers.engines.{module}").create
    engine: Engine = create(variant) if variant else create()
    about: dict[str, Any] = {"settings": engine.settings}

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        started = time.perf_counter()
        # No name for the products here: what the engine does not keep must not count as its memory.
        await engine.build(Shop.load(folder), folder)
        about["seconds"] = time.perf_counter() - started
        yield
        await engine.close()

    @get("/about")
    async def tell() -> dict[str, Any]:
        return about

    @get("/similar/{number:int}")
    async def similar(
        number: FromPath[int],
        *,
        k: FromQuery[int] = 10,
        price_max: FromQuery[float | None] = None,
        category: FromQuery[int | None] = None,
        in_stock: FromQuery[bool] = False,
        exclude: FromQuery[list[int] | None] = None,
    ) -> list[dict[str, Any]]:
        wanted = ShopFilter(price_max, category, in_stock, tuple(exclude or ()))
        # To leave out a few ids: ask for so many more. No engine is quicker with them in a filter.
        left_out = {number, *wanted.left_out}
        near = await engine.nearest(number, k + len(left_out), wanted)
        kept = [row for row in near if row[0] not in left_out][:k]
        return [
            {"product_id": f"p{found}", "score": score, "rank": rank}
            for rank, (found, score) in enumerate(kept, 1)
        ]

    @post("/price/{number:int}/{price:float}")
    async def price(number: FromPath[int], price: FromPath[float]) -> None:
        await engine.set_price(number, price)

    @post("/delete/{number:int}")
    async def delete(number: FromPath[int]) -> None:
        try:
            await engine.delete(number)
        except NotImplementedError as error:
            raise HTTPException(status_code=501) from error

    @post("/insert/{number:int}/{like:int}")
    async def insert(number: FromPath[int], like: FromPath[int]) -> None:
        """Add a product with the vector, price and so on of another one."""
        shop = Shop.load(folder)
        await engine.insert(number, shop, like)

    handlers = [tell, similar, price, delete, insert]
    return Litestar(handlers, lifespan=[lifespan], openapi_config=None, logging_config=None)


def _load_app(_target: str, engine_name: str, folder: Path) -> Litestar:
    # Qdrant's local mode warns of what the table shows: that it has no index.
    warnings.simplefilter("ignore")
    return create_app(engine_name, folder)


def main() -> None:
    """Serve until a signal."""
    engine_name, folder, port = sys.argv[1:]
    server = Server(
        engine_name,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(
        target_loader=functools.partial(_load_app, engine_name=engine_name, folder=Path(folder))
    )


if __name__ == "__main__":
    main()

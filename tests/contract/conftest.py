"""The story that the API's examples tell, in a shop that the real command serves."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg import sql

from alsolike.database import connect
from api.openapi.examples import CATEGORY, MODEL, PRODUCT_ID, SHOPPER_ID

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_SECONDS = 60
KNIVES = [PRODUCT_ID, "knife-chef", "knife-bread", *(f"knife-{n:02}" for n in range(1, 13))]
# An id may hold anything but a NUL character.
BOARDS = ["board-oak", "board/50 % off"]


@pytest.fixture(scope="session")
def story(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database with knives, boards and a shopper who viewed one; its `PG*` variables."""
    name = f"test_story_{secrets.token_hex(6)}"
    variables = {**postgres_server, "PGDATABASE": name}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in {**postgres_server, "PGDATABASE": "postgres"}.items():
            patch.setenv(key, value)
        with connect(autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template alsolike_template").format(
                    sql.Identifier(name)
                )
            )
        patch.setenv("PGDATABASE", name)
        _fill()
    yield variables
    with pytest.MonkeyPatch.context() as patch:
        for key, value in {**postgres_server, "PGDATABASE": "postgres"}.items():
            patch.setenv(key, value)
        with connect(autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


@pytest.fixture(scope="session")
def site(story: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the story with `alsolike serve`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("site") / "log.txt"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "alsolike", "serve"],
            cwd=ROOT,
            env={**os.environ, **story, "ALSOLIKE_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_until_it_answers(process, address, log)
            yield address
        finally:
            process.terminate()
            process.wait(STARTS_WITHIN_SECONDS)


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    last = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < last:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health/ready"):  # noqa: S310
            return
        # Waits for the end of the process, so that a failed start is noticed at once.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    pytest.fail(f"`alsolike serve` did not start:\n{log.read_text()}")


def _fill() -> None:
    with connect() as connection:
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values ('hand', 'none', 4)"
        )
        connection.execute(
            "insert into recs.serving_model (model_id) "
            "select recs.add_model(%s, 'average', encoder_id, 4, '{}') from recs.encoders",
            [MODEL],
        )
        for number, product_id in enumerate([*KNIVES, *BOARDS]):
            is_knife = product_id in KNIVES
            connection.execute(
                "insert into raw.products (product_id, title, description, category, brand, price,"
                " currency, attributes) values"
                " (%s, %s, 'As it should be.', %s, 'Plainly', %s, 'EUR', '{\"colour\": \"grey\"}')",
                (
                    product_id,
                    product_id.replace("-", " ").capitalize(),
                    CATEGORY if is_knife else "Kitchen > Boards",
                    10 + number,
                ),
            )
            vector = f"[{int(is_knife)}, {int(not is_knife)}, 0, {number / 100}]"
            connection.execute(
                "insert into recs.product_vectors (model_id, product_id, embedding)"
                " select model_id, %s, l2_normalize(%s::vector)::halfvec from recs.models",
                (product_id, vector),
            )
        connection.execute(
            "insert into raw.shoppers (shopper_id, display_name) values (%s, 'Shopper 17')",
            [SHOPPER_ID],
        )
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source)"
            " values (%s, 'personalisation', true, 'test')",
            [SHOPPER_ID],
        )
        connection.execute(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at)"
            " values ('view-4711', %s, %s, now() - interval '1 hour')",
            [SHOPPER_ID, PRODUCT_ID],
        )
        connection.execute(
            "insert into raw.views (view_id, session_id, product_id, viewed_at)"
            " values ('view-4713', 'visit-18', %s, now())",
            [PRODUCT_ID],
        )
        connection.execute(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at)"
            " select 'purchase-' || n, %s, 'board-oak', now() - n * interval '20 days'"
            " from generate_series(1, 2) as n",
            [SHOPPER_ID],
        )
        connection.execute(
            "create table marts.rebuyable_products (product_id text primary key,"
            " rebuyer_share double precision not null, days_between double precision not null)"
        )
        connection.execute("grant select on marts.rebuyable_products to alsolike_app")
        connection.execute(
            "create table marts.product_complements (product_id text not null, "
            "rank integer not null, other_product_id text not null, "
            "score double precision not null, together bigint not null, "
            "lift double precision not null, primary key (product_id, rank))"
        )
        connection.execute("grant select on marts.product_complements to alsolike_app")
        connection.execute(
            "insert into marts.product_complements values (%s, 1, 'board-oak', 0.71, 23, 3.4)",
            [PRODUCT_ID],
        )

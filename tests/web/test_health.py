"""Health, and what a visitor gets when the database is away, slow or empty."""

import psycopg
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import load_settings
from api.app import create_app
from api.database.pool import Database
from tests.fixtures.waiting import wait_for

Client = TestClient[Litestar]


def test_a_shop_that_stands_is_ready(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {
        "status": "ready",
        "database": "ok",
        "schema": "ok",
        "model": "average",
        "reason": None,
    }


@pytest.mark.usefixtures("database")
def test_a_shop_without_a_model_is_ready_too() -> None:
    with TestClient(create_app(load_settings())) as client:
        assert client.get("/health/ready").json()["model"] is None


@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_is_not_ready() -> None:
    with TestClient(create_app(load_settings())) as client:
        response = client.get("/health/ready")
        assert response.status_code == 503
        assert response.json()["errors"][0]["field"] == "schema"
        assert "alsolike migrate" in client.get("/v1/products").json()["detail"]


def test_without_a_database_the_process_lives_and_is_not_ready(away: Client) -> None:
    assert away.get("/health/live").status_code == 200
    response = away.get("/health/ready")
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.headers["retry-after"]
    assert response.json()["errors"][0]["field"] == "database"


def test_while_the_database_is_known_to_be_away_nobody_waits_to_hear_it(
    away: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert away.get("/health/ready").status_code == 503

    async def fail(*_: object) -> None:
        pytest.fail("The database was asked.")

    monkeypatch.setattr(Database, "probe", fail)
    response = away.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["errors"][0]["field"] == "database"


@pytest.mark.usefixtures("shop")
def test_an_older_schema_is_a_problem_to_try_again() -> None:
    with connect() as connection:
        connection.execute("alter table raw.products rename column image_url to picture")
    with TestClient(create_app(load_settings())) as client:
        response = client.get("/v1/products/knife-01")
        assert response.status_code == 503
        assert "alsolike migrate" in response.json()["detail"]


def test_without_a_database_a_request_is_a_problem_to_try_again(away: Client) -> None:
    response = away.get("/v1/products/a/similar")
    assert response.status_code == 503
    assert response.json()["title"] == "Service Unavailable"
    assert int(response.headers["retry-after"]) > 0


def test_without_a_database_a_page_says_so_in_words(away: Client) -> None:
    response = away.get("/", headers={"accept": "text/html"})
    assert response.status_code == 503
    assert response.headers["content-type"].startswith("text/html")
    assert "database cannot be reached" in response.text
    assert "Traceback" not in response.text


def test_the_app_serves_again_when_the_database_comes_back(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    with TestClient(create_app(load_settings())) as client:
        assert client.get("/v1/products/knife-01").status_code == 503
        monkeypatch.setenv("PGPORT", shop["PGPORT"])
        wait_for(lambda: client.get("/v1/products/knife-01").status_code == 200)


@pytest.mark.usefixtures("shop")
def test_a_slow_statement_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_STATEMENT_TIMEOUT_MS", "100")
    with TestClient(create_app(load_settings())) as client, connect() as holder:
        holder.execute("lock table raw.products")
        response = client.get("/v1/products/knife-01")
        assert response.status_code == 503
        assert "too long" in response.json()["detail"]


def test_the_app_recovers_when_its_connections_die(client: Client) -> None:
    assert client.get("/v1/products/knife-01").status_code == 200
    with connect() as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name = 'alsolike-web' and datname = current_database()"
        )
    assert client.get("/v1/products/knife-01").status_code == 200


def test_what_nobody_expected_is_told_without_internals(app: Litestar, client: Client) -> None:
    @get("/v1/fails")
    async def fail() -> None:
        message = "secret detail"
        raise RuntimeError(message)

    app.register(fail)
    response = client.get("/v1/fails")
    assert response.status_code == 500
    assert response.headers["content-type"].startswith("application/problem+json")
    assert "secret detail" not in response.text


def test_the_app_acts_as_its_own_role(client: Client) -> None:
    assert client.get("/v1/products/knife-01").status_code == 200
    with connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role alsolike_app")
        connection.execute("delete from raw.products")

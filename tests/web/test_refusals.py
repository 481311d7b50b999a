"""What a request does wrong by itself is refused, whether the database is there or not."""

import json
import logging
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import load_settings
from api.app import create_app

Client = TestClient[Litestar]

EVENT = {"event_id": "e1", "kind": "view", "product_id": "pan-01", "shopper_id": "agreed"}
JSON_POSTS = ["/v1/recommendations", "/v1/similar", "/v1/events"]
PATHS = ["/", "/search", "/v1/products", "/v1/trending", "/v1/shoppers/agreed/recommendations"]


def nested(levels: int) -> str:
    """Return a JSON object of so many levels."""
    return '{"a":' * levels + "1" + "}" * levels


@pytest.fixture(params=["reader", "away"])
def anywhere(request: pytest.FixtureRequest) -> Client:
    """Give a client of an app with its database, and of one without."""
    client: Client = request.getfixturevalue(request.param)
    return client


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["a%00b", "%00", "%ff", "caf%e9", "%ed%a0%80"])
def test_a_query_holds_text(anywhere: Client, path: str, text: str) -> None:
    for query in (f"q={text}", f"unknown={text}", f"{text}=1"):
        assert anywhere.get(f"{path}?{query}").status_code == 400, query


@pytest.mark.parametrize(
    "path",
    [
        "/products/%00",
        "/products/%ff",
        "/categories/A/%00",
        "/pictures/%ff.svg",
        "/v1/products/%00",
        "/v1/products/a%2F%ff/similar",
        "/v1/shoppers/%00/recommendations",
        "/static/%00",
        "/static/%ff",
    ],
)
def test_a_path_holds_text(anywhere: Client, path: str) -> None:
    assert anywhere.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        f"/static/{'a' * 300}",
        f"/static/{'%C3%BC' * 200}",
        f"/static/{'a/' * 3000}b",
        "/static/site.css/more",
        "/static/none",
        "/static/x%0A[INFO]%20FORGED",
    ],
)
def test_a_file_of_an_impossible_name_is_not_there(
    reader: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert reader.get(path).status_code == 404
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"filter": {"attributes": ' + nested(15).encode() + b"}}", "filter.attributes"),
        (b'{"filter": {"attributes": ' + nested(500).encode() + b"}}", "filter.attributes"),
        (b'{"filter": {"attributes": ' + nested(5000).encode() + b"}}", "body"),
        (b"[" * 1000, "body"),
        (b"[" * 17 + b"]" * 17, "body"),
        (b'{"model": "\xff"}', "body"),
        (b'{"filter": {"attributes": {"a": "\\u0000"}}}', "filter.attributes"),
        (b'{"filter": {"attributes": {"a": [{"b\\u0000": 1}]}}}', "filter.attributes"),
        (b'{"k":', "body"),
        (b"", "body"),
    ],
)
def test_a_body_is_json_that_can_be_read(
    anywhere: Client, caplog: pytest.LogCaptureFixture, body: bytes, field: str
) -> None:
    caplog.set_level(logging.INFO, "alsolike.web")
    for path in JSON_POSTS:
        response = anywhere.post(path, content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 400, path
        assert [error["field"] for error in response.json()["errors"]] == [field]
    assert caplog.text == "", "who sends nonsense fills no log"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        (
            "PUT",
            "/v1/shoppers/silent",
            '{"personalisation": false, "personalisation": true}',
            "personalisation",
        ),
        ("PUT", "/v1/products/x", '{"title": "A", "t\\u0069tle": "B"}', "title"),
        ("PUT", "/v1/products", '{"products": [{"title": "A", "title": "A"}]}', "title"),
        ("PUT", "/v1/products/x", '{"title": "A", "attributes": {"a": 1, "a": 2}}', "a"),
        ("DELETE", "/v1/products", '{"product_ids": ["x"], "product_ids": ["y"]}', "product_ids"),
        ("POST", "/v1/events", '{"events": [{"event_id": "1", "event_id": "2"}]}', "event_id"),
        ("POST", "/v1/recommendations", '{"session_id": "a", "session_id": "b"}', "session_id"),
    ],
)
def test_a_field_stands_once_in_an_object(
    anywhere: Client, method: str, path: str, body: str, field: str
) -> None:
    headers = {"content-type": "application/json"}
    response = anywhere.request(method, path, content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": field, "message": "Stands twice in one object: send each field once."}
    ]


def test_a_number_may_be_long(reader: Client) -> None:
    """Python refuses to convert more than 4,300 digits, which no field of ours needs."""
    body = '{"k": ' + "9" * 5000 + "}"
    headers = {"content-type": "application/json"}
    response = reader.post("/v1/similar", content=body, headers=headers)
    assert response.status_code == 400


def test_attributes_have_up_to_sixteen_levels(anywhere: Client, reader: Client) -> None:
    assert reader.get("/v1/trending", params={"attributes": nested(16)}).status_code == 200
    for levels in (17, 200, 330):
        response = anywhere.get("/v1/trending", params={"attributes": nested(levels)})
        assert response.status_code == 400
        assert response.json()["errors"][0]["field"] == "attributes"
    nul = anywhere.get("/v1/trending", params={"attributes": '{"a": "\\u0000"}'})
    assert nul.status_code == 400


def test_products_with_deeper_attributes_are_shown_without(client: Client) -> None:
    with connect() as connection:
        for product_id, levels in (("knife-01", 300), ("knife-02", 900), ("knife-03", 5000)):
            connection.execute(
                "update raw.products set attributes = %s::jsonb where product_id = %s",
                (nested(levels), product_id),
            )
    for product_id in ("knife-01", "knife-02", "knife-03"):
        assert client.get(f"/v1/products/{product_id}").json()["attributes"] == {}
        assert client.get(f"/products/{product_id}").status_code == 200
    assert client.get("/v1/products/knife-04").json()["attributes"] == {"water_resistant": True}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "text/plain; application/json",
        None,
    ],
)
@pytest.mark.parametrize("path", JSON_POSTS)
def test_the_api_takes_json_that_says_so(client: Client, path: str, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    response = client.post(path, content=json.dumps(EVENT), headers=headers)
    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]
    with connect() as connection:
        assert connection.execute("select count(*) from raw.views").fetchone() == (0,)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_may_name_its_encoding(client: Client, kind: str) -> None:
    response = client.post("/v1/events", content=json.dumps(EVENT), headers={"Content-Type": kind})
    assert response.status_code == 201


def test_a_page_of_another_site_writes_nothing(client: Client) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/v1/events", json=EVENT, headers=elsewhere).status_code == 403
    assert client.post("/personalise", data={"agree": "yes"}, headers=elsewhere).status_code == 403
    for site in ("same-origin", "none"):
        event: dict[str, Any] = {**EVENT, "event_id": site}
        response = client.post("/v1/events", json=event, headers={"Sec-Fetch-Site": site})
        assert response.status_code == 201
    assert client.get("/", headers=elsewhere).status_code == 200, "links lead here from anywhere"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"agree=%00", 400),
        ("application/x-www-form-urlencoded", b"agree=%ff", 400),
        ("application/x-www-form-urlencoded", b"agree=\xff", 400),
        ("multipart/form-data", b"agree=yes", 415),
        ("application/json", b'{"agree": "yes"}', 415),
        ("application/x-www-form-urlencoded", b"agree=yes", 403),
    ],
)
def test_a_page_takes_forms_of_its_own(reader: Client, kind: str, body: bytes, status: int) -> None:
    response = reader.post("/personalise", content=body, headers={"Content-Type": kind})
    assert response.status_code == status


def test_a_body_is_not_longer_than_a_megabyte(reader: Client) -> None:
    long = b'{"model": "' + b"x" * 1_000_000 + b'"}'
    response = reader.post(
        "/v1/recommendations", content=long, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


def test_cursors_and_marks_hold_nothing_that_cannot_be_compared(reader: Client) -> None:
    # ["\u0000"]; [[[…]]]; [1.0, "\u0000"]
    for mark in ("WyJcdTAwMDAiXQ", "W1tbW1tbW1tbW1tb", "WzEuMCwiXHUwMDAwIl0"):
        for path in ("/v1/products", "/search?q=pan", "/v1/trending"):
            separator = "&" if "?" in path else "?"
            response = reader.get(f"{path}{separator}after={mark}")
            assert response.status_code == 400, (path, mark)


def served(monkeypatch: pytest.MonkeyPatch, hosts: str) -> Client:
    monkeypatch.setenv("ALSOLIKE_ALLOWED_HOSTS", hosts)
    return TestClient(create_app(load_settings()))


@pytest.mark.parametrize(
    ("hosts", "host", "status"),
    [
        ("", "localhost:8000", 200),
        ("", "127.0.0.1:8000", 200),
        ("", "[::1]:8000", 200),
        ("", "192.0.2.7", 200),
        ("", "LOCALHOST.", 200),
        ("", "rebind.example", 421),
        ("", "localhost.rebind.example", 421),
        ("", "127.0.0.1.rebind.example", 421),
        ("shop.example", "shop.example:443", 200),
        ("shop.example", "localhost", 421),
        (".shop.example", "www.shop.example", 200),
        (".shop.example", "shop.example", 200),
        (".shop.example", "othershop.example", 421),
        ("*", "any.example", 200),
        ("*", "[::1", 400),
        ("*", "a b", 400),
        ("*", "", 400),
    ],
)
def test_only_names_of_ours_are_answered_to(
    shop: dict[str, str], monkeypatch: pytest.MonkeyPatch, hosts: str, host: str, status: int
) -> None:
    with served(monkeypatch, hosts) as client:
        for path in ("/health/live", "/v1/products", "/"):
            assert client.get(path, headers={"Host": host}).status_code == status, path


def test_a_log_line_is_one_line_of_bounded_length(
    away: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "alsolike.web")
    away.get("/v1/products/x%0A%1B[2J%E2%80%A8INFO%20FORGED")
    away.get(f"/v1/products/{'y' * 5000}")
    told = [r.getMessage() for r in caplog.records if "/v1/products/" in r.getMessage()]
    assert len(told) == 2
    for line in told:
        assert line.isprintable()
        assert len(line) < 1000
    assert r"/v1/products/x\n\x1b[2J\u2028INFO FORGED" in told[0]


@pytest.mark.parametrize("zone", ["+16:00", "-16:00", "+23:59", "-23:59", "Z"])
def test_a_time_of_any_zone_is_understood(reader: Client, zone: str) -> None:
    told = {"product_id": "pan-01", "occurred_at": f"2026-01-02T03:04:05{zone}"}
    answer = reader.post("/v1/recommendations", json={"history": [told]})
    assert answer.status_code == 200, answer.text


def test_a_time_before_the_first_year_is_refused(reader: Client) -> None:
    told = {"product_id": "pan-01", "occurred_at": "0001-01-01T00:00:00+05:00"}
    answer = reader.post("/v1/recommendations", json={"history": [told]})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"].startswith("history[0]")
    assert "out of range" in error["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"history": [{"product_id": "pan-01"}, {}]}, "history[1].product_id"),
        ({"history": [{"product_id": "pan-01", "extra": 1}]}, "history[0].extra"),
        ({"filter": {"colour": 1}}, "filter.colour"),
        ({"colour": 1}, "colour"),
        ([], "body"),
    ],
)
def test_the_field_at_fault_is_named_with_its_place(reader: Client, body: Any, field: str) -> None:
    answer = reader.post("/v1/recommendations", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]

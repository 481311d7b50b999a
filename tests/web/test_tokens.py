"""Shoppers' tokens: what one opens, once, and what attacks on them meet."""

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.privacy.retain import retain
from alsolike.settings import load_settings
from api.app import create_app
from api.http.keys import FAILURES_PER_MINUTE
from tests.fixtures.tokens import API_KEY, SECRET, bearing, claims, sign
from tests.shop.database import execute, run

Client = TestClient[Litestar]
Start = Callable[..., Client]

OWN = "/v1/shoppers/agreed/recommendations"


@pytest.fixture
def start(shop: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Give a function that starts a site which takes tokens, with other settings put in."""
    assert shop
    started: list[Client] = []

    def start(**variables: str) -> Client:
        with pytest.MonkeyPatch.context() as patch:
            monkeypatch.setenv("ALSOLIKE_API_KEYS", API_KEY)
            for name, value in (variables or {"ALSOLIKE_TOKEN_KEY": SECRET}).items():
                patch.setenv(name, value)
            client: Client = TestClient(create_app(load_settings()))
        started.append(client.__enter__())
        return client

    yield start
    for client in started:
        client.__exit__(None, None, None)


@pytest.fixture
def client(start: Start) -> Client:
    """Give a client of a site that takes tokens with the shop's secret."""
    return start()


def get(client: Client, token: str, path: str = OWN) -> Any:
    return client.get(path, headers=bearing(token))


def refused(client: Client, token: str, path: str = OWN) -> str:
    """Send a token that is not good; why it is not."""
    answer = get(client, token, path)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    if token.count(".") == 2:
        assert not any(part in answer.text for part in token.split(".") if part)
    return str(answer.json()["detail"])


def test_a_token_opens_its_shoppers_lists_and_no_others(client: Client) -> None:
    view = {"event_id": "v", "kind": "view", "product_id": "pan-01", "shopper_id": "agreed"}
    assert client.post("/v1/events", json=view, headers=bearing(API_KEY)).status_code == 201
    by_key = client.get(OWN, headers=bearing(API_KEY)).json()
    by_token = get(client, sign())
    assert by_token.status_code == 200
    assert by_token.json()["items"] == by_key["items"]
    assert by_token.json()["items"][0]["source"] == "personal"
    assert by_token.headers["cache-control"] == "private, no-store"
    for path in ("recommendations", "recently-viewed", "buy-again"):
        assert get(client, sign(), f"/v1/shoppers/agreed/{path}").status_code == 200
        other = get(client, sign(), f"/v1/shoppers/other/{path}")
        assert other.status_code == 403
        assert "another shopper's" in other.json()["detail"]
    for path in ("/v1/products/knife-01/similar", "/v1/products/pan-01/goes-with", "/v1/trending"):
        assert get(client, sign(), path).status_code == 200


def test_every_route_of_a_shopper_that_tokens_open_checks_whose_it_is(client: Client) -> None:
    document = client.get("/schema/openapi.json").json()
    opened = 0
    for path, operations in document["paths"].items():
        if "{shopper_id}" in path and "get" in operations:
            asked = path.replace("{shopper_id}", "other")
            assert get(client, sign(), asked).status_code == 403, path
            opened += 1
    assert opened >= 3


def test_a_list_that_is_asked_for_with_a_body_is_the_shoppers_own(client: Client) -> None:
    def ask(**asked: Any) -> Any:
        return client.post("/v1/recommendations", json=asked, headers=bearing(sign()))

    assert ask().json()["shopper_id"] == "agreed"
    assert ask(shopper_id="agreed").status_code == 200
    assert ask(shopper_id="other").status_code == 403
    assert ask(session_id="visit").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/products", None),
        ("GET", "/v1/sessions/visit/recently-viewed", None),
        ("POST", "/v1/similar", {"product_ids": ["pan-01"]}),
        ("PUT", "/v1/products/new", {"title": "New"}),
        ("DELETE", "/v1/products/pan-01", None),
        ("PUT", "/v1/shoppers/agreed", {"personalisation": True}),
        ("DELETE", "/v1/shoppers/agreed", None),
    ],
)
def test_a_token_opens_nothing_else(client: Client, method: str, path: str, body: Any) -> None:
    answer = client.request(method, path, json=body, headers=bearing(sign()))
    assert answer.status_code == 403
    assert "needs an API key" in answer.json()["detail"]


def test_a_browser_sends_what_its_shopper_did(client: Client) -> None:
    def send(body: dict[str, Any]) -> Any:
        return client.post("/v1/events", json=body, headers=bearing(sign()))

    def event(kind: str, **more: Any) -> dict[str, Any]:
        given = {"event_id": secrets.token_hex(4), "kind": kind, "product_id": "pan-01"}
        return {**given, **more}

    assert send(event("view")).status_code == 201
    assert send(event("click", place="similar", shopper_id="agreed")).status_code == 201
    assert send({"events": [event("basket"), event("hide")]}).status_code == 200
    clicks = "select shopper_id, place from raw.clicks where product_id = 'pan-01'"
    assert run(clicks) == [("agreed", "similar")]
    assert send(event("view", shopper_id="other")).status_code == 403
    assert send(event("view", session_id="visit")).status_code == 403
    for kind in ("purchase", "review", "return"):
        answer = send({"events": [event("view"), event(kind)]})
        assert answer.status_code == 403
        assert "the shop sends the others" in answer.json()["detail"]
    assert run("select count(*) from raw.purchases where product_id = 'pan-01'") == [(0,)]


NOW = time.time


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda: claims(exp=int(NOW())), "expired"),
        (lambda: claims(exp=int(NOW()) - 3600), "expired"),
        (lambda: claims(exp=int(NOW()) + 90), "more than 60 seconds"),
        (lambda: claims(exp=10**30), "more than 60 seconds"),
        (lambda: claims(exp=str(int(NOW()) + 30)), "seconds since 1970"),
        (lambda: claims(exp=True), "seconds since 1970"),
        (lambda: claims(nbf=int(NOW()) + 20), "not good yet"),
        (lambda: claims(nbf="soon"), "not good yet"),
        (lambda: claims(aud="another-site"), "ALSOLIKE_TOKEN_AUDIENCE"),
        (lambda: claims(aud=["a", "b"]), "ALSOLIKE_TOKEN_AUDIENCE"),
        (lambda: claims(aud={"alsolike": 1}), "ALSOLIKE_TOKEN_AUDIENCE"),
        (lambda: claims(aud=None), "lacks one of"),
        (lambda: claims(exp=None), "lacks one of"),
        (lambda: claims(jti=None), "lacks one of"),
        (lambda: {**claims(), "sub": None}, "lacks one of"),
        (lambda: claims(jti=7), "no other token has"),
        (lambda: claims(jti="x" * 501), "1 to 500"),
        (lambda: claims(jti="\x00"), "1 to 500"),
        (lambda: claims(sub=17), "the shopper's id"),
        (lambda: claims(sub=" "), "1 to 500"),
    ],
)
def test_a_token_says_who_for_whom_until_when_and_which(
    client: Client, said: Callable[[], dict[str, Any]], why: str
) -> None:
    assert why in refused(client, sign(said()))


def test_half_a_character_is_no_id(client: Client) -> None:
    for name in ("jti", "sub"):
        token = by_hand({"alg": "HS256"}, claims(**{name: "x\ud800"}))
        assert "1 to 500" in refused(client, token)


def test_several_audiences_and_a_time_before_are_fine(client: Client) -> None:
    said = claims(aud=["shop", "alsolike"], nbf=int(NOW()) - 5, iat=int(NOW()) + 3, more={"a": 1})
    assert get(client, sign(said)).status_code == 200


def encoded(content: Any) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def by_hand(header: Any, said: Any, secret: bytes = SECRET.encode()) -> str:
    signed = f"{encoded(header)}.{encoded(said)}"
    digest = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return f"{signed}.{encoded(digest)}"


def test_damaged_and_forged_tokens_are_refused(client: Client) -> None:
    good = sign()
    header, payload, signature = good.split(".")
    other = encoded({**claims("other")})
    forged = [
        f"{header}.{other}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        sign(key=OctKey.import_key("another secret, as long as it has to be")),
        by_hand({"alg": "none"}, claims()),
        f"{encoded({'alg': 'none'})}.{payload}.",
        f"{encoded({'alg': 'None'})}.{payload}.",
        by_hand({"alg": ["HS256"]}, claims()),
        by_hand({"alg": {"a": 1}}, claims()),
        by_hand({"typ": "JWT"}, claims()),
        by_hand({"alg": "HS256", "crit": ["exp"], "exp": 1}, claims()),
        by_hand({"alg": "HS256", "b64": False, "crit": ["b64"]}, claims()),
        by_hand({"alg": "HS512"}, claims()),
        by_hand({"alg": "HS256"}, b"[]"),
        by_hand({"alg": "HS256"}, b"no JSON"),
        by_hand({"alg": "HS256"}, b'{"exp": 1e999}'),
        by_hand({"alg": "HS256"}, b"[" * 2900),
        by_hand({"alg": "HS256"}, b'{"exp": ' + b"9" * 2800 + b"}"),
    ]
    assert len(forged) < FAILURES_PER_MINUTE
    for token in forged:
        assert refused(client, token)
    assert run("select count(*) from ops.spent_tokens") == [(0,)]
    assert get(client, good).status_code == 200


def test_a_huge_token_is_not_looked_at(client: Client) -> None:
    assert "longer than 4096 bytes" in refused(client, sign(claims(more="x" * 30_000)))


def test_guesses_are_limited_and_a_good_token_is_let_in(client: Client) -> None:
    wrong = sign(key=OctKey.import_key("another secret, as long as it has to be"))
    statuses = [get(client, wrong).status_code for _ in range(FAILURES_PER_MINUTE + 1)]
    assert statuses == [401] * FAILURES_PER_MINUTE + [429]
    assert get(client, sign()).status_code == 200


@pytest.mark.parametrize("kind", ["RS256", "ES256", "Ed25519", "EdDSA"])
def test_a_public_key_verifies_and_is_no_secret(
    start: Start, kind: str, recwarn: pytest.WarningsRecorder
) -> None:
    keys: dict[str, RSAKey | ECKey | OKPKey] = {
        "RS256": RSAKey.generate_key(2048),
        "ES256": ECKey.generate_key("P-256"),
    }
    key = keys.get(kind) or OKPKey.generate_key("Ed25519")
    public = key.as_pem(private=False)
    client = start(ALSOLIKE_TOKEN_KEY=public.decode().replace("\n", "\\n"))
    if kind == "EdDSA":
        # joserfc would warn of the older name.
        signed = f"{encoded({'alg': 'EdDSA'})}.{encoded(claims())}"
        assert isinstance(key, OKPKey)
        token = f"{signed}.{encoded(key.private_key.sign(signed.encode()))}"  # pyright: ignore
    else:
        token = sign(key=key, alg=kind)
    assert get(client, token).status_code == 200
    for secret in (public, public.strip(), key.as_der(private=False)):
        confused = by_hand({"alg": "HS256", "typ": "JWT"}, claims(), secret)
        assert "not that of the key" in refused(client, confused)
    assert not recwarn.list


def test_a_token_is_good_once_in_all_processes_at_the_same_time(start: Start) -> None:
    clients = [start(), start()]
    for _ in range(5):
        token = sign()
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(get, clients * 4, [token] * 8))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 200
        assert set(statuses[1:]) <= {401, 429}
    assert run("select count(*) from ops.spent_tokens") == [(5,)]
    # Another token with the id of one that was used.
    said = claims()
    fresh = start()
    assert get(fresh, sign(said)).status_code == 200
    assert "used before" in refused(fresh, sign({**said, "exp": said["exp"] + 1}))
    assert "used before" in refused(fresh, sign({**said, "sub": "other"}))


def test_where_nothing_can_be_written_no_token_is_taken(client: Client) -> None:
    name = run("select current_database()")[0][0]
    execute(f'alter database "{name}" set default_transaction_read_only = on')
    execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    answer = get(client, sign())
    assert answer.status_code == 503
    assert "no token can be used" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "5"
    assert client.get(OWN, headers=bearing(API_KEY)).status_code == 200


def test_without_a_database_no_token_is_taken(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    answer = get(start(), sign())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_erased_shoppers_and_those_without_consent_get_what_everybody_gets(
    client: Client,
) -> None:
    strangers = client.get("/v1/shoppers/nobody-9/recommendations", headers=bearing(API_KEY))
    assert client.delete("/v1/shoppers/agreed", headers=bearing(API_KEY)).status_code == 200
    erased = get(client, sign())
    assert erased.status_code == 200
    assert {one["source"] for one in erased.json()["items"]} == {"popular"}
    ids = [one["product_id"] for one in strangers.json()["items"]]
    assert [one["product_id"] for one in erased.json()["items"]] == ids
    view = {"event_id": "v", "kind": "view", "product_id": "pan-01"}
    sent = client.post("/v1/events", json=view, headers=bearing(sign()))
    assert sent.json()["recorded"] is False


def test_expired_tokens_are_dropped_and_no_shopper_is_kept(client: Client) -> None:
    token_id = "agreed-0001"
    assert get(client, sign(claims(jti=token_id))).status_code == 200
    (row,) = run("select t::text, token_hash from ops.spent_tokens as t")
    assert "agreed" not in row[0]
    assert bytes(row[1]) != hashlib.sha256(token_id.encode()).digest()
    execute("insert into ops.spent_tokens values (sha256('old'), now() - interval '2 hours')")
    assert retain(load_settings())["expired tokens"] == 1
    assert run("select count(*) from ops.spent_tokens") == [(1,)]


def test_the_log_has_no_token(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    good = sign()
    tokens = [good, good, sign(claims(aud="x")), by_hand({"alg": "none"}, claims())]
    with caplog.at_level(logging.DEBUG):
        for token in tokens:
            get(client, token)
    assert "used before" in caplog.text
    assert not any(part in caplog.text for token in tokens for part in token.split(".")[1:])


class Jwks:
    """A server of keys that counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.status = 200
        self.asked = 0
        jwks = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                jwks.asked += 1
                content = json.dumps({"keys": jwks.keys}).encode()
                self.send_response(jwks.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/keys"


@contextmanager
def serving(jwks: Jwks) -> Iterator[Jwks]:
    thread = Thread(target=jwks.server.serve_forever)
    thread.start()
    yield jwks
    jwks.server.shutdown()
    jwks.server.server_close()
    thread.join()


def public(key: ECKey, key_id: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key_id}


def test_a_flood_of_unknown_keys_has_the_jwks_read_once(start: Start) -> None:
    old, new = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    with serving(Jwks()) as jwks:
        jwks.keys = [public(old, "old")]
        client = start(ALSOLIKE_TOKEN_JWKS=jwks.address)
        assert get(client, sign(key=old, alg="ES256", kid="old")).status_code == 200
        # The only key needs no name.
        assert get(client, sign(key=old, alg="ES256")).status_code == 200
        assert jwks.asked == 1
        for number in range(FAILURES_PER_MINUTE + 5):
            token = sign(key=new, alg="ES256", kid=f"unknown-{number}")
            assert get(client, token).status_code in {401, 429}
        assert jwks.asked == 1
        assert get(client, sign(key=old, alg="ES256", kid="old")).status_code == 200
        for kid in (["old"], {"a": 1}, 7):
            token = by_hand({"alg": "ES256", "kid": kid}, claims())
            assert get(client, token).status_code in {401, 429}


@pytest.mark.parametrize("status", [302, 404, 500])
def test_without_keys_the_answer_is_that_there_are_none(start: Start, status: int) -> None:
    key = ECKey.generate_key("P-256")
    with serving(Jwks()) as jwks:
        jwks.keys, jwks.status = [public(key, "a")], status
        client = start(ALSOLIKE_TOKEN_JWKS=jwks.address)
        answer = get(client, sign(key=key, alg="ES256", kid="a"))
        assert answer.status_code == 503
        assert "ALSOLIKE_TOKEN_JWKS" in answer.json()["detail"]
        assert jwks.asked == 1


def test_a_server_of_keys_that_hangs_is_not_waited_for(start: Start) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        client = start(ALSOLIKE_TOKEN_JWKS=f"http://127.0.0.1:{port}/")
        assert get(client, sign()).status_code == 503
        # And not asked again by the next one.
        assert get(client, sign()).status_code == 503


def test_keys_may_come_from_a_file(start: Start, tmp_path: Path) -> None:
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [public(key, "a"), public(other, "b")]}))
    client = start(ALSOLIKE_TOKEN_JWKS=str(file))
    assert get(client, sign(key=key, alg="ES256", kid="a")).status_code == 200
    assert get(client, sign(key=other, alg="ES256", kid="b")).status_code == 200
    assert "names by `kid` no key" in refused(client, sign(key=key, alg="ES256"))
    assert "another key signed" in refused(client, sign(key=key, alg="ES256", kid="b"))


def test_the_code_of_the_document_signs_a_good_token(client: Client) -> None:
    text = (Path(__file__).parents[2] / "docs" / "blocks.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  (our own document)
    for _ in range(2):
        assert get(client, names["sign_token"]("agreed", SECRET)).status_code == 200

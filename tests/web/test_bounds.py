"""What a request may bring at most, so that reading it is never long work, and is kept nowhere."""

import pytest
from litestar.connection.base import parse_cookie_string, parse_query_string
from litestar.connection.request import parse_url_encoded_form_data

from api.http import pairs
from api.http.cookies import read_cookies
from api.http.pairs import MOST_FIELDS, MOST_FORM_BYTES, MOST_PARAMETERS
from api.reviews.form import MOST_BODY, MOST_TITLE
from api.sessions.session import COOKIE
from tests.web.conftest import Client


def in_header(cookies: str) -> dict[str, str]:
    return {"cookie": cookies}


def sign_in(client: Client) -> None:
    client.get("/")
    token = client.cookies["alsolike_csrf"]
    sent = client.post("/sign-in", data={"_csrf_token": token, "shopper_id": "agreed"})
    assert sent.status_code == 303


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("a=1; alsolike_language=de", "de"),
        # Another site's, of a form that Python's own parser stops at.
        ('_x={"a":1}; alsolike_language=de', "de"),
        ("a b=1;alsolike_language=de", "de"),
        ("alone; alsolike_language = de ", "de"),
        ('alsolike_language="de"', "de"),
        # Every escape would cost a look at all the rest.
        ('alsolike_language="d\\145"', "d\\145"),
        ("alsolike_language=%64e", "%64e"),
        ("alsolike_language=de; x=" + "x" * 20_000, None),
        ("x=y", None),
    ],
)
def test_a_cookie_is_read_whatever_stands_beside_it(sent: str, value: str | None) -> None:
    found = read_cookies({"headers": [(b"cookie", sent.encode())]})  # type: ignore
    assert found.get("alsolike_language") == value


def test_cookies_in_several_headers_are_one_list_and_have_one_limit() -> None:
    headers = [(b"cookie", b"a=1"), (b"host", b"x"), (b"cookie", b"b=2")]
    assert read_cookies({"headers": headers}) == {"a": "1", "b": "2"}  # type: ignore
    assert read_cookies({"headers": [(b"cookie", b"a=" + b"x" * 5000)] * 2}) == {}  # type: ignore


def test_one_reading_of_cookies_is_for_all(client: Client) -> None:
    """The chosen language, the session and the token of forms stand behind an odd cookie."""
    sign_in(client)
    kept = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    token = client.cookies["alsolike_csrf"]
    client.cookies.clear()
    odd = in_header(f'_x={{"a":1}}; alsolike_language=de; {kept}')
    assert 'lang="de"' in client.get("/", headers=odd).text
    assert 'action="/sign-out"' in client.get("/", headers=odd).text
    left = client.post("/sign-out", headers=odd, data={"_csrf_token": token})
    assert left.status_code == 303


def test_cookies_beyond_the_limit_are_as_good_as_none(client: Client) -> None:
    sign_in(client)
    session_id = client.cookies[COOKIE]
    client.cookies.clear()
    for more, is_signed_in in (("x=y", True), ('x="' + "\\" * 20_000 + '"', False)):
        page = client.get("/", headers=in_header(f"{COOKIE}={session_id}; {more}"))
        assert page.status_code == 200
        assert ('action="/sign-out"' in page.text) == is_signed_in


def test_a_long_wish_for_languages_is_no_work(client: Client) -> None:
    page = client.get("/privacy", headers={"accept-language": "a-" * 24_000 + "a, de"})
    assert 'lang="en"' in page.text


def test_a_form_has_so_many_fields_and_bytes_at_most(client: Client) -> None:
    client.get("/")
    token = client.cookies["alsolike_csrf"]
    fields = {"_csrf_token": token, **{f"f{number}": "" for number in range(2000)}}
    assert client.post("/language", data=fields).status_code == 400
    fields = dict(list(fields.items())[:MOST_FIELDS])
    assert client.post("/language", data={**fields, "language": "de"}).status_code == 400
    del fields["f1"]
    assert client.post("/language", data={**fields, "language": "de"}).status_code == 303
    long = {"_csrf_token": token, "language": "de", "more": "x" * MOST_FORM_BYTES}
    assert client.post("/language", data=long).status_code == 413


def test_the_longest_review_is_taken_in_any_script(client: Client) -> None:
    sign_in(client)
    form = {
        "_csrf_token": client.cookies["alsolike_csrf"],
        "rating": "5",
        "title": "\N{PILE OF POO}" * MOST_TITLE,
        "body": "\N{PILE OF POO}" * MOST_BODY,
    }
    assert client.post("/products/pan-01/review", data=form).status_code == 303
    form["more"] = "x" * pairs.MOST_LONG_FORM_BYTES
    assert client.post("/products/pan-01/review", data=form).status_code == 413


def test_a_form_without_the_cookie_is_not_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def counting(form: bytes) -> dict[str, str | list[str]]:
        read.append(form)
        return pairs.read_form(form)

    monkeypatch.setattr("api.http.form_tokens.read_form", counting)
    sign_in(client)
    assert len(read) == 1
    client.cookies.clear()
    assert client.post("/sign-in", data={"shopper_id": "agreed"}).status_code == 403
    assert len(read) == 1


@pytest.mark.parametrize("path", ["/", "/search", "/v1/trending"])
def test_a_query_is_so_long_at_most(client: Client, path: str) -> None:
    many = "&".join(["exclude=pan-01"] * (MOST_PARAMETERS + 1))
    assert client.get(f"{path}?{many}").status_code == 414
    assert client.get(f"{path}?q={'x' * pairs.MOST_QUERY_BYTES}").status_code == 414


def test_nothing_that_was_sent_stays_in_the_caches_of_litestar(client: Client) -> None:
    caches = (parse_cookie_string, parse_url_encoded_form_data, parse_query_string)
    for cache in caches:
        cache.cache_clear()
    sign_in(client)
    client.get("/search?q=secret")
    form = {"_csrf_token": client.cookies["alsolike_csrf"], "email": "a@b.example"}
    assert client.post("/sign-in", data={**form, "password": "secret"}).status_code == 422
    many = "&".join(f"exclude={number}" for number in range(100))
    assert client.get(f"/v1/trending?k=3&{many}").status_code == 200
    assert client.get("/sitemap.xml").status_code == 200
    assert [cache.cache_info().currsize for cache in caches] == [0, 0, 0]

"""What visitors hide: it is shown nowhere, until they take that back."""

import html
import re
from typing import Any

import pytest

from api.sessions.session import COOKIE, MOST_HIDDEN
from tests.shop.database import execute, run
from tests.web.conftest import Client

HTMX = {"hx-request": "true"}


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/search").text)
    assert found is not None
    return found[1]


def send(client: Client, path: str, *, htmx: bool = False, **form: str) -> Any:
    return client.post(
        path, data={"_csrf_token": token(client), **form}, headers=HTMX if htmx else {}
    )


def cards(page: str) -> list[str]:
    return re.findall(r'class="card"(?:\s+id="[^"]+")?\s+data-product="([^"]+)"', page)


def whole_list(client: Client) -> list[str]:
    """Return the products of all pages of "You may also like"."""
    page, address = "", "/"
    while address:
        page = client.get(address).text
        more = re.search(r'href="(/\?pages=\d+)#[^"]+"\s+rel="next"', page)
        address = more[1] if more else ""
    block = page.split('id="recommendations"')[1].split("</section>")[0]
    return cards(block)


@pytest.fixture(params=["agreed", "silent", "stranger", "agreed stranger"])
def who(client: Client, request: pytest.FixtureRequest) -> str:
    """Be each kind of visitor in turn."""
    if request.param == "agreed stranger":
        send(client, "/personalise", agree="yes")
    elif request.param != "stranger":
        send(client, "/sign-in", shopper_id=request.param)
    return request.param


def test_what_is_hidden_comes_back_nowhere_until_it_is_undone(client: Client, who: str) -> None:
    before = cards(client.get("/").text)
    hidden = before[0]
    similar = next(one for one in before if one != hidden)
    answer = send(client, f"/products/{hidden}/hide", next="/")
    assert answer.headers["location"] == "/"
    page = client.get("/").text
    assert f'action="/products/{hidden}/unhide"' in page
    for path in (
        "/",
        f"/products/{similar}",
        f"/products/{similar}?exclude=pan-03",
        "/products/none",
        "/basket",
    ):
        assert hidden not in cards(client.get(path).text)
    kept = run("select shopper_id, product_id from recs.hides")
    assert kept == ([("agreed", hidden)] if who == "agreed" else [])
    assert f'data-product="{hidden}"' in client.get("/hidden").text

    send(client, f"/products/{hidden}/unhide", next="/hidden")
    page = client.get("/hidden").text
    assert "It may be shown to you again." in page
    assert f'data-product="{hidden}"' not in page
    assert "You have not hidden anything." in page
    assert run("select * from recs.hides") == []
    assert hidden in whole_list(client)


def test_by_htmx_the_card_makes_room_for_the_way_back(client: Client, who: str) -> None:
    assert who
    hidden = cards(client.get("/").text)[2]
    part = send(client, f"/products/{hidden}/hide", htmx=True).text
    assert "<html" not in part
    assert f'action="/products/{hidden}/unhide"' in part
    assert "autofocus" in part
    assert cards(part) == []
    assert hidden not in cards(client.get("/").text)


def test_a_stranger_who_hid_nothing_has_no_session(client: Client) -> None:
    hidden = cards(client.get("/").text)[0]
    send(client, f"/products/{hidden}/unhide")
    assert COOKIE not in client.cookies
    send(client, f"/products/{hidden}/hide")
    assert COOKIE in client.cookies
    send(client, f"/products/{hidden}/unhide")
    assert COOKIE not in client.cookies
    assert run("select * from ops.sessions") == []


def test_who_signs_in_keeps_what_they_hid_in_this_browser(client: Client) -> None:
    hidden = cards(client.get("/").text)[0]
    send(client, f"/products/{hidden}/hide")
    send(client, "/sign-in", shopper_id="agreed")
    assert hidden not in cards(client.get("/").text)
    # It was no decision of the account, and goes with the session.
    assert run("select * from recs.hides") == []
    send(client, "/sign-out")
    assert hidden in cards(client.get("/").text)


def test_a_session_remembers_so_many_hides_and_no_more(client: Client) -> None:
    send(client, "/products/pan-01/hide")
    execute(
        "update ops.sessions set data = jsonb_build_object('hidden', "
        f"(select jsonb_agg('x' || n) from generate_series(1, {MOST_HIDDEN}) as n))"
    )
    send(client, "/products/pan-02/hide")
    [(count, last)] = run(
        "select jsonb_array_length(data -> 'hidden'), data -> 'hidden' ->> -1 from ops.sessions"
    )
    assert (count, last) == (MOST_HIDDEN, "pan-02")
    assert client.get("/").status_code == 200
    assert client.get("/products/pan-03").status_code == 200


@pytest.mark.parametrize("path", ["/products/none/hide", "/products/none/unhide"])
def test_an_unknown_product_cannot_be_hidden(client: Client, path: str) -> None:
    assert send(client, path).status_code == 404
    assert COOKIE not in client.cookies


def test_the_next_similar_products_leave_out_what_is_hidden_or_in_the_basket(
    client: Client, who: str
) -> None:
    assert who
    page = client.get("/products/pan-02").text
    more = re.search(r'hx-get="(/products/pan-02\?exclude=[^"]+)"', page)
    assert more is not None
    address = html.unescape(more[1])
    hidden, taken = cards(client.get(address, headers=HTMX).text)[:2]
    send(client, f"/products/{hidden}/hide")
    send(client, "/basket", product_id=taken)
    for headers in ({}, HTMX):
        shown = cards(client.get(address, headers=headers).text)
        assert shown
        assert not {hidden, taken} & set(shown)


def test_what_one_shopper_hid_is_not_the_next_ones(client: Client) -> None:
    send(client, "/sign-in", shopper_id="silent")
    send(client, "/products/pan-01/hide")
    send(client, "/sign-in", shopper_id="plain")
    assert "You have not hidden anything." in client.get("/hidden").text


def test_pages_of_the_list_go_on_without_what_is_hidden(client: Client) -> None:
    first = client.get("/").text
    send(client, f"/products/{cards(first)[0]}/hide")
    seen = whole_list(client)
    assert len(seen) == len(set(seen)) == 86
    assert cards(first)[0] not in seen

"""More and less like this, and why a list has a product, as visitors ask for them."""

import re
from html import unescape

import pytest

from api.sessions.session import COOKIE
from tests.shop.database import run
from tests.web.conftest import Client
from tests.web.test_hides import HTMX, cards, send


@pytest.fixture(params=["agreed", "agreed stranger"])
def who(client: Client, request: pytest.FixtureRequest) -> str:
    """Be each kind of visitor whose wishes count, who looked at a product."""
    if request.param == "agreed":
        send(client, "/sign-in", shopper_id="agreed")
    else:
        send(client, "/personalise", agree="yes")
    client.get("/products/pan-04")
    return request.param


def wishes() -> list[tuple[str, int]]:
    return run("select product_id, direction from recs.preferences")


def why_urls(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="([^"]+/why[^"]*)"', page)]


def words(page: str) -> str:
    """Return the text of the explanation."""
    found = re.search(r'class="why"[^>]*>(.*?)<div class="why__choices"', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_less_like_a_product_takes_it_out_and_undo_brings_the_page_back(
    client: Client, who: str
) -> None:
    before = cards(client.get("/").text)
    unwanted = before[0]
    answer = send(client, f"/products/{unwanted}/less", next="/")
    assert answer.headers["location"] == "/"
    page = client.get("/").text
    assert f'action="/products/{unwanted}/take-back"' in page
    assert unwanted not in cards(page)
    assert wishes() == [(unwanted, -1)]
    listed = client.get("/hidden").text
    assert "Less like these products" in listed
    assert f'data-product="{unwanted}"' in listed

    send(client, f"/products/{unwanted}/take-back", next="/hidden")
    assert wishes() == []
    assert "Taken back." in client.get("/hidden").text
    assert cards(client.get("/").text) == before
    assert who


def test_more_like_a_product_changes_the_page_and_its_card_says_so(
    client: Client, who: str
) -> None:
    wanted = "knife-03"
    before = cards(client.get("/").text)
    send(client, f"/products/{wanted}/more", next="/")
    page = client.get("/").text
    assert cards(page) != before
    assert 'data-kind="asked_for"' in page
    assert "Because you asked for more like" in page
    send(client, f"/products/{wanted}/take-back")
    assert cards(client.get("/").text) == before
    assert who


@pytest.mark.parametrize("shopper", [None, "silent"])
def test_without_agreement_nothing_is_kept_and_that_is_said(
    client: Client, shopper: str | None
) -> None:
    if shopper is not None:
        send(client, "/sign-in", shopper_id=shopper)
    before = cards(client.get("/").text)
    send(client, f"/products/{before[0]}/less", next="/")
    page = client.get("/").text
    assert "switched off" in page
    assert cards(page) == before
    assert wishes() == []
    if shopper is None:
        assert COOKIE not in client.cookies


def test_by_htmx_the_card_or_the_explanation_makes_room_for_undo(client: Client, who: str) -> None:
    more, less = cards(client.get("/").text)[:2]
    part = send(client, f"/products/{more}/more", htmx=True).text
    assert "<html" not in part
    assert f'action="/products/{more}/take-back"' in part
    assert 'class="why"' in part
    part = send(client, f"/products/{less}/less", htmx=True).text
    assert 'class="card card--hidden"' in part
    assert "autofocus" in part
    assert sorted(wishes(), key=lambda one: one[1]) == [(less, -1), (more, 1)]
    assert who


@pytest.mark.parametrize("act", ["more", "less", "take-back"])
def test_a_wish_about_an_unknown_product_is_refused(client: Client, act: str) -> None:
    assert send(client, f"/products/none/{act}").status_code == 404


def test_a_wish_of_one_visitor_is_not_the_next_ones(client: Client) -> None:
    send(client, "/personalise", agree="yes")
    send(client, "/products/pan-01/less")
    send(client, "/personalise", agree="no")
    assert "Less like these products" not in client.get("/hidden").text
    send(client, "/personalise", agree="yes")
    assert "Less like these products" not in client.get("/hidden").text


def test_the_explanation_is_the_visitors_own(client: Client, who: str) -> None:
    page = client.get("/").text
    addresses = why_urls(page)
    assert len(addresses) == page.count("data-source=")
    personal = re.search(
        r'data-product="([^"]+)"\s+(?:data-from="[^"]+"\s+)?data-source="personal"', page
    )
    assert personal is not None
    address = f"/products/{personal[1]}/why"
    assert address in addresses
    explained = client.get(address)
    assert "You looked at A pan number 4" in words(explained.text)
    assert 'href="/products/pan-04"' in explained.text
    assert explained.headers["cache-control"] == "private, no-store"
    assert f'action="/products/{personal[1]}/less"' in explained.text

    send(client, "/sign-out")
    asked_again = client.get(address).text
    assert "pan-04" not in words(asked_again)
    assert "You did not agree" in asked_again
    assert f'action="/products/{personal[1]}/less"' not in asked_again
    assert who


def test_each_list_explains_what_it_shows(client: Client) -> None:
    page = client.get("/products/pan-02").text
    addresses = why_urls(page)
    assert any("?like=pan-02" in one for one in addresses)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert words(answer.text)
        assert "This product would not be recommended now" not in answer.text, address


def test_by_htmx_the_explanation_opens_in_the_card_and_closes_again(client: Client) -> None:
    address = why_urls(client.get("/").text)[0]
    part = client.get(address, headers=HTMX).text
    assert "<html" not in part
    assert 'hx-get="' + address + '?closed=yes"' in part
    closed = client.get(f"{address}?closed=yes", headers=HTMX).text
    assert f'href="{address}"' in closed
    assert "autofocus" in closed


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/products/none/why", 404),
        ("/products/pan-01/why?like=none", 404),
        ("/products/pan-01/why?goes_with=none", 404),
        ("/products/pan-01/why?like=", 400),
        ("/products/pan-01/why?of_basket=yes", 200),
    ],
)
def test_an_address_that_was_typed_is_answered_with_sense(
    client: Client, address: str, status: int
) -> None:
    assert client.get(address).status_code == status


def test_where_a_list_would_not_have_it_that_is_said(client: Client) -> None:
    send(client, "/sign-in", shopper_id="agreed")
    client.get("/products/pan-04")
    assert "This product would not be recommended now" in client.get("/products/pan-04/why").text

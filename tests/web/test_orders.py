"""The basket, the checkout, and orders."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.settings import Settings
from api.app import create_app
from api.orders import pages as order_pages
from api.sessions.session import COOKIE
from tests.fixtures.waiting import wait_for
from tests.shop.database import execute, run
from tests.web.conftest import Client, wait_until_connected

HTMX = {"hx-request": "true"}
ORDER = f"web-{'0' * 32}"


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def send(client: Client, path: str, *, htmx: bool = False, **form: str) -> Any:
    return client.post(
        path, data={"_csrf_token": token(client), **form}, headers=HTMX if htmx else {}
    )


def sign_in(client: Client, shopper_id: str = "agreed") -> None:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303


def add(client: Client, *product_ids: str) -> None:
    for product_id in product_ids:
        assert send(client, "/basket", product_id=product_id).status_code == 303


def basket(client: Client) -> dict[str, int]:
    page = client.get("/basket").text
    rows = re.findall(
        r'<tr data-product="([^"]+)">.*?name="quantity"[^>]*?value="(\d+)"', page, re.DOTALL
    )
    return {product_id: int(quantity) for product_id, quantity in rows}


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def order_form(client: Client) -> dict[str, str]:
    page = client.get("/checkout").text
    return {name: field(page, name) for name in ("order_id", "digest")}


def order(client: Client) -> str:
    """Order what lies in the basket; the address of the order."""
    answer = send(client, "/checkout", **order_form(client))
    assert answer.status_code == 303
    return answer.headers["location"]


def purchases() -> list[tuple[Any, ...]]:
    return run(
        "select product_id, quantity, returned_quantity from raw.purchases order by product_id"
    )


def cards(page: str) -> list[str]:
    return re.findall(r'class="card"\s+data-product="([^"]+)"', page)


@pytest.fixture
def other(client: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert client
    with TestClient(create_app(settings)) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        yield other


def test_a_stranger_has_a_basket_and_takes_it_along_when_signing_in(client: Client) -> None:
    add(client, "pan-01", "knife-02", "pan-01")
    assert basket(client) == {"pan-01": 2, "knife-02": 1}
    assert "3<span" in client.get("/").text
    answer = client.get("/checkout")
    assert answer.headers["location"] == "/sign-in?next=%2Fcheckout"
    sign_in(client)
    assert basket(client) == {"pan-01": 2, "knife-02": 1}
    assert run("select shopper_id from raw.baskets") == [("agreed",)]
    send(client, "/sign-out")
    assert basket(client) == {}


def test_of_what_lies_in_both_baskets_the_larger_number_stays(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-01", "pan-02")
    send(client, "/sign-out")
    add(client, "pan-01", "pan-02", "pan-02", "pan-03")
    sign_in(client)
    assert basket(client) == {"pan-01": 2, "pan-02": 2, "pan-03": 1}


def test_a_merged_basket_has_no_more_products_than_a_basket_may(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    execute(
        "insert into raw.basket_lines (basket_id, product_id, quantity) "
        "select 'shopper:agreed', 'x' || n, 1 from generate_series(1, 97) as n"
    )
    send(client, "/sign-out")
    add(client, "pan-01", "pan-01", "pan-02", "pan-03", "pan-04", "pan-05")
    sign_in(client)
    inside = basket(client)
    assert len(inside) == 100
    assert [inside.get(f"pan-0{n}") for n in range(1, 6)] == [2, 1, 1, None, None]


def test_two_browsers_of_strangers_have_two_baskets(client: Client, other: Client) -> None:
    add(client, "pan-01")
    add(other, "pan-02")
    assert basket(client) == {"pan-01": 1}
    assert basket(other) == {"pan-02": 1}


def test_a_shopper_finds_the_basket_in_another_browser(client: Client, other: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    sign_in(other)
    assert basket(other) == {"pan-01": 1}


@pytest.mark.parametrize("who", ["agreed", "silent", None])
def test_what_lies_in_the_basket_is_never_recommended(client: Client, who: str | None) -> None:
    if who is not None:
        sign_in(client, who)
    else:
        send(client, "/personalise", agree="yes")
    client.get("/products/spade-05")
    for _ in range(3):
        shown = cards(client.get("/").text)
        add(client, shown[0])
    inside = set(basket(client))
    assert len(inside) == 3
    for path in ("/", "/products/spade-05", "/basket"):
        assert inside.isdisjoint(cards(client.get(path).text))
    if who is not None:
        found = client.get(f"/v1/shoppers/{who}/recommendations?k=90").json()["items"]
        assert found
        assert inside.isdisjoint(item["product_id"] for item in found)


def test_putting_in_counts_for_who_agreed_alone(client: Client) -> None:
    add(client, "pan-01")
    sign_in(client, "silent")
    add(client, "pan-02")
    assert run("select * from raw.basket_additions") == []
    sign_in(client, "agreed")
    add(client, "pan-03")
    assert run("select shopper_id, product_id from raw.basket_additions") == [("agreed", "pan-03")]


def test_by_htmx_the_part_changes_and_the_header_counts(client: Client) -> None:
    answer = send(client, "/basket", htmx=True, product_id="pan-01")
    assert "<html" not in answer.text
    assert "In your basket" in answer.text
    assert 'id="basket-link"' in answer.text
    assert "1<span" in answer.text


@pytest.mark.parametrize(
    ("product_id", "status", "said"),
    [
        ("pan-29", 303, "out of stock"),
        ("none", 404, "or the product is gone"),
        ("", 400, "product_id"),
        ("a\x00b", 400, "product_id"),
        ("p" * 201, 400, "product_id"),
    ],
)
def test_what_cannot_be_bought_is_not_put_in(
    client: Client, product_id: str, status: int, said: str
) -> None:
    answer = send(client, "/basket", product_id=product_id)
    assert answer.status_code == status
    assert said in (client.get("/").text if status == 303 else answer.text)
    assert run("select * from raw.baskets") == []
    assert COOKIE not in client.cookies


def test_hidden_and_removed_products_are_unknown(client: Client) -> None:
    execute("update raw.products set is_hidden = true where product_id = 'pan-01'")
    assert send(client, "/basket", product_id="pan-01").status_code == 404


def test_quantities_change_and_zero_takes_out(client: Client) -> None:
    add(client, "pan-01", "pan-02")
    send(client, "/basket/quantity", product_id="pan-01", quantity="7")
    assert basket(client) == {"pan-01": 7, "pan-02": 1}
    send(client, "/basket/quantity", product_id="pan-01", quantity="0")
    send(client, "/basket/quantity", product_id="pan-03", quantity="3")
    assert "no longer in your basket" in client.get("/").text
    assert basket(client) == {"pan-02": 1}


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "many", "100", "9" * 30, "٣", "<b>1"])
def test_a_quantity_that_is_none_is_told_beside_the_field(client: Client, typed: str) -> None:
    add(client, "pan-01")
    answer = send(client, "/basket/quantity", product_id="pan-01", quantity=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'aria-describedby="quantity-error"' in answer.text
    assert 'id="quantity-error"' in answer.text
    assert "whole number from 0 to 99" in answer.text
    assert "<b>1" not in answer.text
    assert basket(client) == {"pan-01": 1}


def test_a_quantity_of_what_is_not_there_is_told_too(client: Client) -> None:
    add(client, "pan-01")
    answer = send(client, "/basket/quantity", product_id="pan-02", quantity="many")
    assert answer.status_code == 422
    assert "no longer in your basket" in answer.text


def test_a_basket_has_bounds(client: Client) -> None:
    add(client, "pan-01")
    execute("update raw.basket_lines set quantity = 99")
    add(client, "pan-01")
    assert "More than 99 pieces of a product cannot be ordered." in client.get("/").text
    part = send(client, "/basket", htmx=True, product_id="pan-01").text
    assert "More than 99 pieces of a product cannot be ordered." in part
    assert "It is in your basket." not in part
    assert basket(client) == {"pan-01": 99}
    execute(
        "insert into raw.basket_lines (basket_id, product_id, quantity) "
        "select b.basket_id, 'x' || n, 1 from raw.baskets as b, generate_series(1, 99) as n"
    )
    add(client, "pan-02")
    assert "at most 100 different products" in client.get("/").text
    assert "pan-02" not in basket(client)


def test_an_order_is_its_purchases_and_empties_the_basket(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-01", "knife-02")
    address = order(client)
    page = client.get(address).text
    assert "your order is placed" in page
    assert purchases() == [("knife-02", 1, 0), ("pan-01", 2, 0)]
    assert run("select distinct order_id from raw.purchases") == [(address.rpartition("/")[2],)]
    assert run("select min(unit_price) > 0 from raw.purchases") == [(True,)]
    assert basket(client) == {}
    assert address in client.get("/orders").text
    assert "pan-01" not in cards(client.get("/").text)


@pytest.mark.parametrize("order_id", [".", ".."])
def test_an_order_whose_id_is_a_step_of_a_path_has_an_address(
    client: Client, order_id: str
) -> None:
    execute(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id) "
        f"values ('p', 'agreed', 'pan-01', now(), '{order_id}')"
    )
    sign_in(client)
    (address,) = re.findall(r'href="(/orders/[^"]+)"', client.get("/orders").text)
    assert "A pan number 1" in client.get(address).text
    assert send(client, f"{address}/return", purchase_id="p").headers["location"] == address
    assert purchases() == [("pan-01", 1, 1)]


def test_a_form_that_is_sent_again_orders_nothing_more(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    form = order_form(client)
    first = send(client, "/checkout", **form)
    # The back button: the page and its form are as they were.
    add(client, "pan-01")
    again = send(client, "/checkout", **form)
    assert first.headers["location"] == again.headers["location"]
    assert "placed before" in client.get("/").text
    assert purchases() == [("pan-01", 1, 0)]
    assert basket(client) == {"pan-01": 1}


@pytest.mark.parametrize("is_one_form", [True, False])
def test_two_clicks_at_once_are_one_order(client: Client, other: Client, is_one_form: bool) -> None:
    sign_in(client)
    sign_in(other)
    add(client, "pan-01", "pan-02")
    forms = [order_form(client), order_form(other)]
    if is_one_form:
        forms[1] = forms[0]
    with ThreadPoolExecutor(2) as together:
        answers = list(
            together.map(
                lambda pair: send(pair[0], "/checkout", **pair[1]),
                zip((client, other), forms, strict=True),
            )
        )
    assert [answer.status_code for answer in answers] == [303, 303]
    assert purchases() == [("pan-01", 1, 0), ("pan-02", 1, 0)]


@pytest.mark.parametrize(
    "change",
    [
        "update raw.products set price = price + 1 where product_id = 'pan-01'",
        "update raw.products set is_in_stock = false where product_id = 'pan-01'",
        "update raw.products set is_hidden = true where product_id = 'pan-01'",
        "delete from raw.products where product_id = 'pan-01'",
        "update raw.basket_lines set quantity = 3",
        "delete from raw.basket_lines",
    ],
)
def test_only_what_was_seen_is_ordered(client: Client, change: str) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-02")
    form = order_form(client)
    execute(change)
    answer = send(client, "/checkout", **form)
    assert answer.headers["location"] == "/basket"
    assert "has changed since you saw it" in client.get("/").text
    assert purchases() == []


def test_what_is_sold_out_meanwhile_is_said_at_its_line_and_holds_the_order_up(
    client: Client,
) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-02")
    execute("update raw.products set is_in_stock = false where product_id = 'pan-01'")
    page = client.get("/basket").text
    assert "Sold out. Remove it to order the rest." in page
    assert "Check out" not in page
    assert client.get("/checkout").headers["location"] == "/basket"
    send(client, "/basket/quantity", product_id="pan-01", quantity="0")
    order(client)
    assert purchases() == [("pan-02", 1, 0)]


@pytest.mark.parametrize("gone", ["removed_at = now()", "is_hidden = true"])
def test_an_order_leaves_out_what_is_no_longer_sold(client: Client, gone: str) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-02")
    execute(f"update raw.products set {gone} where product_id = 'pan-01'")
    page = client.get("/basket").text
    assert "No longer sold. An order leaves it out." in page
    assert "Sold out" not in page
    assert 'href="/products/pan-01"' not in page
    assert 'id="quantity-1"' not in page
    checkout = client.get("/checkout").text
    assert "These are no longer sold, so the order leaves them out:" in checkout
    order(client)
    assert purchases() == [("pan-02", 1, 0)]
    assert "Your basket is empty." in client.get("/basket").text


def test_what_is_no_longer_sold_can_be_taken_out_and_makes_no_order(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    execute("update raw.products set removed_at = now() where product_id = 'pan-01'")
    assert "Nothing in your basket is sold any more." in client.get("/basket").text
    assert client.get("/checkout").headers["location"] == "/basket"
    send(client, "/basket/quantity", product_id="pan-01", quantity="0")
    assert "Your basket is empty." in client.get("/basket").text


def test_an_order_is_refused_where_a_product_is_no_longer_sold_since_it_was_shown(
    client: Client,
) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-02")
    form = order_form(client)
    execute("update raw.products set removed_at = now() where product_id = 'pan-01'")
    assert send(client, "/checkout", **form).headers["location"] == "/basket"
    assert purchases() == []


def test_an_order_needs_a_form_of_the_checkout(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    for order_id in ("", "one", f"web-{'0' * 31}g", f"web-{'0' * 33}", "web-" + "0" * 32 + "\n"):
        form = {**order_form(client), "order_id": order_id}
        assert send(client, "/checkout", **form).status_code == 400
    assert send(client, "/checkout", order_id=ORDER, digest="").headers["location"] == "/basket"
    assert purchases() == []


def test_an_order_of_somebody_else_is_as_unknown_as_none(client: Client, other: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    address = order(client)
    sign_in(other, "plain")
    [(purchase_id,)] = run("select purchase_id from raw.purchases")
    unknown = other.get(f"/orders/{ORDER}")
    found = other.get(address)
    assert (found.status_code, unknown.status_code) == (404, 404)
    assert "There is no such order." in found.text
    for path, form in (("return", {"purchase_id": purchase_id}), ("again", {})):
        assert send(other, f"{address}/{path}", **form).status_code == 404
    assert address not in other.get("/orders").text
    # The id of an order that somebody else made makes no order, and tells nothing of theirs.
    add(other, "pan-02")
    form = {**order_form(other), "order_id": address.rpartition("/")[2]}
    assert send(other, "/checkout", **form).headers["location"] == "/basket"
    assert basket(other) == {"pan-02": 1}
    assert [row[0] for row in purchases() if row[0] == "pan-01"] == ["pan-01"]
    assert run("select count(*) from raw.purchases where product_id = 'pan-01'") == [(1,)]
    assert "pan-01" not in other.get(address).text


@pytest.mark.parametrize("order_id", ["a/b", "a?b#c", "<b>x</b>", "Ä 1"])
def test_signing_in_leads_on_to_an_order_of_any_id(client: Client, order_id: str) -> None:
    execute(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id) "
        f"values ('p', 'agreed', 'pan-01', now(), $${order_id}$$)"
    )
    address = f"/orders/{quote(order_id, safe='')}"
    sign_in_page = client.get(address).headers["location"]
    after = parse_qs(urlsplit(sign_in_page).query)["next"][0]
    answer = send(client, "/sign-in", shopper_id="agreed", next=after)
    assert client.get(answer.headers["location"]).status_code == 200


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    for path in ("/orders", "/orders/one", "/checkout"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=%2F")
    assert (
        send(client, "/checkout", order_id=ORDER, digest="")
        .headers["location"]
        .startswith("/sign-in")
    )
    assert send(client, "/orders/one/return", purchase_id="one").status_code == 404


def test_a_return_takes_the_purchase_back_everywhere_once(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-01", "knife-02")
    address = order(client)
    assert "pan-01" not in _all_recommended(client)
    purchase_id = run("select purchase_id from raw.purchases where product_id = 'pan-01'")[0][0]
    for _ in range(2):
        answer = send(client, f"{address}/return", purchase_id=purchase_id)
        assert answer.headers["location"] == address
    assert purchases() == [("knife-02", 1, 0), ("pan-01", 2, 2)]
    assert run("select count(*) from raw.returns") == [(1,)]
    page = client.get(address).text
    row = page.split('data-product="pan-01"')[1].split("</tr>")[0]
    assert "Returned" in row
    assert "/return" not in row
    assert "In your purchases" not in client.get("/products/pan-01").text
    assert send(client, f"{address}/return", purchase_id="another").status_code == 404


def return_form(client: Client, address: str) -> dict[str, str]:
    """Return the fields of the form that the order's link "Return" leads to."""
    (link,) = re.findall(rf'href="({address}/return[^"]+)"', client.get(address).text)
    page = client.get(link).text
    assert "Return this product?" in page
    return {name: field(page, name) for name in ("purchase_id", "returned", "quantity")}


def test_a_return_asks_first_and_takes_as_many_pieces_as_wanted(client: Client) -> None:
    sign_in(client)
    execute("update raw.products set price = 10, sale_price = null where product_id = 'pan-01'")
    add(client, "pan-01", "pan-01", "pan-01")
    address = order(client)
    form = return_form(client, address)
    assert (form["returned"], form["quantity"]) == ("0", "3")
    assert purchases() == [("pan-01", 3, 0)]
    # Sent twice, it is one return.
    for _ in range(2):
        answer = send(client, f"{address}/return", **{**form, "quantity": "2"})
        assert answer.headers["location"] == address
    assert purchases() == [("pan-01", 3, 2)]
    page = client.get(address).text
    assert "This was returned before." in page
    assert "2 of 3 returned" in page
    sums = re.findall(r'<th scope="row" colspan="3">(.+?)</th>\s*<td>(.+?)</td>', page)
    assert [(name, re.sub(r"[^\d.\u2212]", "", amount)) for name, amount in sums] == [
        ("Ordered", "30.00"),
        ("Returned", "\u221220.00"),
        ("Total", "10.00"),
    ]
    # The rest goes back with another form.
    form = return_form(client, address)
    assert (form["returned"], form["quantity"]) == ("2", "1")
    send(client, f"{address}/return", **form)
    assert purchases() == [("pan-01", 3, 3)]
    assert "/return" not in client.get(address).text


@pytest.mark.parametrize("typed", ["0", "3", "-1", "1.5", "all"])
def test_a_return_of_pieces_that_were_not_bought_is_refused_at_its_field(
    client: Client, typed: str
) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-01")
    address = order(client)
    form = return_form(client, address)
    answer = send(client, f"{address}/return", **{**form, "quantity": typed})
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 2." in answer.text
    assert field(answer.text, "quantity") == typed
    assert purchases() == [("pan-01", 2, 0)]


def test_the_page_of_a_return_is_of_whose_order_it_is(client: Client, other: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    address = order(client)
    [(purchase_id,)] = run("select purchase_id from raw.purchases")
    path = f"{address}/return?purchase_id={purchase_id}"
    assert other.get(path).headers["location"].startswith("/sign-in?next=")
    sign_in(other, "plain")
    assert other.get(path).status_code == 404
    assert client.get(f"{address}/return?purchase_id=another").status_code == 404
    assert client.get(path).status_code == 200
    send(client, f"{address}/return", purchase_id=purchase_id)
    assert client.get(path).headers["location"] == address


def test_the_list_of_orders_says_what_each_was(client: Client) -> None:
    sign_in(client)
    execute("update raw.products set price = 10, sale_price = null where product_id = 'pan-01'")
    execute("update raw.products set price = 5, sale_price = null where product_id like 'knife-0%'")
    add(client, "pan-01", "pan-01", "knife-01", "knife-02", "knife-03", "knife-04")
    address = order(client)
    page = " ".join(client.get("/orders").text.split())
    assert address.rpartition("/")[2] in page
    assert "40.00" in page
    assert "6 pieces" in page
    assert "and 1 more product" in page
    assert len(re.findall('class="line__picture"', page)) == 4
    assert "returned" not in page.lower()
    purchase_id = run("select purchase_id from raw.purchases where product_id = 'pan-01'")[0][0]
    send(client, f"{address}/return", purchase_id=purchase_id, quantity="1")
    page = " ".join(client.get("/orders").text.split())
    assert "1 returned" in page
    assert "30.00" in page


def _all_recommended(client: Client) -> set[str]:
    found = client.get("/v1/shoppers/agreed/recommendations?k=90").json()["items"]
    return {item["product_id"] for item in found}


def test_buying_again_fills_the_basket_with_what_is_still_sold(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01", "pan-01", "knife-02")
    address = order(client)
    execute("update raw.products set is_in_stock = false where product_id = 'knife-02'")
    answer = send(client, f"{address}/again")
    assert answer.headers["location"] == "/basket"
    assert basket(client) == {"pan-01": 2}
    send(client, f"{address}/again")
    assert "1 of 2 products" in client.get("/basket").text
    assert basket(client) == {"pan-01": 4}


def test_orders_are_told_the_latest_first_and_each_once(client: Client) -> None:
    sign_in(client)
    execute(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id) "
        "select 'p' || n || '-' || m, 'agreed', 'pan-0' || m, now() - n * interval '1 hour', "
        "case when n % 2 = 0 then 'o' || n end "
        "from generate_series(1, 30) as n, generate_series(1, 2) as m where n % 2 = 0 or m = 1"
    )
    seen: list[str] = []
    address = "/orders"
    while address:
        page = client.get(address).text
        seen += re.findall(r'<a href="/orders/([^"]+)"\s*>Order of', page)
        more = re.search(r'href="(/orders\?after=[^"]+)"', page)
        address = more[1] if more else ""
    assert seen == [f"o{n}" if n % 2 == 0 else f"p{n}-1" for n in range(1, 31)]
    assert "pan" in client.get("/orders/o2").text
    assert client.get("/orders/p1-1").status_code == 200
    assert client.get("/orders/p2-1").status_code == 404
    assert client.get("/orders?after=nonsense").status_code == 400


def test_a_product_that_is_sold_no_more_stays_in_its_order_without_a_link(client: Client) -> None:
    sign_in(client)
    add(client, "pan-01")
    address = order(client)
    execute("update raw.products set is_hidden = true where product_id = 'pan-01'")
    page = client.get(address).text
    assert "A pan number 1" in page
    assert 'href="/products/pan-01"' not in page
    assert "Buy again" not in page


def test_sums_are_of_one_currency_each(client: Client) -> None:
    execute(
        "update raw.products set price = 12.5, sale_price = null, "
        "currency = case product_id when 'pan-01' then 'JPY' else 'EUR' end"
    )
    sign_in(client)
    add(client, "pan-01", "pan-02", "pan-02", "pan-03")
    page = client.get("/basket").text
    totals = re.findall(r"Total</th>\s*<td>([^<]+)</td>", page)
    assert sorted(totals) == ["¥12", "€37.50"]


def test_hostile_titles_are_only_text_in_basket_and_orders(client: Client) -> None:
    hostile = "<script>alert(1)</script>\" onload='x"
    with_title = "update raw.products set title = %s where product_id = 'pan-01'"
    execute(with_title.replace("%s", "$t$" + hostile + "$t$"))
    sign_in(client)
    add(client, "pan-01")
    pages = [client.get("/basket").text, client.get("/checkout").text]
    address = order(client)
    pages += [client.get(address).text, client.get("/orders").text]
    for page in pages:
        assert "<script>alert" not in page
        assert "onload='x" not in page
        assert "&lt;script&gt;" in page


def test_an_erased_shopper_has_no_basket(client: Client) -> None:
    sign_in(client, "plain")
    add(client, "pan-01")
    assert client.delete("/v1/shoppers/plain").status_code == 200
    assert run("select * from raw.basket_lines") == []
    assert run("select * from raw.baskets") == []
    # The page still has the form; the session is over.
    assert send(client, "/basket", product_id="pan-02").status_code in {303, 409}
    assert run("select * from raw.baskets where shopper_id is not null") == []


def test_while_a_shopper_cannot_be_read_nothing_is_said_of_the_basket(hasty: Client) -> None:
    sign_in(hasty)
    add(hasty, "pan-01")
    forms = [("/basket", {"product_id": "pan-02"})]
    forms += [("/basket/quantity", {"product_id": "pan-01", "quantity": "5"})]
    proof = {"_csrf_token": token(hasty)}
    with connect() as connection:
        connection.execute("lock table recs.hides in access exclusive mode")
        for path in ("/basket", "/hidden", "/checkout"):
            assert hasty.get(path).status_code == 503
        for path, form in forms:
            assert hasty.post(path, data={**proof, **form}).status_code == 503
    assert run("select product_id, quantity from raw.basket_lines") == [("pan-01", 1)]


def test_what_is_put_into_the_basket_while_somebody_signs_in_is_carried_over(
    client: Client,
) -> None:
    add(client, "pan-01")
    form = {"_csrf_token": token(client), "shopper_id": "agreed"}
    held = "select 1 from ops.sessions for key share"
    with ThreadPoolExecutor(1) as threads, connect() as adding:
        # As a request that has begun to put something into the basket.
        adding.execute(held)
        signing_in = threads.submit(client.post, "/sign-in", data=form)
        wait_for(lambda: bool(run("select 1 from pg_locks where not granted")))
        adding.execute(
            "insert into raw.basket_lines (basket_id, product_id, quantity)"
            " select b.basket_id, 'pan-02', 1 from raw.baskets as b where b.shopper_id is null"
        )
        adding.commit()
        assert signing_in.result().status_code == 303
    assert basket(client) == {"pan-01": 1, "pan-02": 1}
    assert run("select count(*) from raw.baskets where shopper_id is null") == [(0,)]


def test_nothing_is_put_into_the_basket_of_a_session_that_has_just_ended(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(client, "pan-01")
    load = order_pages.load_visitor

    async def ended_meanwhile(connection: Any, request: Any) -> Any:
        visitor = await load(connection, request)
        execute("delete from ops.sessions")
        return visitor

    monkeypatch.setattr(order_pages, "load_visitor", ended_meanwhile)
    assert send(client, "/basket", product_id="pan-02").status_code == 409
    assert run("select product_id from raw.basket_lines") == [("pan-01",)]

"""The site's pages: with and without HTMX, for strangers, visitors who agreed, and shoppers."""

import html
import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.cli.demo import suggested_shoppers
from alsolike.database import connect
from tests.fixtures.waiting import wait_for
from tests.shop.kitchen import make_kitchen_marts

Client = TestClient[Litestar]
HTMX = {"hx-request": "true"}
# What the content security policy forbids. A block of data is no script.
FORBIDDEN = re.compile(
    r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)|\son[a-z]+=|<style|\sstyle='
)


def cards(text: str) -> list[str]:
    """Products on a page, in their order, once for every card."""
    return re.findall(r'<li class="card"\s+data-product="([^"]+)"', text)


def section(text: str, name: str) -> str:
    """Part of a page: the section of that id."""
    found = re.search(rf'<section class="section"\s+id="{name}".*?</section>', text, re.DOTALL)
    return "" if found is None else found.group(0)


def next_address(text: str) -> str | None:
    """Return the address of the next items alone, by their cursor."""
    found = re.search(r'<li class="more">\s*<a[^>]*?hx-get="([^"]+)"', text)
    if found is None:
        return None
    return re.sub(r"&(?:reviews_)?pages=\d+$", "", html.unescape(found.group(1)))


def items_of(part: str) -> str:
    """Return the items of a fragment, without the way on and what is told of them."""
    items = re.split(r'<li class="more">|<p id="list-status"', part)[0].strip()
    assert items.startswith("<li")
    return items


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    if found is None:
        found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


def send(client: Client, path: str, *, htmx: bool = False, **form: str):  # noqa: ANN201
    return client.post(
        path, data={"_csrf_token": token(client), **form}, headers=HTMX if htmx else {}
    )


def sign_in(client: Client, shopper_id: str) -> None:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303


def rows(statement: str) -> list[tuple[object, ...]]:
    with connect() as connection:
        return connection.execute(statement).fetchall()  # pyright: ignore[reportArgumentType, reportCallIssue]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/products/knife-01",
        "/categories/Kitchen",
        "/categories/Kitchen/Pans%20%26%20Pots",
        "/categories/Garden%20%2F%20Yard",
        "/search",
        "/search?q=knife",
        "/sign-in",
    ],
)
def test_every_page_is_whole_html_that_only_we_may_keep(reader: Client, path: str) -> None:
    response = reader.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "</html>" in response.text
    assert not FORBIDDEN.search(response.text)
    assert reader.head(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/products/none", 404),
        ("/categories/Nowhere", 404),
        ("/nowhere", 404),
        ("/search?q=knife&after=nonsense", 400),
        ("/products/knife-01?reviews_after=x", 400),
        ("/products/a%00b", 400),
    ],
)
def test_an_error_is_a_page_to_people_and_a_problem_to_programs(
    reader: Client, path: str, status: int
) -> None:
    page = reader.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "</html>" in page.text
    answer = reader.get(path, headers={"accept": "application/json"})
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_a_stranger_sees_what_is_popular(reader: Client) -> None:
    page = reader.get("/").text
    assert "Popular right now" in page
    assert len(cards(page)) == 12


def test_a_product_page_shows_similar_products_and_reviews(reader: Client) -> None:
    page = reader.get("/products/knife-01").text
    assert "A knife number 1" in page
    assert "€11.00" in page
    assert "Water resistant" in page
    similar = cards(section(page, "similar"))
    assert len(similar) == 12
    assert all(product_id.startswith("knife") for product_id in similar)
    assert page.count("Cuts well.") == 5
    assert "silent" not in page


def test_more_reviews_come_by_htmx_and_without(reader: Client) -> None:
    page = reader.get("/products/knife-01").text
    address = next_address(section(page, "reviews"))
    assert address is not None
    part = reader.get(address, headers=HTMX).text
    assert "</html>" not in part
    assert part.count("Cuts well.") == 2
    whole = reader.get(address).text
    assert "</html>" in whole
    assert items_of(part) in whole


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/categories/Kitchen", 60),
        ("/search?q=pan", 30),
        ("/categories/Garden%20%2F%20Yard", 30),
        # 90 products, of which 3 are sold out; the page's own one is not similar to itself.
        ("/", 87),
        ("/products/knife-01", 86),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_loading_more_never_repeats_a_product(
    reader: Client, path: str, expected: int, headers: dict[str, str]
) -> None:
    address: str | None = path
    seen: list[str] = []
    is_first = True
    while address is not None and len(seen) <= expected:
        text = reader.get(address, headers={} if is_first else headers).text
        if path.startswith("/products") and (is_first or not headers):
            text = section(text, "similar")
        seen += cards(text)
        address, is_first = next_address(text), False
    assert len(seen) == len(set(seen))
    assert len(seen) == expected


@pytest.mark.parametrize("path", ["/", "/categories/Kitchen", "/search?q=pan"])
def test_a_fragment_is_the_very_part_of_the_page(reader: Client, path: str) -> None:
    address = next_address(reader.get(path).text)
    assert address is not None
    part = reader.get(address, headers=HTMX)
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["vary"]
    assert items_of(part.text) in reader.get(address).text


def test_htmx_restoring_its_history_gets_the_whole_page(reader: Client) -> None:
    headers = {**HTMX, "hx-history-restore-request": "true"}
    assert "</html>" in reader.get("/", headers=headers).text


def test_signing_in_changes_who_the_page_greets(client: Client) -> None:
    response = send(client, "/sign-in", shopper_id="agreed", next="/products/pan-01")
    assert response.status_code == 303
    assert response.headers["location"] == "/products/pan-01"
    page = client.get("/").text
    assert "Signed in as Shopper 1" in page
    assert "Signed in as Shopper 1" not in client.get("/").text
    assert send(client, "/sign-out").status_code == 303
    assert "Sign out" not in client.get("/search").text


def test_signing_in_as_nobody_says_so(client: Client) -> None:
    response = send(client, "/sign-in", shopper_id="<b>none</b>")
    assert response.status_code == 422
    assert "There is no shopper &lt;b&gt;none&lt;/b&gt;." in response.text


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere",
        "javascript:alert(1)",
        "elsewhere",
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(client: Client, address: str) -> None:
    response = send(client, "/sign-in", shopper_id="agreed", next=address)
    assert response.headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/sign-out",
        "/personalise",
        "/basket",
        "/basket/quantity",
        "/checkout",
        "/orders/one/return",
        "/orders/one/again",
        "/products/pan-01/hide",
    ],
)
def test_a_form_of_another_site_is_refused(client: Client, path: str) -> None:
    sign_in(client, "agreed")
    form = {"shopper_id": "plain", "agree": "no", "product_id": "pan-01", "quantity": "1"}
    assert client.post(path, data=form).status_code == 403
    assert client.post(path, data={**form, "_csrf_token": "made-up"}).status_code == 403
    assert rows("select * from raw.basket_lines") == []
    assert "Sign out" in client.get("/").text


def test_the_block_changes_after_a_view(client: Client) -> None:
    sign_in(client, "agreed")
    assert "Popular right now" in client.get("/").text
    client.get("/products/spade-05")
    page = client.get("/").text
    assert "You may also like" in page
    assert "Because you viewed" in page
    assert 'href="/products/spade-05"' in page
    assert [product_id[:5] for product_id in cards(section(page, "recommendations"))] == [
        "spade"
    ] * 12
    assert "spade-05" not in cards(section(page, "recommendations"))
    assert rows("select shopper_id, session_id, product_id from raw.views") == [
        ("agreed", None, "spade-05")
    ]


@pytest.mark.parametrize("path", ["/", "/products/knife-01"])
def test_what_was_put_into_a_basket_is_a_reason(client: Client, path: str) -> None:
    event = {"event_id": "b1", "kind": "basket", "product_id": "spade-05", "shopper_id": "agreed"}
    assert client.post("/v1/events", json=event).status_code == 201
    sign_in(client, "agreed")
    page = client.get(path)
    assert page.status_code == 200
    assert "Because your basket had" in page.text
    assert 'href="/products/spade-05"' in page.text


def test_home_shows_what_was_viewed_and_may_be_bought_again(client: Client) -> None:
    make_kitchen_marts()
    sign_in(client, "agreed")
    assert section(client.get("/").text, "recently-viewed") == ""
    for product_id in ("spade-05", "pan-02", "pan-03", "spade-05"):
        client.get(f"/products/{product_id}")
    with connect() as connection:
        connection.execute(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
            "values ('p1', 'agreed', 'knife-02', now() - interval '9 days')"
        )
    page = client.get("/").text
    assert cards(section(page, "recently-viewed")) == ["spade-05", "pan-03", "pan-02"]
    assert cards(section(page, "buy-again")) == ["knife-02"]
    # Of the first page alone, and neither what lies in the basket nor what is hidden.
    assert "recently-viewed" not in client.get("/", headers=HTMX).text
    send(client, "/basket", product_id="pan-03")
    send(client, "/products/pan-02/hide")
    send(client, "/products/knife-02/hide")
    page = client.get("/").text
    assert cards(section(page, "recently-viewed")) == ["spade-05"]
    assert section(page, "buy-again") == ""


def test_home_shows_nothing_of_the_past_to_who_did_not_agree(client: Client) -> None:
    make_kitchen_marts()
    with connect() as connection:
        connection.execute(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
            "values ('p1', 'silent', 'knife-02', now() - interval '9 days')"
        )
    sign_in(client, "silent")
    client.get("/products/spade-05")
    page = client.get("/").text
    assert section(page, "recently-viewed") == ""
    assert section(page, "buy-again") == ""


def test_looking_ahead_and_loading_more_are_no_views(client: Client) -> None:
    sign_in(client, "agreed")
    client.head("/products/knife-01")
    client.get("/products/knife-01", headers={"sec-purpose": "prefetch;prerender"})
    client.get("/products/knife-01?exclude=knife-02")
    client.get("/products/knife-01?exclude=knife-02", headers=HTMX)
    assert rows("select * from raw.views") == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"sec-purpose": "prefetch"}),
        ("GET", {"sec-purpose": "prefetch;prerender"}),
        ("GET", {"purpose": "Prefetch"}),
        ("GET", {"x-moz": "prefetch"}),
    ],
)
def test_a_message_waits_for_a_page_that_somebody_sees(
    client: Client, method: str, headers: dict[str, str]
) -> None:
    sign_in(client, "agreed")
    for path in ("/", "/basket"):
        ahead = client.request(method, path, headers=headers)
        assert ahead.status_code == 200
        assert "Signed in as Shopper 1" not in ahead.text
    assert "Signed in as Shopper 1" in client.get("/").text
    assert "Signed in as Shopper 1" not in client.get("/").text


def test_nothing_is_kept_of_who_did_not_agree(client: Client) -> None:
    client.get("/products/knife-01")
    sign_in(client, "silent")
    client.get("/products/knife-01")
    assert rows("select * from raw.views") == []
    assert "Popular right now" in client.get("/").text


def test_a_visitor_who_agrees_is_recommended_for_and_may_withdraw(client: Client) -> None:
    response = send(client, "/personalise", agree="yes")
    assert response.status_code == 303
    client.get("/products/pan-03")
    page = client.get("/").text
    assert "You may also like" in page
    assert cards(page)[0].startswith("pan")
    assert rows("select count(*) from raw.views where session_id is not null") == [(1,)]
    other = send(client, "/personalise", agree="no")
    assert other.status_code == 303
    client.get("/products/pan-04")
    assert "Popular right now" in client.get("/").text
    assert rows("select count(*) from raw.views") == [(0,)]


def test_signing_in_leaves_the_anonymous_visit_behind(client: Client) -> None:
    send(client, "/personalise", agree="yes")
    client.get("/products/pan-03")
    sign_in(client, "silent")
    assert "Popular right now" in client.get("/").text
    send(client, "/sign-out")
    assert "Popular right now" in client.get("/").text


def test_a_shoppers_decision_is_recorded(client: Client) -> None:
    sign_in(client, "silent")
    response = send(client, "/personalise", agree="yes", next="/search")
    assert response.headers["location"] == "/search"
    send(client, "/personalise", agree="yes")
    send(client, "/personalise", agree="no")
    assert rows(
        "select is_granted, source from raw.consents where shopper_id = 'silent'"
        " order by consent_id"
    ) == [(True, "site"), (False, "site")]
    assert send(client, "/personalise", agree="maybe").status_code == 400


def test_a_hostile_title_is_only_text(client: Client) -> None:
    hostile = "<script>alert(1)</script>\" onload='x"
    with connect() as connection:
        connection.execute(
            "update raw.products set title = %(t)s, description = %(t)s, brand = %(t)s,"
            " category = %(t)s, attributes = jsonb_build_object(%(t)s::text, %(t)s::text),"
            " image_url = 'javascript:alert(1)' where product_id = 'knife-01'",
            {"t": hostile},
        )
        connection.execute("update raw.reviews set title = %(t)s, body = %(t)s", {"t": hostile})
    for path in (
        "/products/knife-01",
        "/products/knife-02",
        "/search?q=alert",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/",
    ):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "onload='x" not in text
        assert "javascript:" not in text


def test_a_spoilt_cookie_is_a_stranger(client: Client) -> None:
    sign_in(client, "agreed")
    for spoilt in ("x", "null", "AAAA" * 20, "Å"):
        client.cookies.clear()
        response = client.get("/", headers={"cookie": f"alsolike_session={spoilt}".encode()})
        assert response.status_code == 200
        assert "Sign out" not in response.text


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    client.get("/")
    response = send(client, "/sign-in", shopper_id="agreed")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "agreed" not in cookie


def test_an_erased_shopper_is_signed_out(client: Client) -> None:
    sign_in(client, "plain")
    with connect() as connection:
        connection.execute("delete from raw.shoppers where shopper_id = 'plain'")
    assert client.get("/").status_code == 200
    assert "Sign out" not in client.get("/").text


def test_a_picture_is_drawn_once_and_then_kept(reader: Client) -> None:
    response = reader.get("/pictures/knife-01.svg")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert "<svg" in response.text
    etag = response.headers["etag"]
    again = reader.get("/pictures/knife-01.svg", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert reader.get("/pictures/none.svg").status_code == 404


def test_assets_are_served_and_nothing_beside_them(reader: Client) -> None:
    assert reader.get("/static/site.css").status_code == 200
    assert reader.get("/static/vendor/htmx/htmx.min.js").status_code == 200
    assert reader.get("/static/../templates/base.html").status_code == 404
    assert reader.get("/static/%2e%2e/package.json").status_code == 404


def test_a_new_category_is_found_and_counted(client: Client) -> None:
    page = client.get("/categories/Kitchen").text
    assert 'href="/categories/Kitchen/Knives"' in page
    assert "Garden / Yard" in page


def test_a_renamed_category_reaches_all_pages_at_once(client: Client) -> None:
    assert "Kitchen" in client.get("/").text
    with connect() as connection:
        connection.execute(
            "update raw.products set category = 'Cookery' || substr(category, 8) "
            "where category ^@ 'Kitchen'"
        )
    trail = client.get("/products/knife-01").text
    assert 'href="/categories/Cookery/Knives"' in trail
    assert 'href="/categories/Kitchen/Knives"' not in trail
    wait_for(lambda: client.get("/categories/Cookery/Knives").status_code == 200)
    # That look has brought the tree up to date.
    home = client.get("/").text
    assert 'href="/categories/Cookery"' in home
    assert "/categories/Kitchen" not in home
    assert client.get("/categories/Kitchen").status_code == 404


def test_a_card_shows_a_change_at_once(client: Client) -> None:
    path = "/categories/Kitchen/Knives"
    assert "€30.00" in client.get(path).text
    with connect() as connection:
        connection.execute("update raw.products set price = 77.70 where product_id = 'knife-20'")
    page = client.get(path).text
    assert "€77.70" in page
    assert "€30.00" not in page


@pytest.mark.parametrize("path", ["/", "/products/knife-01", "/categories/Kitchen", "/search?q=a"])
def test_pages_are_light(reader: Client, path: str) -> None:
    assert len(reader.get(path).content) <= 60_000


def test_the_console_suggests_the_shoppers_of_the_page(client: Client) -> None:
    offered = re.findall(r'name="shopper_id"\s+value="([^"]+)"', client.get("/sign-in").text)
    assert offered
    suggested = suggested_shoppers()
    assert [shopper_id for shopper_id, _, _ in suggested] == offered
    page = html.unescape(client.get("/sign-in").text)
    assert all(hint in page for _, _, hint in suggested)

"""What the site says of searches: suggestions, misspelled words, wrong filters, odd texts."""

import html
import re
from typing import Any
from urllib.parse import quote

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.shop.database import run
from tests.shop.languages import SHOPS

Client = TestClient[Litestar]
HTMX = {"HX-Request": "true"}
LAMP = "Настольная лампа с зажимом"  # noqa: RUF001  (a title of the Russian shop)


@pytest.fixture
def spelt(client: Client) -> Client:
    """Give a client of the shop, whose words are known, and short ones may be misspelled."""
    run("select recs.write_search_words()")
    run("update recs.search_limits set least_letters = 5")
    return client


def text_of(page: str) -> str:
    """Return what a page says, without its elements."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page)))


def offered(client: Client, words: str) -> list[tuple[str, str]]:
    """Return the addresses and texts of what is suggested."""
    response = client.get("/search/suggestions", params={"q": words}, headers=HTMX)
    assert response.status_code == 200
    found = re.findall(
        r'role="option".*?href="([^"]*)".*?suggestion__text"[^>]*>(.*?)</span>',
        response.text,
        re.DOTALL,
    )
    return [(address, html.unescape(text)) for address, text in found]


def agree(client: Client) -> None:
    page = client.get("/").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert token
    answer = client.post("/personalise", data={"_csrf_token": token[1], "agree": "yes"})
    assert answer.status_code == 303


def token_of(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


def test_products_and_categories_come_while_one_types(spelt: Client) -> None:
    found = offered(spelt, "kni")
    assert [address[:16] for address, _ in found] == ["/products/knife-"] * 5 + ["/categories/Kitc"]
    assert found[-1] == ("/categories/Kitchen/Knives", "Kitchen > Knives")
    # All words but the last are whole ones.
    assert [text for _, text in offered(spelt, "pan number 1")][:1] != []
    assert offered(spelt, "pa number") == []
    # Of one sign alone everything begins.
    assert not [one for one in offered(spelt, "k") if one[0].startswith("/products/")]
    assert offered(spelt, "") == []
    assert offered(spelt, "x" * 201) == []


def test_a_typo_is_tolerated_while_one_types(spelt: Client) -> None:
    assert offered(spelt, "knfie")[0][0].startswith("/products/knife-")
    # Too short to be taken for another word: it is only asked.
    run("update recs.search_limits set least_letters = 9")
    assert offered(spelt, "knfie")[0] == ("/search?q=knife", "knife")


def test_suggestions_do_without_the_database(away: Client) -> None:
    answer = away.get("/search/suggestions", params={"q": "kni"}, headers=HTMX)
    assert answer.status_code in {200, 404, 503}
    assert "listbox" not in answer.text


def test_hidden_products_are_not_suggested(spelt: Client) -> None:
    run("update raw.products set is_hidden = true where product_id like 'pan-%%'")
    assert not [one for one in offered(spelt, "pan") if one[0].startswith("/products/pan-")]


def test_a_word_that_was_taken_for_another_is_told(spelt: Client) -> None:
    page = spelt.get("/search", params={"q": "knfie"}).text
    assert 'data-product="knife-' in page
    assert "No product has “knfie”. These have “knife” or a word like it." in text_of(page)
    assert "No product has" not in text_of(spelt.get("/search", params={"q": "knife"}).text)


@pytest.mark.parametrize("typed", ["knif e", "кnife", "лтшау", "knnife", "knfe"])
def test_whoever_mistypes_is_led_to_what_they_meant(spelt: Client, typed: str) -> None:
    run("update recs.search_limits set least_letters = 9")
    page = spelt.get("/search", params={"q": typed}).text
    is_found = 'data-product="knife-' in page
    assert is_found or 'href="/search?q=knife"' in page


@pytest.mark.parametrize(
    "typed",
    ["лмапа", "лампаа", "лапа", "ла мпа", "kfvgf"],
    ids=["swap", "more", "less", "gap", "keys"],
)
def test_whoever_mistypes_in_russian_is_led_to_what_they_meant(client: Client, typed: str) -> None:
    SHOPS["ru"].write("ru")
    run("select recs.write_search_words()")
    page = client.get("/search", params={"q": typed}).text
    is_found = LAMP in page
    assert is_found or f'href="/search?q={quote("лампа")}"' in page
    suggested = [text for _, text in offered(client, typed)]
    assert suggested[0] in {LAMP, "лампа"}


def test_nothing_is_offered_that_finds_nothing(spelt: Client) -> None:
    for nonsense in ("qwxzvk", "ъъъъ", "zzz qqq", "12345"):
        page = spelt.get("/search", params={"q": nonsense}).text
        assert "data-product=" not in page
        assert "Did you mean" not in page
        assert re.search(r'<p role="status">\s*No product matches these words\.', page)


def test_a_word_that_no_product_has_with_the_others_is_left_out_and_named(spelt: Client) -> None:
    page = spelt.get("/search", params={"q": "Cheap knife"}).text
    assert "Nothing has all of these words." in page
    assert "Without “Cheap”" in text_of(page)
    assert 'data-product="knife-' in page
    assert 'data-product="pan-' not in page
    assert "Did you mean" not in page
    body = spelt.get("/v1/products", params={"q": "Cheap knife"}).json()
    assert body["left_out"] == ["Cheap"]
    assert body["matches"] == len(body["items"]) == 20
    assert spelt.get("/v1/products", params={"q": "knife"}).json()["left_out"] == []


def test_a_colour_that_attributes_alone_name_is_found(spelt: Client) -> None:
    run("update raw.products set attributes = '{\"Farbe\": \"rot\"}' where product_id = 'knife-07'")
    body = spelt.get("/v1/products", params={"q": "knife rot"}).json()
    assert [item["product_id"] for item in body["items"]] == ["knife-07"]


def test_a_typo_is_tolerated_before_the_word_is_whole(spelt: Client) -> None:
    run("update raw.products set title = 'Headphones' where product_id = 'pan-03'")
    run("update raw.products set loaded_at = now() + interval '1 second'")
    run("select recs.write_search_words()")
    run("update recs.search_limits set least_letters = 5")
    for typed in ("haedpho", "headfpho", "hedphon", "headhpo"):
        assert offered(spelt, typed)[0] == ("/products/pan-03", "Headphones")
    assert offered(spelt, "xaedpxo") == []


@pytest.mark.parametrize("words", ["", "zeppelin", "knife"])
def test_a_wrong_filter_is_told_beside_its_field(reader: Client, words: str) -> None:
    wrong = {"price_from": "cheap", "rating": "9", "currency": "Euros", "in_stock": "perhaps"}
    page = reader.get("/search", params={"q": words, **wrong, "brand": "x" * 501})
    assert page.status_code == 422
    field = re.search(r'<input id="filter-price_from"[^>]*>', page.text)
    assert field
    assert 'aria-invalid="true" aria-describedby="fault-price_from"' in field[0]
    assert 'value="cheap"' in field[0]
    assert 'id="fault-price_from">Enter a price such as 12.50.' in page.text
    for group, fault in {
        "Rating": "Choose from 1 to 4 stars.",
        "Availability": "Choose “yes”",
        "Brand": "There is no such value.",
    }.items():
        start = page.text.index(f'<span dir="auto">{group}</span>')
        assert fault in page.text[start : page.text.index("</fieldset>", start)]
    assert "There is no such currency." in page.text


def test_filters_in_use_can_be_taken_away_where_nothing_is_found(reader: Client) -> None:
    page = reader.get("/search", params={"q": "zeppelin", "brand": "Nobody", "in_stock": "yes"})
    assert page.status_code == 200
    assert re.search(r'<a class="active"\s+href="/search\?q=zeppelin&amp;in_stock=yes"', page.text)
    assert re.search(r'<a class="active"\s+href="/search\?q=zeppelin&amp;brand=Nobody"', page.text)


def test_too_long_a_search_is_told_its_limit(reader: Client) -> None:
    assert reader.get("/search", params={"q": "a" * 200}).status_code == 200
    page = reader.get("/search", params={"q": "a" * 201})
    assert page.status_code == 422
    assert "Search for 200 characters at most." in page.text
    field = re.search(r'<input id="search-words".*?>', page.text, re.DOTALL)
    assert field
    assert 'aria-invalid="true" aria-describedby="search-fault"' in field[0]
    assert f'value="{"a" * 201}"' in field[0]


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "'; drop table raw.products; --",
        "😀🔪",
        "مصباح \u202eabc",
        "\\' & | ! :* <->",
        "%s %(words)s",
        "\ufffe\uffff",
        "a\u0300" * 90,
    ],
    ids=["html", "sql", "emoji", "rtl", "operators", "percent", "noncharacters", "marks"],
)
def test_odd_texts_are_shown_as_text(reader: Client, words: str) -> None:
    page = reader.get("/search", params={"q": words})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    shown = html.unescape(page.text)
    assert words.replace("\u202e", "") in shown
    suggested = reader.get("/search/suggestions", params={"q": words}, headers=HTMX)
    assert suggested.status_code == 200
    assert "<script>" not in suggested.text


@pytest.mark.parametrize("path", ["/search", "/search/suggestions"])
@pytest.mark.parametrize("encoded", ["%00", "a%00b", "%ED%A0%80", "%ff"])
def test_what_is_no_text_is_refused(reader: Client, path: str, encoded: str) -> None:
    answer = reader.get(f"{path}?q={encoded}")
    assert answer.status_code == 400
    assert "Internal" not in answer.text


def test_past_searches_are_kept_of_those_who_agreed_alone(spelt: Client) -> None:
    spelt.get("/search?q=knife")
    assert run("select count(*) from ops.sessions where data ? 'searches'") == [(0,)]
    assert offered(spelt, "") == []

    agree(spelt)
    for words in ("knife", "pan", "zeppelin", "KNIFE", "pan number 3"):
        spelt.get(f"/search?q={quote(words)}")
    # Turning a page and filtering what was found are no further searches.
    spelt.get("/search?q=spade", headers=HTMX)
    assert [text for _, text in offered(spelt, "")] == ["pan number 3", "KNIFE", "pan"]
    assert offered(spelt, "")[0][0] == "/search?q=pan%20number%203"
    assert ("/search?q=KNIFE", "KNIFE") in offered(spelt, "knif")
    for number in range(12):
        spelt.get(f"/search?q=knife+number+{number}")
    assert len(offered(spelt, "")) == 10


def forget_by_button(client: Client) -> None:
    answer = client.post("/search/forget", data={"_csrf_token": token_of(client)})
    assert answer.status_code == 303


def forget_by_withdrawing(client: Client) -> None:
    client.post("/personalise", data={"_csrf_token": token_of(client), "agree": "no"})


def forget_by_signing_out(client: Client) -> None:
    client.post("/sign-out", data={"_csrf_token": token_of(client)})


@pytest.mark.parametrize("forget", [forget_by_button, forget_by_withdrawing, forget_by_signing_out])
def test_past_searches_are_forgotten(spelt: Client, forget: Any) -> None:
    agree(spelt)
    spelt.get("/search?q=knife")
    assert "knife" in run("select data::text from ops.sessions")[0][0]
    forget(spelt)
    assert offered(spelt, "") == []
    assert run("select count(*) from ops.sessions where data::text like '%%knife%%'") == [(0,)]


def test_a_shoppers_no_forgets_their_searches_in_every_session(spelt: Client) -> None:
    token = token_of(spelt)
    spelt.post("/sign-in", data={"_csrf_token": token, "shopper_id": "agreed"})
    spelt.get("/search?q=knife")
    assert run("select data ->> 'searches' from ops.sessions") == [('["knife"]',)]
    run(
        "insert into ops.sessions (session_hash, data, expires_at) select sha256('x'), data,"
        " expires_at from ops.sessions"
    )
    assert spelt.delete("/v1/shoppers/agreed/consent").status_code == 200
    assert run("select count(*) from ops.sessions where data ? 'searches'") == [(0,)]
    assert run("select count(*) from ops.sessions where data ->> 'shopper_id' = 'agreed'") == [(2,)]

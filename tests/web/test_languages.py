"""Pages in the language of who reads them, and the switch at their foot."""

import re
from dataclasses import replace
from html import unescape

import pytest
from litestar.testing import TestClient

from alsolike.errors import SettingError
from alsolike.settings import Settings
from api.app import create_app
from tests.web.conftest import Client

RUSSIAN = {"accept-language": "ru-RU,ru;q=0.9,en;q=0.8"}
PAGES = ["/", "/search?q=knife", "/sign-in", "/privacy", "/how-recommendations-work", "/basket"]


def token_of(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_the_language_of_the_browser(reader: Client, path: str) -> None:
    found = reader.get(path, headers=RUSSIAN)
    assert found.status_code == 200
    assert found.headers["content-language"] == "ru"
    assert {"Accept-Language", "Cookie"} <= set(re.split(", ?", found.headers["vary"]))
    assert '<html lang="ru" dir="ltr">' in found.text
    assert "Перейти к содержанию" in found.text
    assert "Skip to content" not in found.text


def test_visitors_who_read_different_languages_do_not_get_each_others_cards(
    reader: Client,
) -> None:
    def prices(tag: str) -> list[str]:
        html = reader.get("/", headers={"accept-language": tag}).text.replace("\u00a0", " ")
        return re.findall(r'class="price[^"]*">([^<]+)<', html)

    shown = {tag: prices(tag) for tag in ("en", "ru", "de")}
    assert prices("en") == shown["en"] != []
    assert all(price.startswith("€") for price in shown["en"])
    assert all(price.endswith(" €") for price in shown["ru"] + shown["de"])


def test_the_switch_says_each_language_in_its_own_words_and_marks_the_current_one(
    client: Client,
) -> None:
    html = client.get("/privacy", headers=RUSSIAN).text
    found = dict(re.findall(r'value="(\w+)"\s+lang="\w+"\s+dir="ltr">(\w+)</button>', html))
    assert found == {"en": "English", "de": "Deutsch"}
    assert re.search(r'<span lang="ru"\s+dir="ltr"\s+aria-current="true">Русский</span>', html)


def test_a_chosen_language_stays_and_leads_back_to_the_same_page(client: Client) -> None:
    page = client.get("/search?q=knife&sort=price-up").text
    back = re.search(r'name="next" value="([^"]*search[^"]*)"', page)
    assert back is not None
    form = {"_csrf_token": token_of(page), "language": "de", "next": unescape(back[1])}
    answer = client.post("/language", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/search?q=knife&sort=price-up"
    assert client.cookies["alsolike_language"] == "de"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert '<html lang="de"' in client.get("/", headers=RUSSIAN).text


def test_no_session_is_made_for_a_language(client: Client) -> None:
    form = {"_csrf_token": token_of(client.get("/").text), "language": "ru", "next": "/"}
    client.post("/language", data=form)
    assert set(client.cookies) == {"alsolike_csrf", "alsolike_language"}
    assert "alsolike_language" in client.get("/privacy").text


def test_a_language_that_is_not_offered_is_refused(client: Client) -> None:
    form = {"_csrf_token": token_of(client.get("/").text), "language": "tlh"}
    answer = client.post("/language", data=form)
    assert answer.status_code == 400
    assert "alsolike_language" not in client.cookies


def test_a_form_that_another_site_sends_changes_no_language(client: Client) -> None:
    answer = client.post("/language", data={"language": "de"})
    assert answer.status_code == 403
    assert "alsolike_language" not in client.cookies


def test_messages_are_in_the_language_of_the_page(client: Client) -> None:
    page = client.get("/sign-in", headers=RUSSIAN).text
    form = {"_csrf_token": token_of(page), "shopper_id": "nobody"}
    answer = client.post("/sign-in", data=form, headers=RUSSIAN)
    assert answer.status_code == 422
    assert "Покупателя nobody нет." in answer.text
    client.post("/sign-in", data={**form, "shopper_id": "agreed"}, headers=RUSSIAN)
    assert "Вы вошли как" in client.get("/", headers=RUSSIAN).text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/nowhere", "Такой страницы нет"),
        ("/products/none", "По этому адресу ничего нет."),
        ("/categories/None", "Такой категории нет."),
        ("/?after=x", "Это не метка этого списка"),
    ],
)
def test_errors_are_in_the_language_of_the_page(reader: Client, path: str, text: str) -> None:
    answer = reader.get(path, headers={**RUSSIAN, "accept": "text/html"})
    assert answer.status_code >= 400
    assert text in unescape(answer.text)


def test_the_api_answers_in_english(reader: Client) -> None:
    answer = reader.get("/v1/products/none", headers=RUSSIAN)
    assert answer.json()["detail"] == "There is no product 'none'."
    assert "content-language" not in answer.headers


def test_a_shop_says_which_languages_it_offers(settings: Settings, shop: dict[str, str]) -> None:
    assert shop
    with TestClient(create_app(replace(settings, page_languages=("ru", "en")))) as client:
        assert '<html lang="ru"' in client.get("/", headers={"accept-language": "fr"}).text
        assert '<html lang="en"' in client.get("/", headers={"accept-language": "en"}).text
        html = client.get("/", headers={"accept-language": "de"}).text
        assert '<html lang="ru"' in html
        assert "Deutsch" not in html


def test_one_language_needs_no_switch(settings: Settings, shop: dict[str, str]) -> None:
    assert shop
    with TestClient(create_app(replace(settings, page_languages=("de",)))) as client:
        html = client.get("/", headers=RUSSIAN).text
    assert '<html lang="de"' in html
    assert 'action="/language"' not in html


def test_a_language_without_a_catalogue_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_PAGE_LANGUAGES has 'tlh'.*en, de, ru"):
        create_app(replace(settings, page_languages=("en", "tlh")))

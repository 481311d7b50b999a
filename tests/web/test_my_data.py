"""What a signed-in shopper does with what is kept of them: get it, correct it, erase it."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from jsonschema import Draft202012Validator
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.privacy.access import shopper_data
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from alsolike.transform import transform
from api.app import create_app
from api.sessions.session import COOKIE
from tests.shop.database import add_rows, bring_back, run, take_away
from tests.web.conftest import Client, wait_until_connected

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "web" / "static" / "my-data.schema.json").read_text())
MINE = "my-review"


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def send(client: Client, path: str, **form: str) -> Any:
    return client.post(path, data={"_csrf_token": token(client), **form})


def sign_in(client: Client, shopper_id: str = "agreed") -> None:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303


def flash(page: str) -> str:
    found = re.search(r'<div id="flash"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def add_review(review_id: str = MINE, shopper_id: str = "agreed", **more: Any) -> None:
    review = {
        "review_id": review_id,
        "shopper_id": shopper_id,
        "product_id": "pan-01",
        "rating": 4,
        "reviewed_at": "2026-01-02T12:00:00Z",
        "title": "Fine",
        "body": "Fries well.",
    }
    add_rows("raw.reviews", [{**review, **more}])


def review(review_id: str = MINE) -> Any:
    rows = run("select rating, title, body from raw.reviews where review_id = %s", (review_id,))
    return rows[0] if rows else None


def number(client: Client) -> str:
    """Open the page that asks for an erasure; the number of the receipt in its form."""
    found = re.search(r'name="number" value="([^"]+)"', client.get("/my-data/delete").text)
    assert found is not None
    return found[1]


@pytest.fixture
def mine(client: Client) -> Client:
    """Sign in as the shopper `agreed`, who wrote a review."""
    add_review()
    sign_in(client)
    return client


@pytest.fixture
def other(client: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert client
    with TestClient(create_app(settings)) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        yield other


# Who may.


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("/my-data", "/my-data"),
        ("/my-data/download", "/my-data"),
        ("/my-data/reviews", "/my-data/reviews"),
        ("/my-data/reviews/x%2Fy", "/my-data/reviews/x%2Fy"),
        ("/my-data/delete", "/my-data/delete"),
    ],
)
def test_a_stranger_signs_in_first_and_comes_back(client: Client, path: str, after: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?{urlencode({'next': after})}"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/my-data/name", {"name": "Eve"}),
        (f"/my-data/reviews/{MINE}", {"rating": "1"}),
        (f"/my-data/reviews/{MINE}/delete", {"sure": "yes"}),
        ("/my-data/delete", {"sure": "yes", "number": str(uuid4())}),
    ],
)
def test_a_stranger_changes_nothing(client: Client, path: str, form: dict[str, str]) -> None:
    add_review()
    before = run("select * from raw.shoppers order by 1")
    answer = send(client, path, **form)
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/sign-in?next=")
    assert review() == (4, "Fine", "Fries well.")
    assert run("select * from raw.shoppers order by 1") == before


@pytest.mark.parametrize(
    "path",
    [
        "/my-data/name",
        f"/my-data/reviews/{MINE}",
        f"/my-data/reviews/{MINE}/delete",
        "/my-data/delete",
    ],
)
def test_another_site_cannot_send_a_form(mine: Client, path: str) -> None:
    form = {"name": "Eve", "rating": "1", "sure": "yes", "number": str(uuid4())}
    assert mine.post(path, data=form).status_code == 403
    token_of_us = {"_csrf_token": token(mine)}
    cross = {"sec-fetch-site": "cross-site"}
    assert mine.post(path, data={**form, **token_of_us}, headers=cross).status_code == 403
    assert review() == (4, "Fine", "Fries well.")
    assert run("select count(*) from raw.shoppers") == [(3,)]


@pytest.mark.parametrize("review_id", ["review-1", "none", "x\x00y"])
def test_a_review_of_somebody_else_is_as_unknown_as_none(mine: Client, review_id: str) -> None:
    path = "/my-data/reviews/" + review_id.replace("\x00", "%00")
    before = review("review-1")
    answers = [
        mine.get(path),
        send(mine, path, rating="1"),
        send(mine, path, rating="9"),
        send(mine, f"{path}/delete", sure="yes"),
        send(mine, f"{path}/delete"),
    ]
    assert {answer.status_code for answer in answers} <= {404, 400}
    if "\x00" not in review_id:
        assert {answer.status_code for answer in answers} == {404}
        assert all("There is no such review." in answer.text for answer in answers)
    assert review("review-1") == before


def test_without_the_database_nothing_is_done_and_the_pages_say_so(
    mine: Client, shop: dict[str, str]
) -> None:
    given = number(mine)
    form = {"_csrf_token": token(mine), "sure": "yes", "number": given, "name": "A", "rating": "1"}
    take_away(shop)
    for path in ("/my-data/download", "/my-data/reviews", f"/my-data/receipts/{given}"):
        assert mine.get(path).status_code == 503
    for path in ("/my-data/name", f"/my-data/reviews/{MINE}", "/my-data/delete"):
        assert mine.post(path, data=form).status_code == 503
    bring_back(shop)
    assert kept_of("agreed") != ""


# Download.


def test_the_file_has_all_that_is_kept_and_nothing_of_others(mine: Client) -> None:
    mine.get("/products/knife-03")
    assert send(mine, "/basket", product_id="pan-02").status_code == 303
    answer = mine.get("/my-data/download")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "private, no-store"
    kept = answer.json()
    Draft202012Validator(SCHEMA).validate(kept)
    with connect() as connection:
        assert json.loads("".join(shopper_data(connection, "agreed"))) == kept
    assert [row["product_title"] for row in kept["raw.views"]] == ["A knife number 3"]
    assert [row["product_id"] for row in kept["raw.basket_lines"]] == ["pan-02"]
    assert [row["body"] for row in kept["raw.reviews"]] == ["Fries well."]
    assert len(kept["ops.sessions"]) == 1
    assert "silent" not in answer.text


def test_a_long_history_is_sent_whole(mine: Client) -> None:
    # More than stays in memory.
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "select 'v' || n, 'agreed', 'pan-01', now() from generate_series(1, 9000) as n"
    )
    kept = mine.get("/my-data/download").json()
    assert len({row["view_id"] for row in kept["raw.views"]}) == 9000


def test_the_page_links_the_file_and_what_it_means(mine: Client) -> None:
    page = mine.get("/my-data").text
    assert re.search(r'href="/my-data/download"\s+download', page)
    assert mine.head("/my-data/download").content == b""
    (schema,) = re.findall(r'href="(/static/[^"]+\.json)"', page)
    assert mine.get(schema).json() == SCHEMA


# Correct.


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna  ", "Anna"),
        ("", None),
        ("null", None),
        ("Anna &amp; <b>Bert</b>", "Anna & Bert"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_shopper_changes_what_they_are_called(mine: Client, typed: str, kept: str | None) -> None:
    assert send(mine, "/my-data/name", name=typed).headers["location"] == "/my-data"
    names = "select display_name from raw.shoppers order by shopper_id"
    assert run(names) == [(kept,), (None,), ("Shopper 2 · pans",)]
    page = mine.get("/my-data").text
    assert flash(page) == "Your name is changed."
    assert (kept or "agreed").replace("&", "&amp;") in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x" * 101, "Use at most 100 characters."),
        (
            "An\x01na",
            "This text has a character that cannot be shown. Remove it and send the text again.",
        ),
        (
            "An\nna",
            "This text has a character that cannot be shown. Remove it and send the text again.",
        ),
    ],
)
def test_a_name_that_cannot_be_is_told_beside_the_field(
    mine: Client, typed: str, said: str
) -> None:
    answer = send(mine, "/my-data/name", name=typed)
    assert answer.status_code == 422
    assert re.search(r'aria-describedby="name-error name-hint"\s+aria-invalid="true"', answer.text)
    assert f'<p id="name-error" class="field__error">{said}</p>' in answer.text
    assert run("select display_name from raw.shoppers where shopper_id = 'agreed'") == [
        ("Shopper 1 · knives",)
    ]


def test_a_shopper_changes_a_review(mine: Client) -> None:
    page = mine.get(f"/my-data/reviews/{MINE}").text
    assert 'value="Fine"' in page
    assert "Fries well.</textarea>" in page
    answer = send(
        mine, f"/my-data/reviews/{MINE}", rating="2", title=" Worse ", body="It\r\nsticks."
    )
    assert answer.headers["location"] == "/my-data/reviews"
    assert review() == (2, "Worse", "It\nsticks.")
    listed = mine.get("/my-data/reviews").text
    assert flash(listed) == "Your review is changed."
    assert "Worse" in listed
    assert "It\nsticks." in mine.get("/products/pan-01").text


def test_a_review_that_stays_the_same_is_not_new(mine: Client) -> None:
    before = run("select * from raw.reviews where review_id = %s", (MINE,))
    send(mine, f"/my-data/reviews/{MINE}", rating="4", title="Fine", body="Fries well.")
    assert run("select * from raw.reviews where review_id = %s", (MINE,)) == before


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"rating": "0"}, "rating"),
        ({"rating": "6"}, "rating"),
        ({"rating": "4.5"}, "rating"),
        ({}, "rating"),
        ({"rating": "4", "title": "x" * 501}, "title"),
        ({"rating": "4", "title": "a\x07b"}, "title"),
        ({"rating": "4", "body": "x" * 20_001}, "body"),
        ({"rating": "4", "body": "a\x1bb"}, "body"),
    ],
)
def test_a_review_that_cannot_be_is_told_beside_the_field(
    mine: Client, form: dict[str, str], field: str
) -> None:
    answer = send(mine, f"/my-data/reviews/{MINE}", **form)
    assert answer.status_code == 422
    assert f'aria-invalid="true" aria-describedby="review-{field}-error"' in answer.text
    assert f'id="review-{field}-error"' in answer.text
    assert f'action="/my-data/reviews/{MINE}"' in answer.text
    assert review() == (4, "Fine", "Fries well.")


def test_a_shopper_deletes_a_review_once_they_are_sure(mine: Client) -> None:
    answer = send(mine, f"/my-data/reviews/{MINE}/delete")
    assert answer.status_code == 422
    assert 'aria-describedby="sure-error"' in answer.text
    assert review() is not None
    answer = send(mine, f"/my-data/reviews/{MINE}/delete", sure="yes")
    assert answer.headers["location"] == "/my-data/reviews"
    assert review() is None
    assert "There are no reviews of yours here." in mine.get("/my-data/reviews").text
    assert send(mine, f"/my-data/reviews/{MINE}/delete", sure="yes").status_code == 404


def test_reviews_come_page_by_page_the_latest_first(client: Client) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(45):
        add_review(f"of/{n:02}", reviewed_at=begin + timedelta(hours=n), title=f"Title {n}.")
    sign_in(client)
    seen: list[str] = []
    address = "/my-data/reviews"
    while address:
        page = client.get(address, headers={"hx-request": "true"} if seen else {}).text
        seen += re.findall(r"Title (\d+)\.", page)
        found = re.search(r'rel="next"\s+hx-get="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(n) for n in reversed(range(45))]


@pytest.mark.parametrize("review_id", ["a/b c", ".", "..", "é?#"])
def test_a_review_with_a_strange_id_can_be_changed(client: Client, review_id: str) -> None:
    add_review(review_id)
    sign_in(client)
    (address,) = re.findall(r'class="link"\s+href="([^"]+)"', client.get("/my-data/reviews").text)
    assert client.get(address).status_code == 200
    assert send(client, address, rating="1").status_code == 303
    assert review(review_id) == (1, None, None)


def test_a_review_of_a_product_that_is_gone_can_be_deleted(client: Client) -> None:
    add_review(product_id="gone")
    sign_in(client)
    assert client.get(f"/my-data/reviews/{MINE}").status_code == 200
    assert send(client, f"/my-data/reviews/{MINE}/delete", sure="yes").status_code == 303
    assert review() is None


def test_a_changed_review_reaches_the_text_that_is_embedded(mine: Client) -> None:
    def document() -> tuple[str, str]:
        transform(with_tests=False, report=ignore_progress)
        rows = run(
            "select content, content_hash from marts.product_documents "
            "where product_id = 'pan-01' and part = 'details'"
        )
        return rows[0]

    text, first = document()
    assert "Fine. Fries well." in text
    send(mine, f"/my-data/reviews/{MINE}", rating="5", body="Never sticks.")
    text, second = document()
    assert "Never sticks." in text
    assert "Fries well." not in text
    # By it the worker knows what to encode anew.
    assert second != first
    assert run("select rating from staging.int_events where event_id = %s", (MINE,)) == [(5,)]
    send(mine, f"/my-data/reviews/{MINE}/delete", sure="yes")
    text, third = document()
    assert "Never sticks." not in text
    assert third not in {first, second}
    assert run("select count(*) from staging.int_events where event_id = %s", (MINE,)) == [(0,)]


# Erase.


def kept_of(shopper_id: str) -> str:
    with connect() as connection:
        return "".join(shopper_data(connection, shopper_id))


def test_a_shopper_erases_themselves_and_gets_a_receipt(mine: Client, other: Client) -> None:
    sign_in(other)
    assert send(mine, "/basket", product_id="pan-02").status_code == 303
    given = number(mine)
    answer = send(mine, "/my-data/delete", sure="yes", number=given)
    assert answer.headers["location"] == f"/my-data/receipts/{given}"
    assert kept_of("agreed") == ""
    assert run("select erasure_id::text, source from ops.erasures") == [(given, "site")]
    assert (
        f'{COOKIE}=""' in answer.headers["set-cookie"]
        or f"{COOKIE}=;" in answer.headers["set-cookie"]
    )
    # Signed out, here and in the other browser.
    assert run("select count(*) from ops.sessions") == [(0,)]
    for client in (mine, other):
        client.get("/")
        assert client.get("/orders").status_code == 303
        assert 'action="/sign-out"' not in client.get("/").text
    assert send(other, "/sign-in", shopper_id="agreed").status_code == 422

    page = mine.get(f"/my-data/receipts/{given}")
    assert page.headers["cache-control"] == "private, no-store"
    assert given in page.text
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(\d+)</td>', page.text)
    counts = run("select counts from ops.erasures")[0][0]
    *kinds, (_, total) = rows
    assert sum(int(count) for _, count in kinds) == int(total) == sum(counts.values())
    assert {"Your number and name", "Reviews", "Your basket"} <= {name for name, _ in kinds}
    assert not [table for table in counts if table in page.text], "tables are in the file"
    assert "agreed" not in re.sub(r"agreed to|agree", "", page.text)

    file = mine.get(f"/my-data/receipts/{given}/download")
    assert file.headers["content-disposition"] == f'attachment; filename="receipt-{given}.json"'
    assert (file.json()["erasure_id"], file.json()["counts"]) == (given, counts)


def test_a_form_that_is_sent_again_leads_to_the_same_receipt(mine: Client, other: Client) -> None:
    sign_in(other)
    given = number(mine)
    form = {"_csrf_token": token(mine), "sure": "yes", "number": given}
    cookies = dict(mine.cookies)
    first = mine.post("/my-data/delete", data=form)
    # As a double click sends it: with the cookies of before.
    mine.cookies.update(cookies)
    second = mine.post("/my-data/delete", data=form)
    assert first.headers["location"] == second.headers["location"] != "/sign-in"
    assert mine.get(second.headers["location"]).status_code == 200
    assert run("select count(*) from ops.erasures") == [(1,)]
    # Of another browser that is late, too.
    late = send(other, "/my-data/delete", sure="yes", number=str(uuid4()))
    assert late.headers["location"].startswith("/sign-in")
    assert run("select count(*) from ops.erasures") == [(1,)]


def test_two_clicks_at_once_erase_once(mine: Client) -> None:
    form = {"_csrf_token": token(mine), "sure": "yes", "number": number(mine)}
    with ThreadPoolExecutor() as threads:
        sent = [threads.submit(mine.post, "/my-data/delete", data=form) for _ in range(4)]
        answers = [one.result() for one in sent]
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {
        f"/my-data/receipts/{form['number']}"
    }
    assert run("select count(*) from ops.erasures") == [(1,)]
    assert run("select counts ->> 'raw.reviews' from ops.erasures") == [("1",)]


def test_the_number_of_somebody_elses_receipt_saves_nobody_from_an_erasure(
    mine: Client, other: Client
) -> None:
    theirs = str(uuid4())
    sign_in(other, "silent")
    assert send(other, "/my-data/delete", number=theirs, sure="yes").status_code == 303
    answer = send(mine, "/my-data/delete", number=theirs, sure="yes")
    assert answer.status_code == 303
    assert theirs not in answer.headers["location"]
    assert mine.get(answer.headers["location"]).status_code == 200
    assert kept_of("agreed") == ""
    assert run("select count(*) from ops.erasures") == [(2,)]


def test_nothing_is_erased_without_the_tick(mine: Client) -> None:
    given = number(mine)
    answer = send(mine, "/my-data/delete", number=given)
    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="sure-error"' in answer.text
    assert f'name="number" value="{given}"' in answer.text
    assert review() is not None
    assert run("select count(*) from ops.erasures") == [(0,)]


@pytest.mark.parametrize("given", ["", "1", "x" * 36, "\x00"])
def test_a_number_that_the_page_did_not_give_is_refused(mine: Client, given: str) -> None:
    assert send(mine, "/my-data/delete", sure="yes", number=given).status_code == 400
    assert mine.get("/my-data/receipts/none").status_code == 404
    assert mine.get(f"/my-data/receipts/{uuid4()}").status_code == 404
    assert run("select count(*) from ops.erasures") == [(0,)]


def make_account(client: Client) -> None:
    """Give the shopper `agreed` an account, and sign in by it."""
    account = {
        "shopper_id": "agreed",
        "email": "anna@example.com",
        "password_hash": PasswordHasher().hash("open sesame"),
    }
    add_rows("ops.accounts", [account])
    answer = send(client, "/sign-in", email="anna@example.com", password="open sesame")
    assert answer.status_code == 303


def test_who_has_a_password_gives_it_again(mine: Client) -> None:
    assert 'type="password"' not in mine.get("/my-data/delete").text
    make_account(mine)
    given = number(mine)
    assert 'type="password"' in mine.get("/my-data/delete").text
    for typed in ("", "open barley"):
        answer = send(mine, "/my-data/delete", sure="yes", number=given, password=typed)
        assert answer.status_code == 422
        assert fault_of_password(answer.text) == "This is not your password."
        assert "barley" not in answer.text
    answer = send(mine, "/my-data/delete", number=given, password="open sesame")
    assert answer.status_code == 422
    assert run("select count(*) from ops.erasures") == [(0,)]
    answer = send(mine, "/my-data/delete", sure="yes", number=given, password="open sesame")
    assert answer.headers["location"] == f"/my-data/receipts/{given}"
    assert kept_of("agreed") == ""
    assert run("select count(*) from ops.accounts") == [(0,)]


def test_who_guesses_a_password_has_to_wait(mine: Client) -> None:
    make_account(mine)
    form = {"sure": "yes", "number": number(mine), "password": "guess"}
    said = [fault_of_password(send(mine, "/my-data/delete", **form).text) for _ in range(11)]
    assert said[0] == "This is not your password."
    assert said[-1].startswith("Too many attempts: wait")
    assert run("select count(*) from ops.erasures") == [(0,)]


def fault_of_password(page: str) -> str:
    found = re.search(r'id="password-error"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_the_receipt_says_what_still_waits(mine: Client) -> None:
    given = number(mine)
    send(mine, "/my-data/delete", sure="yes", number=given)
    address = f"/my-data/receipts/{given}"
    assert "Nothing more: no total includes your data any longer." in mine.get(address).text
    run("update ops.erasures set waits_for = '{transform,embed,export}', completed_at = null")
    page = mine.get(address).text
    assert "such as how popular a product is" in page
    assert "What the recommendations have learned" not in page
    run("update ops.erasures set transformed_at = now()")
    page = mine.get(address).text
    assert "such as how popular a product is" not in page
    assert "which products are alike" in page

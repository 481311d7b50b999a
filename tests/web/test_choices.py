"""What visitors agree to on the site, purpose by purpose, and that a withdrawal stops its use."""

import re
from typing import Any

import pytest

from api.sessions.session import COOKIE
from api.visitors.refusals import COOKIE as REFUSED
from tests.shop.database import execute, run
from tests.web.conftest import Client

CHOICES = "/privacy/choices"
SIGNAL = {"sec-gpc": "1"}
QUESTION = 'id="ask-title"'


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", response.text).split())


def token(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    return found[1]


def send(client: Client, path: str, *, headers: dict[str, str] | None = None, **form: str) -> Any:
    return client.post(path, data={"_csrf_token": token(client), **form}, headers=headers or {})


def decide(client: Client, purpose: str, agree: str, **more: Any) -> Any:
    answer = send(client, "/personalise", purpose=purpose, agree=agree, next=CHOICES, **more)
    assert answer.headers["location"] == CHOICES
    return answer


def asked_about(client: Client, **headers: str) -> list[str]:
    page = client.get("/search", headers=headers).text
    assert (QUESTION in page) == ("yes-or-no" in page)
    return re.findall(r'class="yes-or-no".*?name="purpose" value="(\w+)"', page, re.DOTALL)


def sign_in(client: Client, shopper_id: str) -> None:
    assert send(client, "/sign-in", shopper_id=shopper_id).status_code == 303


def decisions() -> list[tuple[Any, ...]]:
    return run(
        "select shopper_id, purpose, is_granted, source from raw.consents "
        "where source <> 'test' order by consent_id"
    )


def personal(client: Client, **headers: str) -> bool:
    return "Because you" in client.get("/", headers=headers).text


def test_the_question_stands_on_pages_until_each_purpose_is_decided(client: Client) -> None:
    assert asked_about(client) == ["personalisation", "measurement"]
    decide(client, "measurement", "no")
    assert asked_about(client) == ["personalisation"]
    decide(client, "personalisation", "yes")
    assert asked_about(client) == []
    # A withdrawal is a decision too.
    decide(client, "personalisation", "no")
    assert asked_about(client) == []


def test_yes_and_no_look_the_same_and_nothing_is_chosen(client: Client) -> None:
    page = client.get("/search").text
    question = page[page.index('class="ask"') : page.index("<footer")]
    assert "checked" not in question
    assert "dialog" not in question
    buttons = re.findall(r'<button.*?class="([^"]+)".*?value="(yes|no)"', question, re.DOTALL)
    assert [value for _, value in buttons] == ["yes", "no", "yes", "no"]
    assert len({look for look, _ in buttons}) == 1


def test_a_no_is_kept_in_a_cookie_that_is_the_same_for_everybody(client: Client) -> None:
    client.get("/search")
    assert set(client.cookies) <= {"alsolike_csrf"}
    decide(client, "personalisation", "no")
    assert client.cookies[REFUSED] == "personalisation"
    decide(client, "measurement", "no")
    assert client.cookies[REFUSED] == "personalisation.measurement"
    assert COOKIE not in client.cookies
    assert run("select * from ops.sessions") == []
    decide(client, "personalisation", "yes")
    assert client.cookies[REFUSED] == "measurement"
    decide(client, "measurement", "yes")
    assert REFUSED not in client.cookies


def test_each_purpose_of_a_visitor_has_an_id_of_its_own(client: Client) -> None:
    decide(client, "measurement", "yes")
    ((data,),) = run("select data from ops.sessions")
    assert set(data) == {"measured_id"}
    client.get("/products/pan-01")
    assert run("select * from raw.views") == []
    decide(client, "personalisation", "yes")
    ((data,),) = run("select data from ops.sessions")
    assert set(data) == {"measured_id", "session_id"}
    assert data["measured_id"] != data["session_id"]
    client.get("/products/pan-01")
    assert run("select session_id from raw.views") == [(data["session_id"],)]


def test_what_a_visitor_withdraws_from_is_deleted_at_once(client: Client) -> None:
    decide(client, "personalisation", "yes")
    decide(client, "measurement", "yes")
    client.get("/products/spade-03")
    send(client, "/basket", product_id="spade-03")
    ((data,),) = run("select data from ops.sessions")
    for name in (data["measured_id"], "of another visitor"):
        execute(
            "insert into raw.clicks (click_id, product_id, clicked_at, session_id) "
            f"values ('c-{name}', 'pan-01', now(), '{name}')"
        )
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, session_id) "
        "values ('other', 'pan-01', now(), 'of another visitor')"
    )
    assert personal(client)

    decide(client, "personalisation", "no")
    assert not personal(client)
    assert run("select view_id from raw.views") == [("other",)]
    assert run("select * from raw.basket_additions") == []
    assert run("select count(*) from raw.clicks") == [(2,)]
    # Their basket is theirs all the same.
    assert 'data-product="spade-03"' in client.get("/basket").text

    decide(client, "measurement", "no")
    assert run("select session_id from raw.clicks") == [("of another visitor",)]


def test_a_shopper_decides_about_each_purpose_and_sees_the_history(client: Client) -> None:
    sign_in(client, "silent")
    assert asked_about(client) == ["personalisation", "measurement"]
    assert "You have not decided anything yet." in client.get(CHOICES).text
    decide(client, "personalisation", "yes")
    decide(client, "measurement", "no")
    decide(client, "personalisation", "no")
    assert decisions() == [
        ("silent", "personalisation", True, "site"),
        ("silent", "measurement", False, "site"),
        ("silent", "personalisation", False, "site"),
    ]
    assert asked_about(client) == []
    assert REFUSED not in client.cookies
    rows = re.findall(r"<tr>(.*?)</tr>", client.get(CHOICES).text, re.DOTALL)[1:]
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert [re.sub(r"^.*?(AM|PM) ", "", one) for one in words] == [
        "Personal recommendations No on this site",
        "Measuring how well recommendations work No on this site",
        "Personal recommendations Yes on this site",
    ]


def test_the_history_says_where_each_decision_was_made(client: Client) -> None:
    client.put("/v1/shoppers/silent", json={"personalisation": True, "measurement": True})
    execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('silent', 'measurement', false, 'import:shop/shoppers')"
    )
    sign_in(client, "silent")
    text = text_of(client.get(CHOICES))
    assert "told by the shop" in text
    assert "No taken over from the shop's records" in text.replace("&#39;", "'")


def test_a_withdrawal_stops_the_use_of_what_a_shopper_did_before(client: Client) -> None:
    sign_in(client, "agreed")
    client.get("/products/spade-03")
    assert personal(client)
    decide(client, "personalisation", "no")
    assert not personal(client)
    assert run("select count(*) from raw.views where shopper_id = 'agreed'") == [(1,)]
    client.get("/products/spade-04")
    assert run("select count(*) from raw.views where shopper_id = 'agreed'") == [(1,)]


def test_what_was_kept_is_deleted_once_it_is_not_agreed_to(client: Client) -> None:
    sign_in(client, "agreed")
    client.get("/products/spade-03")
    execute(
        "insert into raw.clicks (click_id, product_id, clicked_at, shopper_id) "
        "values ('c', 'pan-01', now(), 'agreed')"
    )
    delete = f"{CHOICES}/forget"
    assert delete not in client.get(CHOICES).text
    send(client, delete, purpose="personalisation")
    assert run("select count(*) from raw.views") == [(1,)]

    decide(client, "personalisation", "no")
    assert delete in client.get(CHOICES).text
    send(client, delete, purpose="personalisation")
    page = client.get(CHOICES).text
    assert "What was kept for this purpose is deleted." in page
    assert delete not in page
    assert run("select count(*) from raw.views") == [(0,)]
    assert run("select count(*) from raw.clicks") == [(1,)]
    decide(client, "measurement", "no")
    send(client, delete, purpose="measurement")
    assert run("select count(*) from raw.clicks") == [(0,)]


def test_nobody_deletes_without_an_account(client: Client) -> None:
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id) "
        "values ('v', 'pan-01', now(), 'silent')"
    )
    answer = send(client, f"{CHOICES}/forget", purpose="personalisation")
    assert answer.headers["location"] == CHOICES
    assert run("select count(*) from raw.views") == [(1,)]


@pytest.mark.parametrize("form", [{"purpose": "advertising"}, {"purpose": ""}])
@pytest.mark.parametrize("path", ["/personalise", f"{CHOICES}/forget"])
def test_an_unknown_purpose_is_refused(client: Client, path: str, form: dict[str, str]) -> None:
    assert send(client, path, agree="yes", **form).status_code == 400


def test_the_signal_is_a_no_and_the_question_is_not_asked(client: Client) -> None:
    assert asked_about(client, **SIGNAL) == []
    page = client.get(CHOICES, headers=SIGNAL)
    assert "Your browser sends Global Privacy Control" in page.text
    assert 'name="agree"' not in page.text
    decide(client, "personalisation", "yes", headers=SIGNAL)
    assert "Your browser says no to this" in client.get(CHOICES, headers=SIGNAL).text
    assert run("select * from ops.sessions") == []
    assert REFUSED not in client.cookies


def test_the_signal_stops_the_use_of_what_a_visitor_did_before(client: Client) -> None:
    decide(client, "personalisation", "yes")
    client.get("/products/spade-03")
    assert personal(client)
    assert not personal(client, **SIGNAL)
    client.get("/products/spade-04", headers=SIGNAL)
    send(client, "/basket", product_id="spade-04", headers=SIGNAL)
    assert run("select product_id from raw.views") == [("spade-03",)]
    assert run("select * from raw.basket_additions") == []
    assert personal(client)


def test_only_a_later_yes_of_the_shopper_outranks_the_signal(client: Client) -> None:
    sign_in(client, "agreed")
    client.get("/products/spade-03")
    send(client, "/products/pan-02/hide", next="/")
    assert personal(client)
    # What they agreed to before says nothing of the signal.
    assert not personal(client, **SIGNAL)
    shown = client.get("/", headers=SIGNAL).text
    assert 'data-product="pan-02"' not in shown
    client.get("/products/spade-04", headers=SIGNAL)
    assert run("select product_id from raw.views") == [("spade-03",)]

    decide(client, "personalisation", "yes", headers=SIGNAL)
    assert decisions() == [("agreed", "personalisation", True, "site:gpc")]
    assert personal(client, **SIGNAL)
    client.get("/products/spade-04", headers=SIGNAL)
    assert run("select count(*) from raw.views") == [(2,)]
    assert "in a browser that sends Global Privacy Control" in client.get(CHOICES).text
    # Of the one purpose alone.
    assert client.get(CHOICES, headers=SIGNAL).text.count("Now: no, by your browser") == 1

    # A yes without the signal takes nothing of it back, a no does.
    decide(client, "personalisation", "yes")
    assert personal(client, **SIGNAL)
    decide(client, "personalisation", "no")
    decide(client, "personalisation", "yes")
    assert not personal(client, **SIGNAL)


@pytest.mark.parametrize("who", [None, "silent"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=pan",
        "/categories/Kitchen",
        "/products/pan-01",
        "/basket",
        "/hidden",
        CHOICES,
    ],
)
def test_every_page_stands_without_consent(client: Client, who: str | None, path: str) -> None:
    if who is None:
        decide(client, "personalisation", "no")
    else:
        sign_in(client, who)
    for headers in ({}, SIGNAL):
        page = client.get(path, headers=headers)
        assert page.status_code == 200
        assert "Because you" not in page.text
    assert run("select * from raw.views") == []


def test_browsers_are_told_that_the_signal_is_honoured(reader: Client) -> None:
    answer = reader.get("/.well-known/gpc.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["gpc"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", answer.json()["lastUpdate"])
    assert reader.head("/.well-known/gpc.json").status_code == 200

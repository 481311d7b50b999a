"""What lists showed, and what of it was seen and clicked on: with consent, and without."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import TestClient

from alsolike.settings import Settings
from api.app import create_app
from api.impressions.tags import impression_id, new_answer, read_tag
from tests.shop.database import bring_back, execute, run, take_away
from tests.web.conftest import Client, wait_until_connected

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"
_LINK = re.compile(r'href="(/products/([^"?]+)\?from=([^"]+))"')
_TOKEN = re.compile(r'name="_csrf_token"\s+value="([^"]+)"')


class Link(NamedTuple):
    """Link of a recommended product."""

    address: str
    product_id: str
    tag: str


@pytest.fixture
def other(visitor: Client, settings: Settings) -> Iterator[Client]:
    """Give a second browser, which another process of the same site serves."""
    assert visitor
    with TestClient(create_app(replace(settings, statement_timeout_ms=10_000))) as other:
        wait_until_connected(other)
        other.follow_redirects = False
        other.headers["user-agent"] = BROWSER
        yield other


@pytest.fixture
def visitor(client: Client) -> Client:
    """Give a visitor with a browser."""
    client.headers["user-agent"] = BROWSER
    return client


def links(page: str) -> list[Link]:
    return [Link(*found) for found in _LINK.findall(page)]


def token(page: str) -> str:
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


def write(client: Client) -> None:
    """Write what waits."""
    log = client.app.state.impressions
    with client.portal() as portal:
        # What another process is to write is looked for some times.
        while log.kept:
            assert portal.call(log.write)


def agree(client: Client, answer: str = "yes") -> None:
    page = client.get("/").text
    sent = {"_csrf_token": token(page), "agree": answer, "purpose": "measurement"}
    assert client.post("/personalise", data=sent).status_code == 303


def sign_in(client: Client, shopper_id: str) -> None:
    page = client.get("/sign-in").text
    sent = {"_csrf_token": token(page), "shopper_id": shopper_id}
    assert client.post("/sign-in", data=sent).status_code == 303


def see(client: Client, seen: list[Link]) -> int:
    page = client.get("/").text
    sent = {
        "_csrf_token": token(page),
        "tag": [one.tag for one in seen],
        "product": [one.product_id for one in seen],
    }
    return client.post("/seen", data=sent).status_code


def impressions() -> list[tuple[Any, ...]]:
    return run(
        "select place, position, product_id, seen_at is not null, clicked_at is not null "
        "from recs.impressions order by served_at, place, position"
    )


def counts(condition: str = "true") -> tuple[int, int, int]:
    """Return how often products were shown, seen and clicked on."""
    ((served, seen, clicked),) = run(
        "select coalesce(sum(served), 0)::int, coalesce(sum(seen), 0)::int, "
        f"coalesce(sum(clicked), 0)::int from recs.impression_counts where {condition}"
    )
    return served, seen, clicked


def test_a_stranger_is_counted_without_a_name(visitor: Client) -> None:
    shown = links(visitor.get("/").text)
    assert [one.tag.split(".")[:2] for one in shown] == [
        ["home", str(position)] for position in range(1, len(shown) + 1)
    ]
    assert visitor.get(shown[1].address).status_code == 200
    write(visitor)
    assert impressions() == []
    assert counts("place = 'home'") == (len(shown), 0, 1)
    (clicked,) = run("select product_id, position from recs.impression_counts where clicked > 0")
    assert clicked == (shown[1].product_id, 2)


def test_the_cards_that_a_script_saw_are_counted(visitor: Client) -> None:
    shown = links(visitor.get("/").text)
    assert see(visitor, shown[:3]) == 204
    write(visitor)
    assert counts("place = 'home'")[1:] == (3, 0)


def test_of_whoever_agreed_each_impression_is_a_row(visitor: Client) -> None:
    agree(visitor)
    shown = links(visitor.get("/").text)
    assert len({one.tag for one in shown}) == len(shown)
    assert see(visitor, shown[:2]) == 204
    assert visitor.get(shown[3].address).status_code == 200
    write(visitor)
    # The page of `see` shows the list once more.
    rows = [row for row in impressions() if row[0] == "home"][: len(shown)]
    assert rows == [
        ("home", position, one.product_id, position in {1, 2, 4}, position == 4)
        for position, one in enumerate(shown, start=1)
    ]
    assert run("select count(*) from recs.impressions where session_id is null") == [(0,)]
    assert run("select count(distinct session_id) from recs.impressions") == [(1,)]


def test_a_second_click_is_no_other_one(visitor: Client) -> None:
    agree(visitor)
    first = links(visitor.get("/").text)[0]
    visitor.get(first.address)
    write(visitor)
    before = run("select clicked_at from recs.impressions where clicked_at is not null")
    visitor.get(first.address)
    write(visitor)
    assert run("select clicked_at from recs.impressions where clicked_at is not null") == before


def test_a_link_that_was_passed_on_is_no_click(visitor: Client, other: Client) -> None:
    agree(visitor)
    first = links(visitor.get("/").text)[0]
    write(visitor)
    assert other.get(first.address).status_code == 200
    agree(other)
    assert other.get(first.address).status_code == 200
    write(other)
    assert not any(row[4] for row in impressions())
    assert counts()[2] == 0


def test_what_a_visitor_saw_is_the_shoppers_after_signing_in(visitor: Client) -> None:
    agree(visitor)
    first = links(visitor.get("/").text)[0]
    visitor.get(first.address)
    write(visitor)
    sign_in(visitor, "agreed")
    assert run("select distinct shopper_id from recs.impressions") == [("agreed",)]
    # A page from before.
    write(visitor)
    second = _links_of_home(visitor)[1]
    visitor.get(second.address)
    write(visitor)
    clicked = run("select product_id from recs.impressions where clicked_at is not null order by 1")
    assert clicked == sorted([(first.product_id,), (second.product_id,)])


def test_a_visitor_becomes_no_shopper_who_did_not_agree(visitor: Client) -> None:
    agree(visitor)
    visitor.get("/")
    write(visitor)
    sign_in(visitor, "silent")
    assert run("select distinct shopper_id from recs.impressions") == [(None,)]
    shown = _links_of_home(visitor)
    assert shown[0].tag.startswith("home.1.")


def test_withdrawing_deletes_what_was_kept(visitor: Client) -> None:
    agree(visitor)
    visitor.get("/")
    write(visitor)
    assert impressions()
    agree(visitor, "no")
    assert impressions() == []


@pytest.mark.parametrize("user_agent", ["Googlebot/2.1 (+http://www.google.com/bot.html)", "", " "])
def test_a_bot_is_kept_apart(visitor: Client, user_agent: str) -> None:
    visitor.headers["user-agent"] = user_agent
    shown = links(visitor.get("/").text)
    visitor.get(shown[0].address)
    write(visitor)
    assert counts("not is_bot") == (0, 0, 0)
    assert counts("is_bot and place = 'home'") == (len(shown), 0, 1)


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch"}, {"purpose": "prefetch"}], ids=["new", "old"]
)
def test_a_look_ahead_counts_nowhere(visitor: Client, headers: dict[str, str]) -> None:
    shown = links(visitor.get("/").text)
    write(visitor)
    before = counts()
    visitor.get("/", headers=headers)
    visitor.get(shown[0].address, headers=headers)
    visitor.head(shown[0].address)
    write(visitor)
    assert counts() == before


@pytest.mark.parametrize(
    "tag",
    [
        "home.1.live.no-such-model",
        "elsewhere.1.live.",
        "home.0.live.",
        "home.999.live.",
        "home.1.nowhere.",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "a" * 5000,
        "%00",
        "'; drop table raw.products --",
        "",
    ],
)
def test_what_was_never_written_counts_nowhere(visitor: Client, tag: str) -> None:
    assert visitor.get("/products/pan-01", params={"from": tag}).status_code in {200, 400}
    write(visitor)
    assert counts()[2] == 0


def test_nobody_marks_what_another_one_was_shown(visitor: Client, other: Client) -> None:
    agree(visitor)
    shown = links(visitor.get("/").text)
    write(visitor)
    agree(other)
    assert see(other, shown) == 204
    write(other)
    assert not any(row[3] for row in impressions() if row[1] and row[2] == shown[0].product_id)


def test_canonical_addresses_have_no_tag(visitor: Client) -> None:
    page = visitor.get(links(visitor.get("/").text)[0].address).text
    (canonical,) = re.findall(r'rel="canonical" href="([^"]+)"', page)
    assert parse_qs(urlsplit(canonical).query) == {}


def test_a_message_from_another_site_is_refused(visitor: Client) -> None:
    page = visitor.get("/").text
    shown = links(page)
    sent = {"_csrf_token": token(page), "tag": shown[0].tag, "product": shown[0].product_id}
    answer = visitor.post("/seen", data=sent, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert visitor.post("/seen", data={**sent, "_csrf_token": "x"}).status_code == 403


def test_an_outage_loses_nothing_that_is_shown_from_memory(
    visitor: Client, shop: dict[str, str]
) -> None:
    shown = links(visitor.get("/").text)
    log = visitor.app.state.impressions
    take_away(shop)
    with visitor.portal() as portal:
        assert portal.call(log.write) is False
        kept = log.kept
        assert kept == len(shown)
        bring_back(shop)
        while not portal.call(log.write):
            pass
    assert counts("place = 'home'")[0] == len(shown)


def test_beyond_its_bound_the_log_drops_the_oldest_and_says_so(visitor: Client) -> None:
    log = visitor.app.state.impressions
    log._most = 20
    for _ in range(4):
        visitor.get("/")
    assert log.kept <= 20
    dropped = re.search(
        r'alsolike_impressions_total\{outcome="dropped"\} ([0-9.]+)', _metrics(visitor)
    )
    assert dropped is not None
    assert float(dropped[1]) > 0


def test_a_month_without_a_partition_gets_one(visitor: Client) -> None:
    agree(visitor)
    month = datetime.now(UTC).strftime("%Y_%m")
    execute(f"drop table recs.impressions_{month}")
    shown = links(visitor.get("/").text)
    write(visitor)
    assert len(impressions()) == len(shown)


def test_an_id_tells_when_and_where(visitor: Client) -> None:
    agree(visitor)
    shown = links(visitor.get("/").text)
    write(visitor)
    for position, one in enumerate(shown, start=1):
        found = read_tag(one.tag)
        assert run(
            "select position, served_at = to_timestamp(("
            "'x' || left(replace(impression_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0), "
            "get_byte(uuid_send(impression_id), 15) = position "
            "from recs.impressions where impression_id = %s",
            (found,),
        ) == [(position, True, True)]


def test_positions_go_on_over_the_pages_of_a_list(visitor: Client) -> None:
    page = visitor.get("/").text
    more = re.search(r'hx-get="([^"]+after=[^"]+)"', page)
    if more is None:
        pytest.fail("The kitchen has too few products for a second page.")
    before = len(links(page))
    part = visitor.get(more[1].replace("&amp;", "&"), headers={"hx-request": "true"}).text
    assert links(part)[0].tag.split(".")[1] == str(before + 1)


def test_ids_are_of_version_7_and_no_two_alike() -> None:
    answers = {new_answer().answer_id for _ in range(1000)}
    assert len(answers) == 1000
    assert all(one.version == 7 and one.int & 0xFF == 0 for one in answers)
    assert all(read_tag(str(one)) is None for one in answers)
    one = next(iter(answers))
    assert impression_id(one, 255).int - one.int == 255


def _links_of_home(client: Client) -> list[Link]:
    return links(client.get("/").text)


def _metrics(client: Client) -> str:
    return client.get("/metrics").text

"""Running experiments on pages: who is given which arm, what it changes, and what is kept."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from alsolike.experiments.assignment import Arm, given_arms, unit_of
from alsolike.experiments.plan import Planned, start, stop
from tests.shop.database import add_rows, run
from tests.shop.models import add_model, write_vectors
from tests.web.conftest import Client

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"
OFF = (Arm("control", 0.5), Arm("none", 0.5, is_off=True))
_TOKEN = re.compile(r'name="_csrf_token"\s+value="([^"]+)"')
_LIST = 'id="recommendations"'


@pytest.fixture
def visitor(client: Client) -> Client:
    """Give a visitor with a browser."""
    client.headers["user-agent"] = BROWSER
    return client


def begin(
    client: Client,
    arms: Iterable[Arm],
    *,
    name: str = "test",
    layer: str = "main",
    part: float = 1.0,
    places: tuple[str, ...] = ("home",),
) -> Planned:
    """Start an experiment, of which the app knows at once."""
    planned = start(
        name,
        tuple(arms),
        hypothesis="It helps.",
        places=places,
        layer=layer,
        part=part,
        metric="conversion",
        planned_shoppers=1_000,
        window_days=7,
    )
    look(client)
    return planned


def look(client: Client) -> None:
    with client.portal() as portal:
        portal.call(client.app.state.experiments.read)


def write(client: Client) -> None:
    log = client.app.state.impressions
    with client.portal() as portal:
        while log.kept:
            assert portal.call(log.write)


def post(client: Client, address: str, **fields: str) -> None:
    page = client.get("/sign-in").text
    found = _TOKEN.search(page)
    assert found is not None
    sent = {"_csrf_token": found[1], **fields}
    assert client.post(address, data=sent).status_code == 303


def agree(client: Client, purpose: str = "measurement", answer: str = "yes") -> None:
    post(client, "/personalise", agree=answer, purpose=purpose)


def exposures() -> list[tuple[Any, ...]]:
    return run(
        "select experiment, arm, shopper_id, session_id is not null from recs.exposures order by 1"
    )


def arm_of(client: Client, shopper_id: str) -> str:
    """Return the arm that the hash gives a shopper."""
    unit = unit_of(shopper_id, None)
    assert unit is not None
    (arm,) = given_arms(client.app.state.experiments.all, unit, {}).values()
    return arm.name


def test_of_whoever_did_not_agree_nothing_is_kept_and_nothing_changes(visitor: Client) -> None:
    begin(visitor, OFF)
    for _ in range(3):
        assert _LIST in visitor.get("/").text
    write(visitor)
    assert exposures() == []


def test_an_exposure_is_kept_once_and_the_arm_stays(visitor: Client) -> None:
    begin(visitor, OFF)
    agree(visitor)
    shown = {_LIST in visitor.get("/").text for _ in range(3)}
    write(visitor)
    visitor.get("/")
    write(visitor)
    ((experiment, arm, shopper_id, is_session),) = exposures()
    assert (experiment, shopper_id, is_session) == ("test", None, True)
    assert shown == {arm == "control"}


def test_an_arm_that_is_off_shows_no_list_and_notes_no_impression(visitor: Client) -> None:
    begin(visitor, (Arm("control", 0.000001), Arm("none", 0.999999, is_off=True)))
    agree(visitor)
    page = visitor.get("/")
    assert page.status_code == 200
    assert _LIST not in page.text
    write(visitor)
    assert [row[1] for row in exposures()] == ["none"]
    assert run("select count(*) from recs.impressions where place = 'home'") == [(0,)]


def test_lists_of_the_product_page_can_be_off(visitor: Client) -> None:
    agree(visitor)
    assert 'id="similar"' in visitor.get("/products/knife-01").text
    begin(
        visitor,
        (Arm("control", 0.000001), Arm("none", 0.999999, is_off=True)),
        places=("product-similar",),
    )
    page = visitor.get("/products/knife-01")
    assert page.status_code == 200
    assert 'id="similar"' not in page.text
    # The home page has nothing to do with it.
    assert _LIST in visitor.get("/").text


@pytest.mark.parametrize("address", ["/", "/products/spade-01"], ids=["home", "product"])
def test_the_model_of_an_arm_makes_the_list(visitor: Client, address: str) -> None:
    place = "home" if address == "/" else "product-recommended"
    other = add_model("other", dimension=4)
    write_vectors(
        other,
        {
            f"{kind}-{n:02}": np.array([1, 0, 0, n / 10], np.float32)
            for kind in ("knife", "pan")
            for n in range(30)
        },
    )
    post(visitor, "/sign-in", shopper_id="agreed")
    add_rows(
        "raw.views",
        [
            {
                "view_id": "v",
                "product_id": "knife-01",
                "viewed_at": "2026-01-01",
                "shopper_id": "agreed",
            }
        ],
    )
    begin(
        visitor,
        (Arm("control", 0.000001), Arm("new", 0.999999, model="other")),
        places=(place,),
    )
    assert visitor.get(address).status_code == 200
    write(visitor)
    models = f"select distinct model from recs.impressions where place = '{place}'"
    assert run(models) == [("other",)]
    assert exposures() == [("test", "new", "agreed", False)]
    # While it runs the model goes.
    run("delete from recs.impressions")
    run("select recs.drop_model(%s)", (other,))
    assert visitor.get(address).status_code == 200
    write(visitor)
    assert run(models) == [("average",)]


def test_who_is_not_personalised_is_in_no_experiment_of_models(visitor: Client) -> None:
    begin(visitor, (Arm("control", 0.5), Arm("wide", 0.5, diversity="high")))
    agree(visitor)
    visitor.get("/")
    write(visitor)
    assert exposures() == []
    agree(visitor, "personalisation")
    visitor.get("/")
    write(visitor)
    assert len(exposures()) == 1


def test_a_visitor_keeps_the_arm_after_signing_in(visitor: Client) -> None:
    begin(visitor, OFF)
    hashed = arm_of(visitor, "agreed")
    arms: set[str] = set()
    # Until a visitor has another arm than the shopper would have had.
    while hashed in arms or not arms:
        run("delete from recs.exposures")
        visitor.cookies.clear()
        agree(visitor)
        visitor.get("/")
        write(visitor)
        arms = {row[1] for row in exposures()}
    post(visitor, "/sign-in", shopper_id="agreed")
    (arm,) = arms
    for _ in range(2):
        assert (_LIST in visitor.get("/").text) == (arm == "control")
        write(visitor)
    assert exposures() == [("test", arm, "agreed", True)]
    # On another device too.
    visitor.cookies.clear()
    post(visitor, "/sign-in", shopper_id="agreed")
    assert (_LIST in visitor.get("/").text) == (arm == "control")


def test_a_shopper_who_has_an_arm_keeps_that(visitor: Client) -> None:
    begin(visitor, OFF)
    post(visitor, "/sign-in", shopper_id="agreed")
    visitor.get("/")
    write(visitor)
    before = exposures()
    visitor.cookies.clear()
    agree(visitor)
    visitor.get("/")
    write(visitor)
    post(visitor, "/sign-in", shopper_id="agreed")
    visitor.get("/")
    write(visitor)
    assert [row for row in exposures() if row[2] == "agreed"] == before
    assert len(exposures()) == 2


def test_a_visitor_becomes_no_shopper_who_did_not_agree(visitor: Client) -> None:
    begin(visitor, OFF)
    agree(visitor)
    visitor.get("/")
    write(visitor)
    post(visitor, "/sign-in", shopper_id="silent")
    assert _LIST in visitor.get("/").text
    write(visitor)
    assert [row[2] for row in exposures()] == [None]


def test_withdrawing_deletes_the_arm(visitor: Client) -> None:
    begin(visitor, OFF)
    agree(visitor)
    visitor.get("/")
    write(visitor)
    assert len(exposures()) == 1
    agree(visitor, answer="no")
    assert exposures() == []


def test_a_stopped_experiment_changes_nothing(visitor: Client) -> None:
    begin(visitor, (Arm("control", 0.000001), Arm("none", 0.999999, is_off=True)))
    agree(visitor)
    assert _LIST not in visitor.get("/").text
    stop("test", "enough")
    look(visitor)
    assert _LIST in visitor.get("/").text


def test_bots_and_pages_that_are_fetched_ahead_are_in_no_experiment(visitor: Client) -> None:
    begin(visitor, OFF)
    agree(visitor)
    visitor.get("/", headers={"sec-purpose": "prefetch"})
    visitor.get("/", headers={"user-agent": "Googlebot/2.1"})
    write(visitor)
    assert exposures() == []


def test_what_cannot_be_written_waits(visitor: Client) -> None:
    begin(visitor, OFF)
    agree(visitor)
    log = visitor.app.state.impressions
    log._is_writable = lambda: False
    visitor.get("/")
    kept = log.kept
    with visitor.portal() as portal:
        assert not portal.call(log.write)
    assert log.kept == kept
    log._is_writable = lambda: True
    write(visitor)
    assert len(exposures()) == 1

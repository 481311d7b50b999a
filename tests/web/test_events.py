"""Events of every kind, one or many at a time: each once, and an id stands for one thing."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress

Client = TestClient[Litestar]

AT = "2026-01-02T03:04:05Z"
OF = {"product_id": "pan-01", "shopper_id": "agreed"}
KINDS: dict[str, dict[str, Any]] = {
    "view": OF,
    "click": {**OF, "place": "home", "model": "average"},
    "basket": OF,
    "purchase": {**OF, "quantity": 2, "unit_price": 9.5, "order_id": "o1"},
    "review": {**OF, "rating": 4, "title": "Good", "body": "Holds water."},
    "hide": OF,
    "return": {"purchase_id": "e-purchase", "quantity": 1},
    "unhide": OF,
}
# Of each kind that has an id: the table, its key, and a change that makes it another event.
TABLES = {
    "view": ("raw.views", "view_id", {"product_id": "pan-02"}),
    "click": ("raw.clicks", "click_id", {"place": "product page"}),
    "basket": ("raw.basket_additions", "addition_id", {"product_id": "pan-02"}),
    "purchase": ("raw.purchases", "purchase_id", {"quantity": 3}),
    "review": ("raw.reviews", "review_id", {"product_id": "pan-02"}),
    "return": ("raw.returns", "return_id", {"quantity": 2}),
}


def event(kind: str, **changes: Any) -> dict[str, Any]:
    return {"event_id": f"e-{kind}", "kind": kind, **KINDS[kind], **changes}


def send(client: Client, *events: dict[str, Any]) -> list[dict[str, Any]]:
    response = client.post("/v1/events", json={"events": list(events)})
    assert response.status_code == 200, response.text
    return response.json()["results"]


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connect() as connection:
        return connection.execute(statement.encode()).fetchall()


def test_every_kind_is_recorded_once(client: Client) -> None:
    everything = [event(kind) for kind in KINDS]
    assert [(one["event_id"], one["status"]) for one in send(client, *everything)] == [
        (f"e-{kind}", 201) for kind in KINDS
    ]
    for kind, (table, key, _) in TABLES.items():
        assert rows(f"select {key} from {table} where {key} like 'e-%'") == [(f"e-{kind}",)]
    again = send(client, *[one for one in everything if one["kind"] != "hide"])
    assert {(one["status"], one["reason"]) for one in again} == {(200, "duplicate")}
    assert rows("select quantity, returned_quantity from raw.purchases") == [(2, 1)]


@pytest.mark.parametrize("kind", TABLES)
def test_an_id_stands_for_one_event(client: Client, kind: str) -> None:
    if kind == "return":
        client.post("/v1/events", json=event("purchase", occurred_at=AT))
    first = client.post("/v1/events", json=event(kind, occurred_at=AT))
    assert first.status_code == 201
    # Without a time, with a time in another zone: the same event.
    for same in ({}, {"occurred_at": "2026-01-02T04:04:05+01:00"}):
        response = client.post("/v1/events", json=event(kind, **same))
        assert (response.status_code, response.json()["reason"]) == (200, "duplicate")
    other = event(kind, **TABLES[kind][2])
    refused = client.post("/v1/events", json=other)
    assert refused.status_code == 409
    assert refused.json()["errors"] == [
        {"field": "event_id", "message": f"The event_id 'e-{kind}' stands for another {kind}."}
    ]
    (outcome,) = send(client, other)
    assert (outcome["status"], outcome["recorded"]) == (409, False)
    assert "stands for another" in outcome["detail"]
    if kind != "review":
        assert send(client, event(kind, occurred_at="2026-01-02T03:04:06Z"))[0]["status"] == 409


def test_an_edited_review_replaces_what_it_was(client: Client) -> None:
    send(client, event("review", occurred_at=AT))
    edited = event("review", rating=2, body="Leaks.", occurred_at="2026-01-03T00:00:00Z")
    assert send(client, edited)[0]["status"] == 201
    assert send(client, edited)[0]["reason"] == "duplicate"
    assert send(client, event("review", occurred_at=AT))[0]["reason"] == "duplicate"
    assert rows("select rating, body from raw.reviews where review_id = 'e-review'") == [
        (2, "Leaks.")
    ]


def test_what_is_hidden_may_be_shown_again(client: Client) -> None:
    asked = "/v1/shoppers/agreed/recommendations?k=100"
    send(client, event("hide"))
    assert "pan-01" not in {one["product_id"] for one in client.get(asked).json()["items"]}
    assert send(client, event("unhide"))[0]["status"] == 201
    assert send(client, event("unhide"))[0]["reason"] == "duplicate"
    assert "pan-01" in {one["product_id"] for one in client.get(asked).json()["items"]}


def test_what_is_put_into_a_basket_counts_for_the_taste(client: Client) -> None:
    added = {"event_id": "b1", "kind": "basket", "product_id": "spade-03", "session_id": "visit"}
    assert client.post("/v1/events", json=added).status_code == 201
    asked = {"session_id": "visit", "k": 5}
    found = client.post("/v1/recommendations", json=asked).json()["items"]
    assert {one["product_id"][:5] for one in found} == {"spade"}
    assert found[0]["reason"]["kind"] == "in_basket"
    assert found[0]["reason"]["event_id"] == "b1"
    weights = rows(
        "select kind, weight from unnest(recs.recent_actions(null, 'visit', "
        '\'{"kind_weights": {"purchase": 4, "view": 1}}\'))'
    )
    assert weights == [("basket", 2.5)]


def test_a_click_counts_for_the_list_alone(client: Client) -> None:
    clicked = {"event_id": "c1", "kind": "click", "product_id": "spade-03", "session_id": "visit"}
    assert client.post("/v1/events", json=clicked).status_code == 201
    assert rows("select * from unnest(recs.recent_actions(null, 'visit'))") == []


@pytest.mark.parametrize("kind", ["view", "click", "basket", "hide"])
def test_without_consent_nothing_is_kept(client: Client, kind: str) -> None:
    (outcome,) = send(client, event(kind, shopper_id="silent"))
    assert (outcome["status"], outcome["reason"]) == (200, "no consent")
    kept = "select 1 from raw.views union all select 1 from raw.clicks union all "
    assert (
        rows(f"{kept} select 1 from raw.basket_additions union all select 1 from recs.hides") == []
    )


@pytest.mark.parametrize("kind", ["purchase", "review"])
def test_what_needs_no_consent_makes_its_shopper(client: Client, kind: str) -> None:
    assert send(client, event(kind, shopper_id="somebody new"))[0]["status"] == 201
    assert rows("select 1 from raw.shoppers where shopper_id = 'somebody new'") == [(1,)]
    assert rows("select 1 from raw.consents where shopper_id = 'somebody new'") == []
    assert send(client, event(kind, event_id="g", shopper_id="guest"))[0]["status"] == 400


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (event("view", rating=5), "rating"),
        (event("view", order_id="o"), "order_id"),
        (event("basket", place="home"), "place"),
        (event("review", rating=None), "rating"),
        (event("review", session_id="s", shopper_id=None), "session_id"),
        (event("purchase", product_id=None), "product_id"),
        (event("return", product_id="pan-01"), "product_id"),
        (event("return", shopper_id="agreed"), "shopper_id"),
        (event("return", purchase_id=None), "purchase_id"),
        (event("return", event_id="status:p1"), "event_id"),
        (event("click", shopper_id=None), "shopper_id"),
        (event("view", occurred_at="1970-01-01T00:00:00Z"), "occurred_at"),
        (
            event("view", occurred_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat()),
            "occurred_at",
        ),
    ],
)
def test_what_does_not_go_with_a_kind_is_named(
    reader: Client, sent: dict[str, Any], field: str
) -> None:
    response = reader.post("/v1/events", json=sent)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_review_is_kept_as_text_without_html(client: Client) -> None:
    written = event("review", title="It&#39;s <b>good</b>", body="<p>Holds.</p>5 &lt; 6 mm, R&D")
    assert [one["status"] for one in send(client, written)] == [201]
    assert rows("select title, body from raw.reviews where review_id = 'e-review'") == [
        ("It's good", "Holds.\n5 < 6 mm, R&D")
    ]
    (again,) = send(client, {**written, "title": "It's good"})
    assert again["reason"] == "duplicate"


def test_words_for_nothing_are_nothing(client: Client) -> None:
    """As in a file: who writes `null` means that there is none."""
    sent = send(
        client,
        event("purchase", order_id="null", event_id="n-1"),
        event("review", title="N/A", body=" - ", event_id="n-2"),
        event("view", shopper_id="NULL", session_id="visit", event_id="n-3"),
        event("view", shopper_id=None, session_id="null", event_id="n-4"),
        event("view", product_id="nan", event_id="n-5"),
        event("view", event_id="null"),
        event("return", purchase_id="None", event_id="n-6"),
    )
    assert [(one["status"], one["detail"]) for one in sent] == [
        (201, None),
        (201, None),
        (201, None),
        (400, "events[3].shopper_id: Give one of shopper_id and session_id."),
        (400, "events[4].product_id: A view needs one."),
        (400, "events[5].event_id: 'null' is a word for nothing: give the event's own id."),
        (400, "events[6].purchase_id: A return needs one."),
    ]
    assert rows("select order_id from raw.purchases where purchase_id = 'n-1'") == [(None,)]
    assert rows("select title, body from raw.reviews where review_id = 'n-2'") == [(None, None)]
    assert rows("select shopper_id, session_id from raw.views where view_id = 'n-3'") == [
        (None, "visit")
    ]


def test_what_is_unknown_is_told_for_each(client: Client) -> None:
    results = send(
        client,
        event("view", product_id="nothing"),
        event("return", purchase_id="nothing"),
        event("view", event_id="v2", product_id="pan-01 "),
        event("view", event_id="v3", rating=5),
    )
    assert [one["status"] for one in results] == [404, 404, 201, 400]
    assert results[0]["detail"] == "There is no product 'nothing'."
    assert results[1]["detail"] == "There is no purchase 'nothing'."
    response = client.post("/v1/events", json=event("return", purchase_id="nothing"))
    assert response.json()["errors"][0]["field"] == "purchase_id"


def test_an_item_that_is_no_event_harms_no_other(client: Client) -> None:
    nameless = {name: value for name, value in event("view").items() if name != "event_id"}
    bad: list[tuple[Any, str | None, str]] = [
        (event("view", shopper_id=7), "e-view", "events[0].shopper_id: Expected `str | null`"),
        (nameless, None, "events[1].event_id: Object missing required field `event_id`"),
        (event("purchase", quantity=0), "e-purchase", "events[2].quantity: Expected `int` >= 1"),
        (event("review", rating=6), "e-review", "events[3].rating: Expected `int` <= 5"),
        (event("view", occurred_at="2026-01-02T03:04:05"), "e-view", "events[4].occurred_at: "),
        ({**event("view"), "kind": "glance"}, "e-view", "events[5].kind: Invalid enum value"),
        ("view", None, "events[6]: Expected `object`, got `str`"),
        (event("view", event_id="x" * 201), None, "events[7].event_id: Expected `str`"),
        (event("view", product_id="\0"), "e-view", "events[8].product_id: Holds a NUL"),
    ]
    results = send(client, *(item for item, _, _ in bad), event("view", event_id="good"))
    for result, (_, event_id, detail) in zip(results, bad, strict=False):
        assert (result["event_id"], result["status"], result["recorded"]) == (event_id, 400, False)
        assert result["detail"].startswith(detail)
    assert results[len(bad)]["status"] == 201
    assert rows("select view_id from raw.views where view_id in ('good', 'e-view')") == [("good",)]
    # As JSON Schema has it, 2.0 is an integer.
    (whole,) = send(client, event("purchase", quantity=2.0))
    assert whole["status"] == 201


@pytest.mark.parametrize("is_told", [True, False])
def test_an_event_sent_again_is_none_of_the_product_that_has_the_id_now(
    client: Client, is_told: bool
) -> None:
    time = {"occurred_at": AT} if is_told else {}
    sent = [event(kind, **time) for kind in KINDS if kind not in ("return", "unhide")]
    assert {one["status"] for one in send(client, *sent)} == {201}
    assert client.delete("/v1/products/pan-01").status_code == 200
    put = {"title": "Garden gnome", "category": "Garden > Figures"}
    assert client.put("/v1/products/pan-01", json=put).json()["outcome"] == "created"
    again = send(client, *sent)
    assert [(one["status"], one["reason"]) for one in again] == [(200, "duplicate")] * len(sent)
    assert rows("select event_id from recs.hides where product_id = 'pan-01'") == []
    assert rows("select 1 from raw.purchases where product_id = 'pan-01'") == []
    assert rows("select 'pan-01' = any(recs.left_out('agreed'))") == [(False,)]
    # An edit is one of the review that there is.
    assert send(client, event("review", rating=2))[0]["status"] == 201
    assert rows("select 1 from raw.reviews where product_id = 'pan-01'") == []
    # Another event of the shopper is of the new product.
    new = send(client, *[{**one, "event_id": f"new-{one['kind']}"} for one in sent])
    assert {one["status"] for one in new} == {201}
    assert rows("select event_id from recs.hides where product_id = 'pan-01'") == [("new-hide",)]


def test_of_a_removed_product_only_what_may_arrive_late_is_kept(client: Client) -> None:
    kinds = [kind for kind in KINDS if kind != "unhide"]
    send(client, *[event(kind) for kind in kinds])
    assert client.delete("/v1/products/pan-01").status_code == 200
    again = send(client, *[event(kind) for kind in kinds])
    assert {(one["status"], one["reason"]) for one in again} == {(200, "duplicate")}
    late = [event(kind, event_id="late", shopper_id="agreed") for kind in kinds if kind != "return"]
    late += [event("return", event_id="late", purchase_id="late"), event("unhide")]
    statuses = {
        one["kind"]: found["status"] for one, found in zip(late, send(client, *late), strict=True)
    }
    refused = dict.fromkeys(("view", "click", "basket"), 404)
    # It is hidden already; another one is hidden no more.
    kept = dict.fromkeys(("purchase", "review", "return", "unhide"), 201)
    assert statuses == {**refused, **kept, "hide": 200}
    (hide,) = send(client, event("hide", event_id="later"))
    assert (hide["status"], hide["detail"]) == (404, "There is no product 'pan-01'.")


def test_a_return_is_of_what_was_bought_before(client: Client, tmp_path: Path) -> None:
    send(client, event("purchase", occurred_at=AT))
    early, many = "2026-01-02T03:02:00Z", event("return", quantity=3)
    results = send(client, event("return", occurred_at=early), many)
    assert {one["status"] for one in results} == {400}
    assert [one["detail"].partition(", which")[0] for one in results] == [
        "events[0].occurred_at: Lies before the purchase",
        "events[1].quantity: Is more than was bought: the purchase has 2.",
    ]
    assert results[0]["detail"].endswith("made at 2026-01-02T03:04:05+00:00.")
    # Clocks differ a little; of a file, a time may be a day.
    near = event("return", occurred_at="2026-01-02T03:03:30Z")
    assert [one["status"] for one in send(client, near, near)] == [201, 200]
    (tmp_path / "returns.csv").write_text(
        "return_id,purchase_id,returned_at,quantity\n"
        "f-1,e-purchase,2026-01-01T03:04:04Z,1\n"
        "f-2,e-purchase,2026-01-03,99\n"
        "f-3,e-purchase,2026-01-02,1\n"
    )
    load_folder(tmp_path, consent="none", report=ignore_progress)
    assert rows("select reason from raw.rejected_rows order by line") == [
        ("returned_at is '2026-01-01T03:04:04Z': expected a time after that of its purchase",),
        ("quantity is '99': expected no more than the 2 of its purchase",),
    ]
    assert rows("select return_id from raw.returns order by 1") == [("e-return",), ("f-3",)]


def test_events_that_there_is_no_time_for_are_told_by_themselves(client: Client) -> None:
    batch = [event("view"), event("purchase"), event("view", event_id="later")]
    with connect() as other:
        other.execute("lock table raw.purchases in access exclusive mode")
        results = send(client, *batch)
        # And if there is none for any, the request is refused.
        refused = client.post("/v1/events", json={"events": [event("purchase"), event("view")]})
    assert [one["status"] for one in results] == [201, 503, 503]
    assert results[1]["detail"] == "There was no time for it in this request: send it again."
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert rows("select view_id from raw.views where view_id in ('e-view', 'later')") == [
        ("e-view",)
    ]
    assert [one["status"] for one in send(client, *batch)] == [200, 201, 201]


@pytest.mark.parametrize("events", [[], [event("view")] * 501, {}, "view", None])
def test_a_batch_has_a_form(reader: Client, events: Any) -> None:
    response = reader.post("/v1/events", json={"events": events})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"].startswith("events")


def test_the_same_batch_at_once_leaves_one_row_each(client: Client) -> None:
    batch = [
        *(event("view", event_id=f"v{n}", occurred_at=AT) for n in range(20)),
        *(event("purchase", event_id=f"p{n}", shopper_id=f"new {n % 3}") for n in range(20)),
        *(event("return", event_id=f"r{n}", purchase_id=f"p{n}") for n in range(20)),
    ]
    body = json.dumps({"events": batch}).encode()
    headers = {"content-type": "application/json"}

    def post(_: int) -> Any:
        return client.post("/v1/events", content=body, headers=headers)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    statuses = {one["status"] for answer in answers for one in answer.json()["results"]}
    assert statuses == {200, 201}
    recorded = [
        one["event_id"]
        for answer in answers
        for one in answer.json()["results"]
        if one["status"] == 201
    ]
    assert sorted(recorded) == sorted(one["event_id"] for one in batch)
    for kind, prefix in (("view", "v"), ("purchase", "p"), ("return", "r")):
        table, key, _ = TABLES[kind]
        assert rows(f"select count(*) from {table} where {key} like '{prefix}%'") == [(20,)]

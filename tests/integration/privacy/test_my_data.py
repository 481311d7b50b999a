"""What a shopper is told about themselves: all that is kept, nothing of others, as documented."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from alsolike import cli
from alsolike.database import APP_ROLE, connect
from alsolike.privacy.access import access, shopper_data
from alsolike.privacy.hashes import shopper_hash
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "web" / "static" / "my-data.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

LATELY = "2026-01-02T12:00:00+00:00"
# Tables of docs/privacy.md that tell nobody anything about themselves.
NOT_TOLD = {
    # Of people who are gone: a hash says of whom to no one but this shop.
    "raw.erased_shoppers",
    "raw.readmitted_shoppers",
    # Ids of rows that are told.
    "ops.pulled_rows",
    # Hashes that say neither whose nor which.
    "ops.account_attempts",
    "ops.spent_tokens",
}


def add_somebody(shopper: str) -> None:
    """Add a shopper who has a row in every table that is told."""
    of_them = {"shopper_id": shopper, "product_id": "mug"}
    add_rows("raw.shoppers", [{"shopper_id": shopper, "display_name": f"Name of {shopper}"}])
    add_rows(
        "raw.consents",
        (
            {
                "shopper_id": shopper,
                "purpose": "personalisation",
                "is_granted": is_granted,
                "source": "test",
            }
            for is_granted in (True, False)
        ),
    )
    add_rows(
        "raw.purchases",
        [
            {
                "purchase_id": f"purchase {shopper}",
                "purchased_at": LATELY,
                "quantity": 2,
                "unit_price": "3.50",
                "order_id": f"order {shopper}",
                **of_them,
            }
        ],
    )
    add_rows(
        "raw.returns",
        [
            {
                "return_id": f"return {shopper}",
                "purchase_id": f"purchase {shopper}",
                "returned_at": LATELY,
                "quantity": 1,
            }
        ],
    )
    session = {"session_id": f"session {shopper}"}
    add_rows("raw.views", [{"view_id": f"view {shopper}", "viewed_at": LATELY, **of_them}])
    add_rows(
        "raw.views",
        [{"view_id": f"both {shopper}", "viewed_at": LATELY, **of_them, **session}],
    )
    add_rows(
        "raw.views",
        [
            {
                "view_id": f"before {shopper}",
                "viewed_at": LATELY,
                "product_id": "gone",
                **session,
            }
        ],
    )
    add_rows(
        "raw.basket_additions",
        [{"addition_id": f"addition {shopper}", "added_at": LATELY, **of_them}],
    )
    add_rows(
        "raw.clicks",
        [{"click_id": f"click {shopper}", "clicked_at": LATELY, "place": "home", **of_them}],
    )
    run(
        "insert into recs.experiments (name, hypothesis, layer, layer_from, layer_to, salt, arms,"
        " places, metric, planned_shoppers, window_days) values ('trial', 'It helps.', 'main', 0,"
        " 1, 'salt', '[]', '{home}', 'revenue', 1000, 7) on conflict do nothing"
    )
    add_rows(
        "recs.exposures",
        [
            {
                "experiment": "trial",
                "arm": "control",
                "shopper_id": shopper,
                "exposed_at": LATELY,
            }
        ],
    )
    answer = uuid4()
    add_rows(
        "recs.impressions",
        [
            {
                "impression_id": answer,
                "answer_id": answer,
                "served_at": datetime.now(UTC),
                "position": 1,
                "place": "home",
                "tier": "live",
                "seen_at": LATELY,
                **of_them,
            }
        ],
    )
    add_rows("raw.baskets", [{"basket_id": f"shopper:{shopper}", "shopper_id": shopper}])
    add_rows(
        "raw.basket_lines",
        [{"basket_id": f"shopper:{shopper}", "product_id": "mug", "quantity": 3}],
    )
    add_rows(
        "raw.reviews",
        [
            {
                "review_id": f"review {shopper}",
                "rating": 5,
                "reviewed_at": LATELY,
                "title": 'Says "so"',
                **of_them,
            }
        ],
    )
    add_rows(
        "raw.rejected_rows",
        [
            {
                "source": f"{shopper}.csv",
                "line": 1,
                "reason": "rating is '9'",
                "shopper_hash": shopper_hash(shopper),
            }
        ],
    )
    add_rows("recs.hides", [of_them])
    add_rows("recs.preferences", [{"direction": -1, **of_them}])
    email = f"{shopper}@example.com"
    add_rows(
        "ops.accounts", [{"shopper_id": shopper, "email": email, "password_hash": "argon hash"}]
    )
    add_rows(
        "ops.account_links",
        [
            {
                "token_hash": shopper_hash(f"link {shopper}"),
                "purpose": "reset",
                "shopper_id": shopper,
                "email": email,
                "password_hash": "argon hash",
                "expires_at": LATELY,
            }
        ],
    )
    run(
        "insert into ops.sessions (session_hash, data, expires_at) "
        "values (sha256(convert_to(%(id)s, 'UTF8')), "
        "jsonb_build_object('shopper_id', %(id)s::text, 'hidden', array['mug', 'gone'], "
        "'searches', array['blue mug']), now())",
        {"id": shopper},
    )


@pytest.fixture
def people(database: dict[str, str]) -> None:
    """Add two shoppers who have everything."""
    assert database
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    for shopper in ("anna", "bert"):
        add_somebody(shopper)


def told(shopper: str) -> dict[str, Any]:
    with connect(role=APP_ROLE) as connection:
        text = "".join(shopper_data(connection, shopper))
    return json.loads(text) if text else {}


def documented() -> set[str]:
    """Return the tables that docs/privacy.md names, but those that dbt computes."""
    text = (ROOT / "docs" / "privacy.md").read_text()
    return set(re.findall(r"^\| `((?:raw|recs|ops)\.\w+)` \|.+\|.+\|.+\|$", text, re.MULTILINE))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Give every description of an object in a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)


@pytest.mark.usefixtures("people")
def test_all_that_is_kept_is_told_as_the_schema_says_and_nothing_of_others() -> None:
    kept = told("anna")
    VALIDATOR.validate(kept)
    assert set(kept) == set(SCHEMA["properties"])
    assert "bert" not in json.dumps(kept)
    assert [row["purchase_id"] for row in kept["raw.purchases"]] == ["purchase anna"]
    assert len(kept["raw.consents"]) == 2
    assert {row["view_id"] for row in kept["raw.views"]} == {
        "view anna",
        "both anna",
        # Of an anonymous visit that a row ties to them.
        "before anna",
    }
    assert kept["raw.basket_lines"][0]["product_title"] == "Mug"
    assert kept["raw.returns"][0]["product_title"] == "Mug"
    assert [row["product_title"] for row in kept["ops.sessions"][0]["hidden"]] == ["Mug", None]
    assert kept["ops.sessions"][0]["searches"] == ["blue mug"]
    text = json.dumps(kept)
    assert "hash" not in text
    assert shopper_hash("anna").hex() not in text


@pytest.mark.usefixtures("people")
def test_a_visit_that_two_shoppers_shared_is_told_to_neither() -> None:
    run("update raw.views set session_id = 'shared' where session_id is not null")
    assert {row["view_id"] for row in told("anna")["raw.views"]} == {"view anna", "both anna"}


@pytest.mark.usefixtures("people")
def test_the_command_and_a_webhook_tell_what_the_page_tells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with connect(role=APP_ROLE) as connection:
        row = connection.execute(*access("anna")).fetchone()
    assert row == (told("anna"),)
    assert cli.run(["shopper-data", "anna"]) == 0
    assert json.loads(capsys.readouterr().out) == told("anna")
    assert cli.run(["shopper-data", "nobody"]) == 1


def test_nothing_is_told_of_a_stranger() -> None:
    assert told("nobody") == {}


def test_a_table_with_personal_columns_is_told_or_the_reason_why_not_stands_here() -> None:
    assert documented() - set(SCHEMA["properties"]) <= NOT_TOLD


def test_a_table_that_is_new_is_told_of_and_the_schema_complains() -> None:
    run("create table ops.passports (shopper_id text, passport_hash text, key bytea, name text)")
    run("insert into ops.passports values ('anna', 'h', 'k', 'Anna')")
    kept = told("anna")
    assert kept == {"ops.passports": [{"shopper_id": "anna", "name": "Anna"}]}
    assert [error.validator for error in VALIDATOR.iter_errors(kept)] == ["additionalProperties"]


def test_the_schema_allows_nothing_that_it_does_not_describe() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for described in objects(SCHEMA):
        if "properties" in described:
            assert described["additionalProperties"] is False
            assert described is SCHEMA or set(described["required"]) == set(described["properties"])
    for table, rows in SCHEMA["properties"].items():
        assert rows["description"], table


def test_a_long_history_is_not_held_in_memory() -> None:
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "select 'v' || n, 'anna', 'mug', now() from generate_series(1, 5000) as n"
    )
    with connect(role=APP_ROLE) as connection:
        pieces = list(shopper_data(connection, "anna"))
    assert len(pieces) == 5001
    assert max(map(len, pieces)) < 500
    assert len(json.loads("".join(pieces))["raw.views"]) == 5000

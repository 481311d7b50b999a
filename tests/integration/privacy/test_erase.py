"""What an erasure deletes, and what it leaves of others."""

import json
from typing import Any

import pytest

from alsolike.database import APP_ROLE, connect
from alsolike.privacy.erase import Receipt, erase
from alsolike.privacy.hashes import key_id, pads, shopper_hash
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database")

LATELY = "2026-01-02T12:00:00Z"
PERSON = "anna-1"
# An id that is a word and a number at once, as most shops have.
NUMBERED = "7"


def add_people(*shoppers: str) -> None:
    """Add shoppers who have a row in every table that the site and the loader fill."""
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    add_rows("raw.shoppers", [{"shopper_id": shopper} for shopper in shoppers])
    for shopper in shoppers:
        of_them = {"shopper_id": shopper, "product_id": "mug"}
        add_rows(
            "raw.consents",
            [
                {
                    "shopper_id": shopper,
                    "purpose": "personalisation",
                    "is_granted": True,
                    "source": "test",
                }
            ],
        )
        add_rows(
            "raw.purchases", [{"purchase_id": f"p {shopper}", "purchased_at": LATELY, **of_them}]
        )
        add_rows(
            "raw.views",
            [
                {
                    "view_id": f"v {shopper}",
                    "viewed_at": LATELY,
                    "session_id": f"s {shopper}",
                    **of_them,
                },
                {
                    "view_id": f"before {shopper}",
                    "viewed_at": LATELY,
                    "session_id": f"s {shopper}",
                    "product_id": "mug",
                },
            ],
        )
        add_rows(
            "raw.reviews",
            [{"review_id": f"r {shopper}", "rating": 5, "reviewed_at": LATELY, **of_them}],
        )
        add_rows("recs.hides", [of_them])


def erased(shopper: str) -> Receipt:
    with connect() as connection:
        return erase(connection, shopper, source="command")


def rows_of(table: str) -> list[dict[str, Any]]:
    return [row[0] for row in run(f"select to_jsonb(t) from {table} as t")]


ALL_TABLES = (
    "raw.shoppers",
    "raw.consents",
    "raw.purchases",
    "raw.views",
    "raw.reviews",
    "recs.hides",
)


def test_every_row_of_the_shopper_goes_and_all_others_stay() -> None:
    add_people(PERSON, "bert")
    before = {
        table: [row for row in rows_of(table) if "bert" in json.dumps(row)] for table in ALL_TABLES
    }
    receipt = erased(PERSON)
    assert receipt.counts == {
        "raw.consents": 1,
        "raw.purchases": 1,
        "raw.reviews": 1,
        "raw.shoppers": 1,
        # The second one is of an anonymous session that the first ties to the shopper.
        "raw.views": 2,
        "recs.hides": 1,
    }
    assert {table: rows_of(table) for table in ALL_TABLES} == before


def test_a_session_that_two_shoppers_used_stays() -> None:
    add_people(PERSON, "bert")
    run("update raw.views set session_id = 'shared'")
    assert erased(PERSON).counts["raw.views"] == 1
    assert {row["view_id"] for row in rows_of("raw.views")} == {
        "v bert",
        "before bert",
        f"before {PERSON}",
    }


def test_a_receipt_names_nobody_and_an_erasure_can_be_repeated() -> None:
    add_people(PERSON)
    first = erased(PERSON)
    assert first.erased_before is None
    second = erased(PERSON)
    assert (second.erased_before, second.counts) == (first.erased_at, {})
    assert PERSON not in json.dumps([first.as_dict(), second.as_dict()], default=str)
    stored = json.dumps([rows_of("ops.erasures"), rows_of("raw.erased_shoppers")])
    assert PERSON not in stored
    assert str(first.erasure_id) in stored


def test_an_unknown_shopper_gets_on_the_list() -> None:
    receipt = erased("stranger")
    assert (receipt.counts, receipt.waits_for) == ({}, [])
    assert run("select shopper_hash, erased_at, key_id from raw.erased_shoppers") == [
        (shopper_hash("stranger"), receipt.erased_at, key_id())
    ]
    assert run("select completed_at = erased_at from ops.erasures") == [(True,)]


def test_texts_that_name_the_shopper_are_cut() -> None:
    add_rows(
        "ops.runs",
        [
            {
                "command": "load",
                "arguments": '{"folder": "7", "files": 7}',
                "counts": '{"rows": 7, "notes": ["lacks 1 shopper, such as \'7\'.", "17 rows"]}',
                "error": "Error: shopper_id is 7",
            },
            {"command": "load", "counts": '{"7": 17}', "error": "in 17 rows"},
        ],
    )
    assert erased(NUMBERED).counts == {"ops.runs": 1}
    assert run("select arguments, counts, error from ops.runs order by run_id") == [
        (
            {"folder": "(erased)", "files": 7},
            {"rows": 7, "notes": ["(erased)", "17 rows"]},
            "(erased)",
        ),
        ({}, {"7": 17}, "in 17 rows"),
    ]


@pytest.mark.parametrize("strange", ['a"b\\c', "x{1}.*(?:[y]^$|", "o'neill", "Größe", "l" * 60])
def test_any_id_is_found_in_texts(strange: str) -> None:
    note = f"such as '{strange[:40]}'"
    add_rows(
        "ops.runs",
        [{"command": "load", "counts": json.dumps({"notes": [note]}), "error": note}],
    )
    erased(strange)
    assert run("select counts, error from ops.runs") == [({"notes": ["(erased)"]}, "(erased)")]


def test_rejected_rows_of_the_shopper_go() -> None:
    rejected = {"line": 1, "reason": "rating is 'my wallet'"}
    add_rows(
        "raw.rejected_rows",
        [
            {**rejected, "source": "a.csv", "shopper_hash": shopper_hash(PERSON)},
            {**rejected, "source": "b.csv", "shopper_hash": shopper_hash("bert")},
            # As earlier releases stored them.
            {**rejected, "source": "c.csv", "reason": f"shopper_id is '{PERSON}'"},
            {**rejected, "source": "d.csv", "ids": json.dumps({"shopper_id": PERSON})},
            {**rejected, "source": "e.csv", "reason": f"shopper_id is '{PERSON}0'"},
        ],
    )
    assert erased(PERSON).counts == {"raw.rejected_rows": 3}
    assert {row["source"] for row in rows_of("raw.rejected_rows")} == {"b.csv", "e.csv"}


def test_jobs_of_the_queue_that_name_the_shopper_go() -> None:
    job = "insert into ops.procrastinate_jobs (queue_name, task_name, args) values ('q', %s, %s)"
    with connect() as connection:
        connection.execute("set local search_path = ops, public")
        connection.execute(job, ["tell", '{"shopper_id": "7"}'])
        connection.execute(job, ["embed", '{"keys": [["7", "name"]]}'])
    assert erased(NUMBERED).counts == {"ops.procrastinate_jobs": 1}
    assert run("select task_name from ops.procrastinate_jobs") == [("embed",)]


def test_a_table_that_is_new_is_erased_from_too() -> None:
    run("create table raw.wishes (shopper_id text, session_id text, wish text)")
    run("insert into raw.wishes values ('anna-1', 's', 'a'), (null, 's', 'b'), ('bert', 't', 'c')")
    run("create table recs.tastes (visitor_id text)")
    run("insert into recs.tastes values ('shopper:anna-1'), ('session:s'), ('shopper:bert')")
    assert erased(PERSON).counts == {"raw.wishes": 2, "recs.tastes": 2}


def test_the_app_may_erase_but_not_delete() -> None:
    add_people(PERSON)
    with connect(role=APP_ROLE) as connection:
        assert erase(connection, PERSON, source="api").counts["raw.shoppers"] == 1
    assert rows_of("raw.purchases") == []


def test_a_shopper_who_is_made_anew_is_off_the_list() -> None:
    erased(PERSON)
    statement = "select ops.readmit_shopper(%s, %s)"
    with connect(role=APP_ROLE) as connection:
        for was_listed in (True, False):
            row = connection.execute(statement, [shopper_hash(PERSON), key_id()]).fetchone()
            assert row == (was_listed,)
    assert rows_of("raw.erased_shoppers") == []
    assert erased(PERSON).erased_before is None
    assert rows_of("raw.readmitted_shoppers") == []


@pytest.mark.parametrize("text", ["", "anna-1", "Größe 🎈", "x" * 500])
def test_sql_and_python_compute_the_same_hash(text: str) -> None:
    assert run("select ops.keyed_hash(%s, %s, %s)", [text, *pads()]) == [(shopper_hash(text),)]

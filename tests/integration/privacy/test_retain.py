"""What is dropped for its age, and what stays."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alsolike.database import connect
from alsolike.privacy.retain import is_due, retain
from alsolike.settings import Settings
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database")


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


EVENTS = [
    ("raw.views", "view_id", "viewed_at"),
    ("raw.basket_additions", "addition_id", "added_at"),
    ("raw.clicks", "click_id", "clicked_at"),
]


@pytest.fixture
def shop(database: dict[str, str]) -> None:
    """Fill the tables with one row that is too old and one that is not."""
    assert database
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    add_rows("raw.shoppers", [{"shopper_id": "anna"}])
    for name, days in (("old", 366), ("new", 364)):
        for table, event_id, time in EVENTS:
            event = {"product_id": "mug", time: days_ago(days)}
            add_rows(
                table,
                [
                    {event_id: name, "session_id": "s", **event},
                    {event_id: f"{name} of anna", "shopper_id": "anna", **event},
                ],
            )
    for name, days in (("old", 366), ("new", 364)):
        wish = {"product_id": "mug", "direction": 1, "stated_at": days_ago(days)}
        add_rows("recs.preferences", [{"session_id": name, **wish}])
    add_rows(
        "recs.preferences",
        [
            {
                "shopper_id": "anna",
                "product_id": "mug",
                "direction": 1,
                "stated_at": days_ago(400),
            }
        ],
    )
    for source, days in (("old", 31), ("new", 29)):
        add_rows(
            "raw.rejected_rows",
            [{"source": source, "line": 1, "reason": "bad", "rejected_at": days_ago(days)}],
        )
    for basket, shopper, days in (
        ("visitor-old", None, 31),
        ("visitor-new", None, 29),
        ("shopper:anna", "anna", 400),
    ):
        add_rows(
            "raw.baskets",
            [{"basket_id": basket, "shopper_id": shopper, "changed_at": days_ago(days)}],
        )
        add_rows("raw.basket_lines", [{"basket_id": basket, "product_id": "mug", "quantity": 1}])
    for name, days in (("old", 1), ("new", -1)):
        add_rows(
            "ops.sessions",
            [
                {
                    "session_hash": name.encode() * 8 + bytes(8),
                    "data": "{}",
                    "expires_at": days_ago(days),
                }
            ],
        )
        token = {"token_hash": name.encode() * 8 + bytes(8), "expires_at": days_ago(days)}
        link = {"purpose": "sign-up", "shopper_id": name, "email": f"{name}@example.com"}
        add_rows("ops.account_links", [{**token, **link}])
        attempt = {"key_hash": name.encode() * 8 + bytes(8), "free_at": days_ago(days)}
        add_rows("ops.account_attempts", [attempt])
    for command, days in (("embed", 91), ("load", 91), ("embed", 89)):
        add_rows(
            "ops.runs",
            [
                {
                    "command": command,
                    "finished_at": days_ago(days),
                    "is_success": True,
                    "counts": json.dumps({"days": days}),
                }
            ],
        )
    _add_months()
    for name, days in (("past", 366), ("recent", 364), ("running", None)):
        run(
            "insert into recs.experiments (name, hypothesis, layer, layer_from, layer_to, salt,"
            " arms, places, metric, planned_shoppers, window_days, stopped_at, stopped_because)"
            " values (%s, 'It helps.', 'main', 0, 1, 'salt', '[]', '{home}', 'revenue', 1000, 7,"
            " %s, %s)",
            (name, days and days_ago(days), days and "Over."),
        )
        exposure = {"experiment": name, "arm": "control", "exposed_at": days_ago(400)}
        add_rows("recs.exposures", [{"shopper_id": "anna", **exposure}])
    with connect() as connection:
        connection.execute("set local search_path = ops, public")
        for status, days in (("failed", 8), ("failed", 6), ("todo", 8)):
            connection.execute(
                "with job as (insert into procrastinate_jobs (queue_name, task_name, status, lock) "
                "values ('q', 't', %s, %s) returning id) "
                "insert into procrastinate_events (job_id, type, at) "
                "select id, 'deferred', %s from job",
                [status, f"{status} {days}", days_ago(days)],
            )
        connection.execute(
            "delete from procrastinate_events where at > now() - interval '1 minute'"
        )


def _add_months() -> None:
    """Make a month of impressions that is over for too long, and one that is not."""
    for month in (days_ago(366 + 31), days_ago(364)):
        begins = month.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        run(
            f"create table recs.impressions_{begins:%Y_%m} partition of recs.impressions for values"
            f" from ('{begins}') to ('{begins + timedelta(days=28)}')"
        )


def ids(statement: str) -> list[str]:
    return sorted(row[0] for row in run(statement))


@pytest.mark.usefixtures("shop")
def test_only_what_is_too_old_goes(settings: Settings) -> None:
    wanted = {
        "views of anonymous sessions": 1,
        "basket additions of anonymous sessions": 1,
        "clicks of anonymous sessions": 1,
        "arms of past experiments": 1,
        "months of impressions": 1,
        "wishes of anonymous sessions for more or less": 1,
        "rejected rows": 1,
        "runs": 1,
        "texts of kept runs": 1,
        "ended jobs": 1,
        "baskets of visitors without an account": 1,
        "expired sessions": 1,
        "expired tokens": 0,
        "expired links of accounts": 1,
        "past attempts to sign in": 1,
    }
    assert retain(settings, is_dry=True) == wanted
    assert retain(settings, is_dry=True) == wanted
    assert retain(settings) == {**wanted, "dbt's logs": 0}
    for table, event_id, _ in EVENTS:
        assert ids(f"select {event_id} from {table}") == ["new", "new of anna", "old of anna"]
    assert ids("select experiment from recs.exposures") == ["recent", "running"]
    assert ids("select basket_id from raw.basket_lines") == ["shopper:anna", "visitor-new"]
    assert ids("select source from raw.rejected_rows") == ["new"]
    assert run("select command, counts from ops.runs order by 1") == [
        ("embed", {"days": 89}),
        # It says that this is not the demo's shop.
        ("load", {}),
    ]
    assert ids("select lock from ops.procrastinate_jobs") == ["failed 6", "todo 8"]
    assert ids("select shopper_id from ops.account_links") == ["new"]
    assert set(retain(settings).values()) == {0}


def test_it_is_due_once_a_night_and_when_nights_were_missed() -> None:
    hour = run("select extract(hour from now() at time zone 'UTC')")[0][0]
    is_night = 1 <= hour <= 5
    assert is_due()
    retention = {"command": "retain", "is_success": True, "arguments": '{"dry_run": false}'}
    add_rows("ops.runs", [{**retention, "finished_at": days_ago(2.1)}])
    assert is_due()
    add_rows("ops.runs", [{**retention, "finished_at": days_ago(1)}])
    assert is_due() is is_night
    add_rows("ops.runs", [{**retention, "finished_at": days_ago(0.5)}])
    assert not is_due()


def test_old_logs_of_dbt_go(settings: Settings, tmp_path: Path) -> None:
    logs = tmp_path / "dbt" / "logs"
    logs.mkdir(parents=True)
    for name, days in (("dbt.log.1", 91), ("dbt.log", 0)):
        (logs / name).write_text("text")
        os.utime(logs / name, (days_ago(days).timestamp(),) * 2)
    assert retain(replace(settings, home=tmp_path))["dbt's logs"] == 1
    assert [path.name for path in logs.iterdir()] == ["dbt.log"]

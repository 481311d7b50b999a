"""Drop what is too old: settings say after how many days."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from alsolike.database import connect, query
from alsolike.impression_months import add_impression_months
from alsolike.privacy.follow_up import settle
from alsolike.privacy.local_files import delete_old_logs
from alsolike.settings import Settings


@dataclass(frozen=True, slots=True)
class Rule:
    """What is dropped after how many days: rows by a statement, in words for people."""

    name: str
    statement: str
    days: int


def rules(settings: Settings) -> list[Rule]:
    """Return what is dropped, and when."""
    return [
        Rule(
            "views of anonymous sessions",
            "alsolike/privacy/drop_session_views",
            settings.keep_session_views_days,
        ),
        Rule(
            "basket additions of anonymous sessions",
            "alsolike/privacy/drop_session_basket_additions",
            settings.keep_session_views_days,
        ),
        Rule(
            "clicks of anonymous sessions",
            "alsolike/privacy/drop_session_clicks",
            settings.keep_session_views_days,
        ),
        Rule(
            "months of impressions",
            "alsolike/privacy/drop_impressions",
            settings.keep_impressions_days,
        ),
        Rule(
            "arms of past experiments",
            "alsolike/privacy/drop_exposures",
            settings.keep_impressions_days,
        ),
        Rule(
            "wishes of anonymous sessions for more or less",
            "alsolike/privacy/drop_session_preferences",
            settings.keep_session_views_days,
        ),
        Rule(
            "rejected rows",
            "alsolike/privacy/drop_rejected_rows",
            settings.keep_rejected_rows_days,
        ),
        Rule("runs", "alsolike/privacy/drop_runs", settings.keep_runs_days),
        Rule("texts of kept runs", "alsolike/privacy/empty_runs", settings.keep_runs_days),
        Rule("ended jobs", "alsolike/privacy/drop_jobs", settings.keep_jobs_days),
        Rule(
            "baskets of visitors without an account",
            "alsolike/privacy/drop_old_baskets",
            settings.keep_sessions_days,
        ),
        # By their own time; the days do not count.
        Rule("expired sessions", "alsolike/privacy/drop_expired_sessions", 0),
        Rule("expired tokens", "alsolike/privacy/drop_spent_tokens", 0),
        Rule("expired links of accounts", "alsolike/privacy/drop_account_links", 0),
        Rule("past attempts to sign in", "alsolike/privacy/drop_account_attempts", 0),
    ]


def retain(settings: Settings, *, is_dry: bool = False) -> dict[str, int]:
    """Drop what is too old; return how many rows of each kind.

    Each kind is a transaction of its own. A dry run deletes and undoes it.
    """
    # An open erasure is settled by the runs that are dropped here.
    settle()
    add_impression_months()
    dropped: dict[str, int] = {}
    for rule in rules(settings):
        with connect() as connection:
            # Triggers of the queue's tables find its functions by the search path.
            connection.execute("set local search_path = ops, public")
            dropped[rule.name] = _drop(connection, rule.statement, {"days": rule.days})
            if is_dry:
                connection.rollback()
    if not is_dry:
        dropped["dbt's logs"] = delete_old_logs(settings.home, settings.keep_runs_days)
    return dropped


def is_due() -> bool:
    """Tell whether the last retention is so long ago that tonight's is due."""
    with connect() as connection:
        return connection.execute(query("alsolike/privacy/retain_is_due")).fetchone() == (True,)


def _drop(connection: psycopg.Connection[Any], name: str, parameters: Mapping[str, object]) -> int:
    connection.execute("set local statement_timeout = 0")
    return connection.execute(query(name), parameters).rowcount

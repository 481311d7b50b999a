"""One pull: read what changed, load it as files are loaded, and note how far it came."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from alsolike.database import connect, query
from alsolike.errors import SettingError
from alsolike.loading.consent import ConsentNeededError
from alsolike.loading.rows import Source
from alsolike.loading.sources import LoadError, load_sources
from alsolike.loading.staging import Connection, StagedFile, prepare_session
from alsolike.loading.summary import LoadSummary
from alsolike.locks import hold_lock
from alsolike.progress import Report, ignore_progress
from alsolike.pull.changes import (
    Changes,
    find_changes,
    known_pulls,
    move_watermark,
    remember,
    replace_events,
    take_back_gone_rows,
)
from alsolike.pull.source import PullError, opened_shop
from alsolike.runs import recorded_run
from alsolike.settings import PullSettings

logger = logging.getLogger("alsolike.worker")

_LOCK = "alsolike pull"


class PullRunningError(PullError):
    """Another pull is running: wait for its end."""


def pull(
    settings: PullSettings,
    *,
    report: Report,
    consent: str | None = None,
    is_full: bool = False,
    accepts_deletes: bool = False,
    is_trial: bool = False,
    run_id: int | None = None,
    warn: Callable[[str], None] | None = None,
) -> LoadSummary:
    """Pull what changed in the shop's tables; each view is one transaction.

    All views are read as of one moment. Pulling twice changes nothing.

    Parameters
    ----------
    consent : str or None
        As in `load_sources`; by default what the settings say.
    is_full : bool
        Compare all rows, also of views with `updated_at`.
    accepts_deletes : bool
        Take back rows that are gone even if they are half of what was pulled, or more.
    is_trial : bool
        Store nothing, as in `load_sources`.
    warn : Callable, optional
        Told of columns that are gone from a view since the last pull; the summary notes them too,
        in every pull.

    Raises
    ------
    SettingError
        No schema is set.
    PullError
        The shop's database or its views cannot be read, or another pull is running.
    ConsentNeededError
        Somebody's consent is not stated; nothing was stored.
    """
    if not settings.schema:
        message = "ALSOLIKE_PULL_SCHEMA is not set: name the schema of the views to pull."
        raise SettingError(message)
    with (
        hold_lock(_LOCK, is_patient=False) as is_ours,
        connect(application_name="alsolike pull") as session,
    ):
        if not is_ours:
            raise PullRunningError
        prepare_session(session)
        with opened_shop(settings) as shop:
            views = shop.views()
            known = known_pulls(session)
            changes = {
                view.name: find_changes(
                    shop, session, view, known.get(view.table.name), settings, is_full=is_full
                )
                for view in views
            }
            for name, change in changes.items():
                if warn is not None and change.dropped and change.is_new_shape:
                    warn(f"{name}: {change.dropped}")
            try:
                summary = load_sources(
                    [Source(view.name, view.table, changes[view.name].read) for view in views],
                    origin=settings.schema,
                    consent=consent or settings.consent,
                    report=report,
                    is_trial=is_trial,
                    run_id=run_id,
                    ledger=_Ledger(session, changes, accepts_deletes=accepts_deletes),
                )
            except ConsentNeededError as error:
                message = f"{error} ALSOLIKE_PULL_CONSENT says it for every pull."
                raise ConsentNeededError(message) from error
    for name in sorted(known.keys() - {view.table.name for view in views}):
        summary.note(f"{settings.schema}.{name} is not there: what was pulled from it stays.")
    return summary


def pull_if_due(settings: PullSettings) -> None:
    """Pull for the worker, unless nothing is to be pulled yet.

    A failure is one line in the log and a failed run in `ops.runs`: the worker goes on with what is
    there, and its next round tries again.
    """
    if not settings.schema or not _is_due(settings):
        return
    try:
        with recorded_run("worker", {"task": "pull"}) as counts:
            summary = pull(
                settings, report=ignore_progress, run_id=counts.run_id, warn=logger.warning
            )
            counts.update(summary.as_counts())
    except PullRunningError:
        # Another process does it.
        return
    except (PullError, ConsentNeededError, LoadError, SettingError) as error:
        logger.warning("Nothing was pulled: %s", error)
        return
    if summary.has_mostly_rejected:
        logger.warning("Pulled, but: %s", summary.rejected_text())


def _is_due(settings: PullSettings) -> bool:
    with connect() as connection:
        row = connection.execute(
            query("alsolike/pull/is_due"), {"seconds": settings.every_seconds}
        ).fetchone()
    return row == (True,)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What a pull keeps about the rows of each view, in the transaction that stores them."""

    session: Connection
    changes: Mapping[str, Changes]
    accepts_deletes: bool = field(kw_only=True)

    def open(self, staged: StagedFile) -> int:
        """Replace the events that the source changed; return how many."""
        return replace_events(staged)

    def close(self, source: Source, staged: StagedFile) -> Iterator[str]:
        """Take back the rows that are gone; note which were stored and how far the view came."""
        changes = self.changes[source.name]
        yield from take_back_gone_rows(changes, staged, accepts_deletes=self.accepts_deletes)
        remember(changes, staged)
        move_watermark(changes, staged.connection)

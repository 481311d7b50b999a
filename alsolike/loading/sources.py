"""Load a list of sources in their order, each in a transaction of its own."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from tempfile import TemporaryFile
from threading import Event
from typing import IO, Protocol

import psycopg

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError, InputFileError
from alsolike.loading.catalogue import (
    add_named_shoppers,
    count_lacking,
    fill_prices,
    refuse_alike,
    take_out_products,
    upsert_products,
    upsert_shoppers,
)
from alsolike.loading.consent import CONSENTS, ConsentNeededError, require_stated_consent
from alsolike.loading.erased import leave_out_erased
from alsolike.loading.events import (
    count_older_reviews,
    insert_events,
    leave_out_views,
    take_back_purchases,
)
from alsolike.loading.gone import half_gone
from alsolike.loading.people import list_shoppers, notes_on_shoppers
from alsolike.loading.rows import Chunk, Reading, Source
from alsolike.loading.staging import (
    Connection,
    StagedFile,
    check,
    commonest_reasons,
    count_future,
    count_left_out,
    count_rejected,
    discard,
    explain_unknown_products,
    has_time_without_zone,
    keep_rejected,
    prepare_session,
    repair,
    sample_products,
    stage,
)
from alsolike.loading.summary import FileSummary, LoadSummary, counted
from alsolike.loading.tables import PRODUCTS, PURCHASES, RETURNS, REVIEWS, SHOPPERS, VIEWS
from alsolike.progress import Report


class Ledger(Protocol):
    """What is kept about the rows of a source by who loads them, in the transaction of the rows."""

    @property
    def session(self) -> Connection:
        """The one session in which the sources are loaded."""
        ...

    def open(self, staged: StagedFile) -> int:
        """Work on events before they are stored; return how many stored ones it changed."""
        ...

    def close(self, source: Source, staged: StagedFile) -> Iterator[str]:
        """Work on a source whose usable rows are stored; say in notes what was done."""
        ...


# Files that were copied together may be dated in any order.
_SAME_AGE = timedelta(minutes=1)


class LoadError(AlsolikeError):
    """The database refused the load; nothing of the file was kept."""


def load_sources(
    sources: Sequence[Source],
    *,
    origin: str,
    consent: str | None,
    report: Report,
    is_full: bool = False,
    accepts_deletes: bool = False,
    is_trial: bool = False,
    run_id: int | None = None,
    ledger: Ledger | None = None,
) -> LoadSummary:
    """Load files in their order, and read the next file while one is stored.

    Parameters
    ----------
    origin : str
        The folder's or data set's name, recorded with each decision on consent.
    consent : str or None
        `personalisation` or `none`: what sessions, and shoppers without a decision, agreed to.
        If it is None, the load first reads all files for such sessions and shoppers.
    is_full : bool
        The file of products has all that are sold; the load sets the others out of stock.
    accepts_deletes : bool
        It may do so with half of the products on sale, or more.
    is_trial : bool
        Store nothing: all is done in one transaction, which is rolled back. The summary has five
        products as they would be.
    run_id : int, optional
        The run that the rejected rows belong to.
    ledger : Ledger, optional
        What follows the rows of a source in their transaction. The sources then have all that the
        shop has, though only what changed is read.

    Raises
    ------
    ConsentNeededError
        `consent` is None and somebody's is not stated. Nothing was stored.
    InputFileError
        A file was refused whole. The message says which files before it stay loaded.
    LoadError
        The database refused a statement.
    """
    if consent is not None and consent not in CONSENTS:
        message = f"consent is {consent!r}: expected {' or '.join(CONSENTS)}."
        raise ValueError(message)
    with ExitStack() as stack:
        if ledger is not None:
            sessions = [ledger.session]
        else:
            # One session reads while the other stores: a staged file belongs to its transaction.
            sessions = [
                stack.enter_context(connect(application_name="alsolike load"))
                for _ in range(1 if is_trial else 2)
            ]
            for session in sessions:
                prepare_session(session)
        if is_trial:
            stack.callback(sessions[0].rollback)
        load = _Load(
            f"import:{origin}",
            report,
            stack.enter_context(TemporaryFile()),
            is_granted=consent == "personalisation",
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            run_id=run_id,
            summary=LoadSummary(is_trial=is_trial),
            ledger=ledger,
        )
        if consent is None:
            with load.loaded_files_in_errors():
                load.require_stated_consent(sessions[0], sources)
        reader = stack.enter_context(ThreadPoolExecutor(len(sessions), "alsolike-read"))
        stack.callback(load.stop.set)
        waiting = deque(sources)
        stagings = deque(
            reader.submit(load.stage, waiting.popleft(), session)
            for session in sessions[: len(sources)]
        )
        while stagings:
            with load.loaded_files_in_errors():
                source, reading, staged = stagings.popleft().result()
            load.store(source, reading, staged)
            if waiting:
                stagings.append(reader.submit(load.stage, waiting.popleft(), staged.connection))
    return load.summary


@dataclass(slots=True)
class _Load:
    """One call of `load_sources`.

    Attributes
    ----------
    listed : file
        The ids of the load's file of shoppers, once `has_listed` is true.
    stop : Event
        Ends the reading threads.
    products : str or None
        The name of the load's file of products, once it is stored.
    """

    origin: str
    report: Report
    listed: IO[bytes]
    is_granted: bool
    is_full: bool
    accepts_deletes: bool
    is_trial: bool
    run_id: int | None
    summary: LoadSummary
    ledger: Ledger | None
    stop: Event = field(default_factory=Event)
    products: str | None = None
    has_listed: bool = False

    @contextmanager
    def loaded_files_in_errors(self) -> Generator[None]:
        """Add to an `InputFileError` of the block which files stay loaded."""
        try:
            yield
        except InputFileError as error:
            message = f"{error}{self._loaded_before()}"
            raise InputFileError(message) from error

    def require_stated_consent(self, connection: Connection, sources: Sequence[Source]) -> None:
        """Refuse a load of people whose consent nothing states; a trial only notes it."""
        try:
            require_stated_consent(connection, sources, self.report)
        except ConsentNeededError as error:
            if not self.is_trial:
                raise
            self.summary.note(str(error))

    def stage(self, source: Source, connection: Connection) -> tuple[Source, Reading, StagedFile]:
        """Read a source into its session's staging table; runs in a reading thread."""
        reading = Reading()

        def report(rows: int) -> None:
            # Never report rows == total while staging: the bar would show 100 % too early.
            is_read = reading.total is not None and rows >= reading.total
            self.report(f"load {source.name}", rows, None if is_read else reading.total)

        chunks = self._until_stopped(source.read(reading))
        try:
            staged = stage(connection, source.table, chunks, report)
        except psycopg.Error as error:
            raise self._refused(source, error) from error
        staged.is_trial = self.is_trial
        return source, reading, staged

    def store(self, source: Source, reading: Reading, staged: StagedFile) -> None:
        """Check a staged source, put its usable rows into their table, and commit."""
        try:
            summary = self._store(source, reading, staged)
            discard(staged)
            if not self.is_trial:
                staged.connection.commit()
        except psycopg.Error as error:
            raise self._refused(source, error) from error
        self.summary.files.append(summary)
        self.report(f"load {source.name}", staged.rows, staged.rows)

    def _store(self, source: Source, reading: Reading, staged: StagedFile) -> FileSummary:
        erased = leave_out_erased(staged)
        if source.table is PRODUCTS:
            fill_prices(staged, reading.columns)
        notes = [*reading.notes(), *repair(staged)]
        if erased:
            notes.append(f"{counted(erased, 'row')} of erased shoppers left out.")
        check(staged)
        if source.table is PRODUCTS:
            loaded = self._store_products(source, staged, reading.columns, notes)
        elif source.table is SHOPPERS:
            loaded = self._store_shoppers(staged, notes)
        elif source.table is RETURNS:
            loaded = self._insert_events(staged)
        else:
            loaded = self._store_events(source, staged, notes)
        rejected = count_rejected(staged)
        not_kept = count_left_out(staged) - rejected
        reasons = commonest_reasons(staged) if rejected else []
        keep_rejected(staged, source.name, self.run_id)
        if self.is_trial and source.table is PRODUCTS:
            self.summary.products = sample_products(staged)
        if self.ledger is not None:
            notes.extend(self.ledger.close(source, staged))
        if not staged.rows and reading.known is None:
            notes.append("it has no rows.")
        self._note(source, staged, notes)
        unchanged = staged.rows - loaded - rejected - not_kept + (reading.known or 0)
        return FileSummary(source.name, loaded, unchanged, rejected, not_kept + erased, reasons)

    def _note(self, source: Source, staged: StagedFile, notes: list[str]) -> None:
        """Add to the summary what was noted of a source, and what its times show."""
        if source.table not in (PRODUCTS, SHOPPERS) and (future := count_future(staged)):
            notes.append(f"{counted(future, 'time')} in the future: is a zone missing?")
        for note in notes:
            self.summary.note(f"{source.name}: {note}")
        if has_time_without_zone(staged):
            self.summary.note("Times without a zone were taken as UTC.")

    def _store_products(
        self, source: Source, staged: StagedFile, columns: set[str], notes: list[str]
    ) -> int:
        self.products = source.name
        if not self.is_full:
            return upsert_products(staged, columns, is_full=self.ledger is not None)
        self._refuse_older(source, staged)
        gone, known = count_lacking(staged)
        loaded = upsert_products(staged, columns, is_full=True)
        self._refuse_unusable(source, staged)
        lacking = half_gone(
            source.name,
            staged.rows,
            gone=gone,
            known=known,
            were="are on sale",
            outcome=self._loaded_before().strip(),
            command="load … --full",
        )
        if lacking is not None and not self.accepts_deletes:
            raise InputFileError(lacking)
        self.summary.full_as_of = source.written_at
        if taken_out := take_out_products(staged):
            notes.append(f"{counted(taken_out, 'product')} that it lacks taken off sale.")
        return loaded

    def _refuse_unusable(self, source: Source, staged: StagedFile) -> None:
        """Refuse a full file of products half of whose rows cannot be used, or that has none."""
        rejected = count_rejected(staged)
        if 2 * rejected < staged.rows:
            return
        fault = (
            f"{rejected:,} of its {staged.rows:,} rows cannot be used"
            if staged.rows
            else "it has no rows"
        )
        reasons = "; ".join(
            f"line {rejection.line}: {rejection.reason}" for rejection in commonest_reasons(staged)
        )
        message = (
            f"{source.name} is no full catalogue: {fault}"
            f"{f' ({reasons})' if reasons else ''}.{self._loaded_before()}"
        )
        raise InputFileError(message)

    def _refuse_older(self, source: Source, staged: StagedFile) -> None:
        """Refuse a full file of products that is older than the last one; a minute is none."""
        row = staged.connection.execute(query("alsolike/loading/latest_full")).fetchone()
        latest = None if row is None else row[0]
        written = source.written_at
        if latest is not None and written is not None and written < latest - _SAME_AGE:
            message = (
                f"{source.name} was written at {written:%Y-%m-%d %H:%M:%S} UTC, and a full file of "
                f"{latest:%Y-%m-%d %H:%M:%S} is loaded: give the newer one, or leave --full out."
                f"{self._loaded_before()}"
            )
            raise InputFileError(message)

    def _store_shoppers(self, staged: StagedFile, notes: list[str]) -> int:
        if self.ledger is None:
            self.has_listed = True
            list_shoppers(staged, self.listed)
        source = f"{self.origin}/shoppers"
        loaded = upsert_shoppers(staged, source)
        if (note := refuse_alike(staged, source)) is not None:
            notes.append(note)
        self._add_named_shoppers(staged, notes)
        return loaded

    def _store_events(self, source: Source, staged: StagedFile, notes: list[str]) -> int:
        explain_unknown_products(staged, self.products)
        if source.table is VIEWS:
            # First, because only the views of shoppers who agreed are kept.
            self._add_named_shoppers(staged, notes)
            notes.extend(leave_out_views(staged, is_granted=self.is_granted))
        loaded = self._insert_events(staged)
        if source.table is not VIEWS:
            self._add_named_shoppers(staged, notes)
        if source.table is PURCHASES:
            loaded += take_back_purchases(staged)
        if source.table is REVIEWS and (older := count_older_reviews(staged)):
            notes.append(f"{counted(older, 'review')} left out: a later version is there.")
        notes.extend(notes_on_shoppers(staged, self.listed if self.has_listed else None))
        return loaded

    def _insert_events(self, staged: StagedFile) -> int:
        changed = 0 if self.ledger is None else self.ledger.open(staged)
        return changed + insert_events(staged)

    def _add_named_shoppers(self, staged: StagedFile, notes: list[str]) -> None:
        note = add_named_shoppers(staged, is_granted=self.is_granted, source=self.origin)
        if note is not None:
            notes.append(note)

    def _until_stopped(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            if self.stop.is_set():
                return
            yield chunk

    def _refused(self, source: Source, error: psycopg.Error) -> LoadError:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return LoadError(
            f"{source.name} was not loaded, the database said: {reason}.{self._loaded_before()}"
        )

    def _loaded_before(self) -> str:
        names = [file.name for file in self.summary.files]
        if self.is_trial or not names:
            return " Nothing was loaded."
        return f" Nothing of it was loaded; what was loaded before it stays: {', '.join(names)}."

"""Build the staging and marts schemas with dbt.

dbt runs in a process of its own: inside ours it would take over logging and signals, keep global
state between runs, and hold its memory. It prints one JSON object per line while it works and
writes `run_results.json` at the end. That file, the parsed project and the log stay below the home
folder, so a second run need not parse again.
"""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any, cast

from alsolike.database import connect, is_pooled, query
from alsolike.errors import TransformError
from alsolike.locks import hold_lock
from alsolike.progress import Report
from alsolike.schemas import in_schemas
from alsolike.settings import child_environment, libpq_options, load_settings
from alsolike.variants import group_by_title

PROJECT = Path(__file__).parents[1] / "dbt"
# The lock that lets one transform of a database run at a time.
TRANSFORM_LOCK = "alsolike transform"

_STAGE = "transform"
_FAILED_STATUSES = frozenset({"error", "fail", "runtime error", "partial success"})
# libpq's options of a session whose statements and transactions take as long as they take.
_WITHOUT_LIMITS = (
    "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"
)
_HAS_TRANSACTION_TIMEOUT = 170_000
_SECONDS_TO_CANCEL = 10.0
_LONGEST_MESSAGE = 300
# What each reason of marts.excluded_visitor_counts counts.
_ACTS = {"acts": "views, reviews and orders", "orders": "orders"}


@dataclass(frozen=True, slots=True)
class ExcludedVisitors:
    """Visitors that the marts leave out because they did more on one day than any person does.

    Attributes
    ----------
    reason : str
        'acts' (looks, reviews, orders and purchases without an order) or 'orders'.
    daily_limit : int
        The most of them on one day (UTC) that a person is believed to do.
    visitors, events : int
        Number of visitors, and of their events on all days.
    """

    reason: str
    daily_limit: int
    visitors: int
    events: int


@dataclass(frozen=True, slots=True)
class TransformSummary:
    """What a transform did.

    Attributes
    ----------
    nodes : dict of str to int
        Models and tests by dbt's status: `success`, `pass`, `warn`, `no-op`.
    seconds : float
        Wall-clock time of the whole run, starting dbt included.
    excluded : list of ExcludedVisitors
        Who is left out of the marts, one entry per reason.
    """

    nodes: dict[str, int]
    seconds: float
    excluded: list[ExcludedVisitors] = field(default_factory=list[ExcludedVisitors])

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for `--json` and `ops.runs`."""
        return {
            "nodes": self.nodes,
            "seconds": round(self.seconds, 1),
            "excluded": [asdict(part) for part in self.excluded],
        }

    def text(self) -> str:
        """Return the command's output: one line, and a second if visitors are left out."""
        nodes = ", ".join(f"{count} {status}" for status, count in sorted(self.nodes.items()))
        line = f"Transformed in {self.seconds:.0f} s: {nodes}."
        if not self.excluded:
            return line
        visitors = sum(part.visitors for part in self.excluded)
        events = sum(part.events for part in self.excluded)
        why = ", ".join(
            f"{part.visitors:,} with more than {part.daily_limit:,} {_ACTS[part.reason]}"
            for part in self.excluded
        )
        return (
            f"{line}\nLeft out {visitors:,} visitor{'' if visitors == 1 else 's'} with {events:,} "
            f"events, who did more on one day than a person does: {why} "
            f"({in_schemas('marts.excluded_visitor_counts')})."
        )


class NodesFailedError(TransformError):
    """Models or tests failed.

    Attributes
    ----------
    failures : list of str
        A line for each failed model or test, in dbt's order: its name and what went wrong.
    log : Path
        dbt's log, with the statements.
    """

    def __init__(self, failures: list[str], log: Path) -> None:
        self.failures = failures
        self.log = log
        others = len(failures) - 1
        more = f" ({others} more failed)" if others else ""
        super().__init__(f"Transform failed at {failures[0]}{more}. The whole log: {log}")


def transform(
    *,
    full_refresh: bool = False,
    select: str | None = None,
    with_tests: bool = True,
    patience: int | None = None,
    report: Report,
) -> TransformSummary:
    """Build the models from raw, each followed by its tests, and the words that searches correct.

    Before the models, products are grouped by their titles.

    Each table stays readable until its successor is complete.

    Parameters
    ----------
    full_refresh : bool
        Build incremental models from nothing.
    select : str, optional
        dbt's node selection, such as `product_pairs` or `+product_pairs`; by default everything.
    with_tests : bool
        Run the unit tests and data tests too.
    patience : int, optional
        Seconds to try to exchange a table that others keep reading, before its model fails; by
        default dbt's variable `swap_patience_seconds`.
    report : Report
        Gets the number of finished models and tests, and of all.

    Raises
    ------
    DatabaseUnavailableError
        The server cannot be reached or refuses the user.
    TransformError
        The schema is missing, another transform runs on the database, nothing is selected, or dbt
        could not begin.
    NodesFailedError
        Models or tests failed; the models that do not depend on them are built.
    """
    settings = load_settings()
    home = settings.home / "dbt"
    target, logs = home / "target", home / "logs"
    for folder in (target, logs):
        folder.mkdir(parents=True, exist_ok=True)
    results = target / "run_results.json"

    options = ["--full-refresh"] if full_refresh else []
    options += ["--select", select] if select else []
    options += [] if patience is None else ["--vars", f"{{swap_patience_seconds: {patience}}}"]
    begin = time.monotonic()
    with _only_transform() as variables:
        results.unlink(missing_ok=True)
        group_by_title(is_on=settings.are_variants_by_title)
        complaint = _run_dbt(
            "build" if with_tests else "run",
            options,
            variables,
            target=target,
            logs=logs,
            report=report,
        )
    summary = _summarise(results, complaint, logs / "dbt.log", time.monotonic() - begin)
    with connect() as connection:
        connection.execute("select recs.write_search_words()")
    # The total that dbt announces counts some unit tests twice.
    count = sum(summary.nodes.values())
    report(_STAGE, count, count)
    return replace(summary, excluded=_read_excluded())


def _read_excluded() -> list[ExcludedVisitors]:
    """Read who is left out; nobody if the mart is not built yet."""
    with connect() as connection:
        mart = "select to_regclass('marts.excluded_visitor_counts')"
        if connection.execute(mart).fetchone() == (None,):
            return []
        rows = connection.execute(query("alsolike/excluded_visitors")).fetchall()
    return [ExcludedVisitors(*row) for row in rows]


@contextmanager
def _only_transform() -> Generator[dict[str, str]]:
    """Hold the transform lock; yield the environment variables that dbt needs."""
    with connect() as connection:
        if connection.execute("select to_regclass('ops.locks')").fetchone() == (None,):
            message = "The schema is missing or old: run `alsolike migrate` first."
            raise TransformError(message)
        info = connection.info
        # libpq reads missing values from a service file, for example; dbt's profile cannot.
        variables = {
            "PGHOST": info.host,
            "PGPORT": str(info.port),
            "PGUSER": info.user,
            "PGDATABASE": info.dbname,
        }
        if info.password:
            variables["PGPASSWORD"] = info.password
        if not is_pooled(connection):
            # A role's time limits would end models that take longer. A pooler refuses options.
            variables["PGOPTIONS"] = f"{libpq_options()} {_WITHOUT_LIMITS}".strip()
            if info.server_version >= _HAS_TRANSACTION_TIMEOUT:
                variables["PGOPTIONS"] += " -c transaction_timeout=0"
    with hold_lock(TRANSFORM_LOCK, is_patient=False) as is_ours:
        if not is_ours:
            message = "Another transform is at work on this database: wait for its end."
            raise TransformError(message)
        yield variables


def _run_dbt(
    command: str,
    options: Iterable[str],
    variables: Mapping[str, str],
    *,
    target: Path,
    logs: Path,
    report: Report,
) -> str:
    """Run dbt; return its last error message, empty if it had none."""
    arguments = [
        # -P keeps our folder `dbt` out of the way of the package.
        sys.executable,
        "-P",
        "-c",
        "from dbt.cli.main import cli; cli()",
        "--no-send-anonymous-usage-stats",
        "--no-version-check",
        "--no-use-colors",
        "--log-format",
        "json",
        "--log-level",
        "info",
        "--log-path",
        str(logs),
        command,
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(target),
        *options,
    ]
    process = subprocess.Popen(  # noqa: S603  (this interpreter, on our own project)
        arguments,
        env=child_environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        # Ctrl-C reaches only this process, which passes it on once.
        start_new_session=True,
    )
    with process:
        try:
            return _follow(cast("IO[str]", process.stdout), report)
        except BaseException:
            _cancel(process)
            raise


def _follow(lines: Iterable[str], report: Report) -> str:
    """Report progress from dbt's lines, JSON events or what a crash prints.

    Returns
    -------
    str
        The last error message, empty if there was none.
    """
    done, complaint = 0, ""
    total: int | None = None
    for line in lines:
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError):
            complaint = line if line.strip() else complaint
            continue
        before = (done, total)
        if info["name"] == "LogStartLine":
            total = data["total"]
        elif "index" in data and ("total" in data or "num_models" in data):
            done += 1
        if info["level"] == "error":
            complaint = info["msg"]
        if (done, total) != before:
            report(_STAGE, done, total)
    return complaint


def _cancel(process: subprocess.Popen[str]) -> None:
    """Stop dbt by an interrupt, on which it cancels its statements in the database."""
    process.send_signal(signal.SIGINT)
    try:
        # This reads dbt's last lines, so that it can end.
        process.communicate(timeout=_SECONDS_TO_CANCEL)
    except subprocess.TimeoutExpired:
        process.kill()


def _summarise(results: Path, complaint: str, log: Path, seconds: float) -> TransformSummary:
    """Read the result of every node."""
    if not results.exists():
        reason = _one_line(complaint) or "it ended without a result"
        message = f"dbt could not begin: {reason}. The whole log: {log}"
        raise TransformError(message)
    nodes: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))["results"]
    failures = [_failure(node) for node in nodes if node["status"] in _FAILED_STATUSES]
    if failures:
        raise NodesFailedError(failures, log)
    if not nodes:
        message = "Nothing was selected: `select` names no model or test of the dbt project."
        raise TransformError(message)
    return TransformSummary(dict(Counter(str(node["status"]) for node in nodes)), seconds)


def _failure(node: Mapping[str, Any]) -> str:
    """Return one line that says which node failed and why."""
    # For example model.alsolike.product_pairs or test.alsolike.not_null_a_b.1f2e3d4c5b.
    kind, _project, name = str(node["unique_id"]).split(".", 2)
    if kind == "test":
        name = name.rsplit(".", 1)[0] if "." in name else name
    return f"{kind.replace('_', ' ')} {name}: {_one_line(str(node['message'] or node['status']))}"


def _one_line(message: str) -> str:
    """Return the line of dbt's message that says what is wrong."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if lines and lines[0].startswith("Traceback"):
        del lines[:-1]
    # The first of several lines only says where: "Database Error in model x (models/x.sql)".
    while len(lines) > 1 and (" Error" in lines[0] or lines[0].startswith("Encountered")):
        del lines[0]
    return lines[0][:_LONGEST_MESSAGE].rstrip(".") if lines else ""

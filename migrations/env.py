"""Run the migrations over the connection that libpq's `PG*` variables name.

A revision gives up soon when it waits for a lock or takes long, because everybody who needs the
table waits behind it. One that needs more time says why. Going down has the time that it needs:
nothing uses what it drops.
"""

from typing import Any

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

from alsolike.database import open_connection
from alsolike.revision_steps import LOCK_TIMEOUT, LONG_TIMEOUT, STATEMENT_TIMEOUT, drop_functions
from alsolike.schemas import schema_name


def _connection() -> psycopg.Connection[Any]:
    """Open a connection as SQLAlchemy wants it."""
    connection = open_connection("alsolike migrate")
    connection.autocommit = False
    return connection


def run() -> None:
    """Apply the revisions that were asked for: up each in a transaction of its own, down in one."""
    is_one_transaction = "is_one_transaction" in context.config.attributes
    statement_timeout = LONG_TIMEOUT if is_one_transaction else STATEMENT_TIMEOUT
    engine = create_engine("postgresql+psycopg://", creator=_connection, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"set lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql(f"set statement_timeout = '{statement_timeout}'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=None,
            version_table="schema_revision",
            version_table_schema=schema_name("ops"),
            transaction_per_migration=not is_one_transaction,
        )
        with context.begin_transaction():
            if is_one_transaction:
                drop_functions(connection)
            context.run_migrations()
    engine.dispose()


run()

"""Run the migrations over the connection that libpq's `PG*` variables name.

Every migration gives up rather than queue behind a long transaction: a waiting `alter table`
blocks all who come after it.
"""

from alembic import context
from sqlalchemy import create_engine, pool

LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "15min"


def run() -> None:
    """Apply the revisions that were asked for: up each in a transaction of its own, down in one."""
    engine = create_engine("postgresql+psycopg://", poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"set lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql(f"set statement_timeout = '{STATEMENT_TIMEOUT}'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=None,
            version_table="schema_revision",
            version_table_schema="public",
            transaction_per_migration="is_one_transaction" not in context.config.attributes,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()

"""Alembic's entry: runs on the connection handed in by `Store.upgrade`."""

from alembic import context

from booking_core.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's DDL takes part in the transaction that Store.upgrade began.
    transactional_ddl=True,
)
context.run_migrations()

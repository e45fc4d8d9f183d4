"""Alembic's migrations, run by `Store.upgrade`."""

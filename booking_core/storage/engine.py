"""Opening SQLite or PostgreSQL so that both keep the same promises."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    create_engine,
    event,
    insert,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from booking_core.storage.tables import journal, metadata, retention

T = TypeVar("T")
WAIT_SECONDS = 15
RETRIES = 3

# SQLite names the columns of a unique index that is broken, not the index.
UNIQUE_ON_SQLITE = {
    "appointment.person_id, appointment.reason": "appointment_reason",
    "request.key": "request_pkey",
    "hold.holder": "hold_holder",
    "waiting.person_id, waiting.reason": "waiting_once",
}


class Broken(Exception):  # noqa: N818 - caught by the part that knows which refusal it is
    """A constraint of the database said no; `constraint` is its name, the same on both engines."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class Store:
    """A database: `read` for looking, `transact` for one transaction that writes."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        self.sqlite = address.get_backend_name() == "sqlite"
        self._engine = _sqlite(address) if self.sqlite else _postgresql(address)
        # Connections of its own: switching one to autocommit and back at each use costs as much as a short query.
        self._reader = self._engine if self.sqlite else _postgresql(address, isolation_level="AUTOCOMMIT")
        self._writer = self._engine.execution_options(write=True)
        # SQLite's own waiting sleeps up to 100 ms at a time, whoever came first.
        self._queue = threading.Lock() if self.sqlite else contextlib.nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for looking: each statement sees what is committed."""
        with self._reader.connect() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction; run it again when the database chose it as a deadlock's victim.

        Raises Broken when a constraint refuses, whatever `work` raises otherwise; both roll back.
        """
        for last in (False,) * RETRIES + (True,):
            try:
                with self._queue, self._writer.begin() as connection:
                    return work(connection)
            except IntegrityError as error:
                raise Broken(_constraint(error)) from None
            except OperationalError as error:
                if last or getattr(error.orig, "sqlstate", None) not in ("40001", "40P01"):
                    raise
        raise AssertionError

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` whose one statement, or each by itself, is right: on PostgreSQL no BEGIN and COMMIT around it.

        Raises Broken when a constraint refuses.
        """
        if self.sqlite:
            return self.transact(work)
        try:
            with self.read() as connection:
                return work(connection)
        except IntegrityError as error:
            raise Broken(_constraint(error)) from None

    def lock(self, connection: Connection, person: int | None, desks: list[int]) -> None:
        """Queue behind whoever changes the same person or desks, persons first, until the transaction ends.

        The constraints alone would be right, but two transactions each waiting on the other's rows would deadlock.
        SQLite's writers already stand in one queue.
        """
        if self.sqlite:
            return
        keys = ([(1, person)] if person is not None else []) + [(2, desk) for desk in sorted(set(desks))]
        calls = ", ".join(f"pg_advisory_xact_lock({kind}, :k{n})" for n, (kind, _) in enumerate(keys))
        connection.execute(text(f"SELECT {calls}"), {f"k{n}": key for n, (_, key) in enumerate(keys)})

    def upgrade(self) -> None:
        """Bring the tables up to date (Alembic)."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "booking_core.storage:migrations")
        with self._writer.begin() as connection:
            if not self.sqlite:
                # Several processes may start at once; SQLite's second writer waits anyway.
                connection.execute(text("SELECT pg_advisory_xact_lock(0)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def empty(self) -> None:
        """Delete every row of every table: for demonstrations and tests."""

        def work(connection: Connection) -> None:
            # The journal only lets go of what its retention allows.
            connection.execute(insert(retention).values(before=datetime(9999, 1, 1, tzinfo=UTC)))
            for table in (journal, *reversed(metadata.sorted_tables)):
                connection.execute(table.delete())

        self.transact(work)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._reader.dispose()


Statement = Insert | Update | Delete
Template = Callable[[str], Statement]


class Write(NamedTuple):
    """A write to come: a template, which makes the statement for a prefix of its parameters, and their values."""

    template: Template
    values: Mapping[str, Any]


def inserting(table: Table) -> Template:
    """The template that inserts one row of a table, all its columns given but the id."""
    columns = [c for c in table.c if c.name != "id"]
    return lambda prefix: insert(table).values({c: bindparam(prefix + c.name, type_=c.type) for c in columns})


def together(connection: Connection, *writes: Write) -> None:
    """Run writes that do not depend on one another: in one round trip on PostgreSQL."""
    if connection.dialect.name == "sqlite" or len(writes) == 1:
        for write in writes:
            connection.execute(_alone(write.template), {f"w_{k}": v for k, v in write.values.items()})
        return
    values = {f"w{n}_{k}": v for n, write in enumerate(writes) for k, v in write.values.items()}
    connection.execute(_at_once(tuple(write.template for write in writes)), values)


@cache
def _alone(template: Template) -> Statement:
    return template("w_")


@cache
def _at_once(templates: tuple[Template, ...]) -> Select[Any]:
    parts = [template(f"w{n}_").cte(f"write_{n}") for n, template in enumerate(templates)]
    return select(literal_column("1")).add_cte(*parts)


def new_id(connection: Connection, query: Insert) -> int:
    """Insert one row; returns its id."""
    key = connection.execute(query).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    return int(key[0])


def _sqlite(address: Any) -> Engine:
    engine = create_engine(
        address,
        connect_args={"check_same_thread": False, "timeout": WAIT_SECONDS},
        pool_size=8,
        max_overflow=64,
        hide_parameters=True,  # an error must not show a row
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # The driver's own implicit BEGIN is deferred: a reader that turns writer gets "database is locked".
        connection.isolation_level = None
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_SECONDS * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on: on a new file SQLite refuses all but one of several at once, without waiting."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _postgresql(address: Any, **chosen: Any) -> Engine:
    options = f"-c lock_timeout={WAIT_SECONDS * 1000} -c timezone=UTC"
    return create_engine(
        address, connect_args={"options": options}, pool_size=16, max_overflow=64, hide_parameters=True, **chosen
    )


def _constraint(error: IntegrityError) -> str:
    diagnostic = getattr(error.orig, "diag", None)
    if diagnostic is not None:
        return str(diagnostic.constraint_name)
    said = str(error.orig).removeprefix("UNIQUE constraint failed: ")
    return UNIQUE_ON_SQLITE.get(said, said)

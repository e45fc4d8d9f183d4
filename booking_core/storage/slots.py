"""Slots: found by index, taken by their desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    Integer,
    Row,
    Select,
    UnaryExpression,
    and_,
    bindparam,
    case,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
    update,
)

from booking_core.storage.agencies import PLACE
from booking_core.storage.engine import Write
from booking_core.storage.tables import agency, appointment, desk, hold, service, service_reason, slot
from booking_core.window import DAY, Window

# Nothing lasts longer (a check of the tables): the walk in an index stays short.
LONGEST = timedelta(days=1)
# Written out: a partial index is not seen behind a parameter.
FREE = slot.c.busy == literal_column("0")


def services(connection: Connection, reason: str, channel: str, agencies: Sequence[int] | None) -> list[int]:
    """Ids of the services that serve a reason by a channel, in the order of their agencies."""
    of = service_reason.c
    query = select(of.service_id, of.agency_id).where(of.reason == reason, of.channel == channel)
    if agencies is None:
        return [row.service_id for row in connection.execute(query)]
    place = {agency_id: n for n, agency_id in enumerate(agencies)}
    rows = connection.execute(query.where(of.agency_id.in_(agencies)))
    return [row.service_id for row in sorted(rows, key=lambda row: (place[row.agency_id], row.service_id))]


@dataclass(frozen=True)
class Bookable:
    """What makes a free slot one that can be booked: late and early enough, held by nobody else, not shown yet."""

    now: datetime
    last: int
    holder: str | None = None
    skipped: Sequence[datetime] = ()
    excluded: Sequence[Window] = ()

    def terms(self) -> list[ColumnElement[bool]]:
        """The same as conditions."""
        seconds = type_coerce(slot.c.start, BigInteger) - slot.c.notice * 60
        terms = [FREE, slot.c.start > self.now, seconds > int(self.now.timestamp()), slot.c.day <= self.last]
        if self.skipped:
            terms.append(slot.c.start.not_in(self.skipped))
        terms += [not_(within(w)) for w in self.excluded]
        return [*terms, not_(held_by_others(self.now, self.holder or ""))]


def held_by_others(now: Any, holder: Any) -> ColumnElement[bool]:
    """True for a slot whose desk someone else holds at that time."""
    return exists().where(
        hold.c.desk_id == slot.c.desk_id,
        hold.c.start < slot.c.clear,
        hold.c.clear > slot.c.start,
        hold.c.expires > now,
        hold.c.holder != holder,
    )


def within(window: Window) -> ColumnElement[bool]:
    """True for a slot in a window, by its local day and minute."""
    terms: list[ColumnElement[bool]] = [slot.c.day.between(window.first, window.last)]
    if window.weekdays:
        # Ordinal 1 was a Monday.
        terms.append(((slot.c.day - 1) % 7).in_(window.weekdays))
    if window.since > 0:
        terms.append(slot.c.minute >= window.since)
    if window.until < DAY:
        terms.append(slot.c.minute < window.until)
    return and_(*terms)


def rank(window: Window) -> ColumnElement[int] | None:
    """How far a start is from the best, 0 first; None when time alone decides."""
    if window.at is not None:
        return func.abs(slot.c.minute - window.at)
    if window.inner:
        since, until = window.inner
        return case((and_(slot.c.minute >= since, slot.c.minute < until), 0), else_=1)
    return None


def free(
    connection: Connection,
    of: Sequence[int],
    bookable: Bookable,
    window: Window,
    *,
    since: datetime | None,
    before: datetime | None,
    soonest: bool,
    limit: int,
) -> list[Row[Any]]:
    """Bookable slots in a window: rank, start, id, and the service they are `of`; each start once for a service."""
    low, high = window.bounds
    terms = [*bookable.terms(), within(window), slot.c.start >= max(low, since or low)]
    terms.append(slot.c.start < min(high, before or high))
    return _each(connection, of, terms, None if soonest else rank(window), slot.c.start.asc(), limit)


def nearest(
    connection: Connection, of: Sequence[int], bookable: Bookable, instant: datetime, *, backwards: bool
) -> Row[Any] | None:
    """The last bookable slot that starts before an instant, or the first at or after it; the first services first."""
    term = slot.c.start < instant if backwards else slot.c.start >= instant
    order = slot.c.start.desc() if backwards else slot.c.start.asc()
    rows = _each(connection, of, [*bookable.terms(), term], None, order, 1)
    if not rows:
        return None
    best = (max if backwards else min)(row.start for row in rows)
    return min((row for row in rows if row.start == best), key=lambda row: of.index(row.of))


def _each(
    connection: Connection,
    of: Sequence[int],
    terms: Sequence[ColumnElement[bool]],
    ranked: ColumnElement[int] | None,
    order: UnaryExpression[Any],
    limit: int,
) -> list[Row[Any]]:
    # Each service walks its own index and stops at `limit`: the cost does not grow with the table.
    first = literal_column("0", Integer()) if ranked is None else ranked

    def one(service_id: ColumnElement[int]) -> Select[Any]:
        query = (
            select(
                first.label("rank"),
                slot.c.start.label("start"),
                func.min(slot.c.id).label("id"),
                service_id.label("of"),
            )
            .where(slot.c.service_id == service_id, *terms)
            .group_by(slot.c.start, slot.c.day, slot.c.minute)
        )
        return (query.order_by(order) if ranked is None else query.order_by("rank", order)).limit(limit)

    if len(of) <= 1 or connection.dialect.name == "sqlite":
        return [row for s in of for row in connection.execute(one(bindparam("s", s, type_=slot.c.service_id.type)))]
    # An array is one parameter, however many: the statement is compiled once (a list of values is each time).
    ids = bindparam("of", list(of), type_=ARRAY(slot.c.service_id.type))
    wanted = func.unnest(ids).table_valued(column("id", slot.c.service_id.type), name="wanted").render_derived()
    found = one(wanted.c.id).lateral("found")
    query = select(found).select_from(wanted.join(found, true()))
    return list(connection.execute(query))


def starts(connection: Connection, ids: Collection[int]) -> list[datetime]:
    """The starts of slots."""
    return list(connection.scalars(select(slot.c.start).where(slot.c.id.in_(ids)))) if ids else []


GET = (
    select(
        slot,
        service.c.channel,
        service.c.reasons,
        service.c.agency_id,
        desk.c.code.label("desk"),
        *PLACE,
    )
    .join(service, service.c.id == slot.c.service_id)
    .join(desk, desk.c.id == slot.c.desk_id)
    .join(agency, agency.c.id == service.c.agency_id)
    .where(slot.c.id.in_(bindparam("ids", expanding=True)))
)


def get(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """Slots with their service, desk and agency, by id."""
    return {row.id: row for row in connection.execute(GET, {"ids": list(ids)})}


def overlaps(of: Any, desk_id: Any, start: Any, clear: Any, floor: Any) -> ColumnElement[bool]:
    """True for what occupies a desk at some time of start..clear; `floor` is `start - LONGEST`."""
    return and_(of.c.desk_id == desk_id, of.c.start < clear, of.c.clear > start, of.c.start > floor)


def bookable(connection: Connection, wanted: Row[Any], holder: str | None, now: datetime) -> bool:
    """True when a slot is free and not held by others."""
    query = select(slot.c.id).where(slot.c.id == wanted.id, FREE, not_(held_by_others(now, holder or "")))
    return connection.scalar(query) is not None


TAKE = (
    update(slot)
    .where(
        overlaps(slot, bindparam("of_desk"), bindparam("since"), bindparam("upto"), bindparam("floor")),
        FREE,
        or_(slot.c.id != bindparam("wanted"), not_(held_by_others(bindparam("now"), bindparam("mine")))),
    )
    .values(busy=literal_column("1"))
    .returning(slot.c.id)
)


def take(connection: Connection, wanted: Row[Any], holder: str, now: datetime) -> bool:
    """Mark the slot, and the slots of its desk that overlap it, busy; False when it is busy or held by others."""
    of = {"of_desk": wanted.desk_id, "since": wanted.start, "upto": wanted.clear, "floor": wanted.start - LONGEST}
    taken = connection.scalars(TAKE, {**of, "wanted": wanted.id, "now": now, "mine": holder})
    return wanted.id in set(taken)


def give_back(connection: Connection, desk_id: int, start: datetime, clear: datetime) -> None:
    """Free the slots of a desk between two instants that no booked appointment overlaps."""
    taken = exists().where(
        appointment.c.desk_id == slot.c.desk_id,
        appointment.c.status == literal_column("'booked'"),
        appointment.c.start < slot.c.clear,
        appointment.c.clear > slot.c.start,
        appointment.c.start > start - 2 * LONGEST,
    )
    connection.execute(
        update(slot)
        .where(overlaps(slot, desk_id, start, clear, start - LONGEST))
        .values(busy=case((taken, 1), else_=0))
    )


def insert_hold(connection: Connection, of: Row[Any], holder: str, now: datetime, expires: datetime) -> None:
    """Hold a slot's desk for a holder, in place of what it held; raises Broken when someone else does."""
    connection.execute(
        delete(hold).where(
            or_(
                hold.c.holder == holder,
                and_(overlaps(hold, of.desk_id, of.start, of.clear, of.start - LONGEST), hold.c.expires <= now),
            )
        )
    )
    connection.execute(
        insert(hold).values(
            slot_id=of.id, desk_id=of.desk_id, holder=holder, start=of.start, clear=of.clear, expires=expires
        )
    )


def _release(prefix: str) -> Delete:
    return delete(hold).where(hold.c.holder == bindparam(f"{prefix}holder"))


def release(holder: str) -> Write:
    """Free what a holder holds."""
    return Write(_release, {"holder": holder})


def held(connection: Connection, holder: str, slot_id: int, now: datetime) -> bool:
    """True when the holder holds that slot now."""
    query = select(hold.c.id).where(hold.c.holder == holder, hold.c.slot_id == slot_id, hold.c.expires > now)
    return connection.scalar(query) is not None


def timezone(connection: Connection, service_id: int) -> str:
    """The time zone of the agency that offers a service."""
    query = (
        select(agency.c.timezone).join(service, service.c.agency_id == agency.c.id).where(service.c.id == service_id)
    )
    return str(connection.scalar(query))

"""Schedules become slots on a stable grid; publishing again changes only what the schedules changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from booking_core.part import Part, number
from booking_core.schedules.grid import Span, days, merged, starts
from booking_core.schedules.model import Absence, Published, Schedule
from booking_core.schedules.read import File, read
from booking_core.storage import agencies, appointments, schedules, slots

Progress = Callable[[str, int, int], None]


class Schedules(Part):
    """Import and publication."""

    def import_schedules(self, path: Path) -> int:
        """Take a schedule file (YAML or CSV); returns how many patterns and absences it holds.

        The patterns of the desks it names, and the absences of their agencies, are replaced. Nothing is published yet.
        Raises ScheduleError, and then nothing is taken.
        """
        with self.store.read() as connection:
            known = {row.code: row for row in agencies.everything(connection)}
        file = read(path, self.reasons, known)
        self.store.transact(lambda connection: _write(connection, file))
        return len(file.schedules) + len(file.absences)

    def publish(self, progress: Progress | None = None, agency_id: str | None = None) -> Published:
        """Publish the slots of every desk up to the horizon, one transaction a desk; idempotent.

        A booked appointment is never touched: those that no longer fit are reported. `progress(name, done, total)`.
        """
        with self.store.read() as connection:
            every = schedules.desks(connection, None if agency_id is None else number(agency_id))
        total = Published(0, 0, 0, ())
        for done, desk in enumerate(every, 1):
            one = self.store.transact(partial(self._publish, desk))
            total = Published(
                total.added + one.added, total.kept + one.kept, total.removed + one.removed, total.unfit + one.unfit
            )
            if progress:
                progress(f"{desk.agency}/{desk.code}", done, len(every))
        return total

    def _publish(self, desk: Row[Any], connection: Connection) -> Published:
        now = self.clock.now()
        self.store.lock(connection, None, [desk.id])
        wanted = self._wanted(connection, desk, now)
        there = {(row.start, row.service_id): row for row in schedules.slots_of(connection, desk.id, now)}
        same = {k for k, row in there.items() if k in wanted and _same(row, wanted[k])}
        gone = [row for k, row in there.items() if k not in same]
        schedules.remove_slots(connection, [row.id for row in gone])
        schedules.add_slots(connection, [row for k, row in wanted.items() if k not in same])
        booked = appointments.booked_slots(connection, [desk.id], now)
        for row in booked:
            slots.give_back(connection, desk.id, row.start, row.clear)
        fits = {(row["start"], row["end"]) for row in wanted.values()}
        unfit = tuple(str(row.id) for row in booked if row.start > now and (row.start, row.end) not in fits)
        return Published(len(wanted) - len(same), len(same), len(gone), unfit)

    def _wanted(
        self, connection: Connection, desk: Row[Any], now: datetime
    ) -> dict[tuple[datetime, int], dict[str, Any]]:
        zone = ZoneInfo(desk.timezone)
        today = now.astimezone(zone).date()
        last = today + timedelta(days=self.settings.horizon_days)
        absent = merged((row.start, row.end) for row in schedules.absences(connection, desk.agency_id, desk.id))
        found: dict[tuple[datetime, int], dict[str, Any]] = {}
        for row in schedules.of_desk(connection, desk.id):
            pattern = _pattern(row)
            receives = list(days(pattern, today, last, desk.region))
            for minutes, reasons in self._durations(pattern).items():
                service = schedules.put_service(connection, desk.agency_id, pattern.channel, reasons)
                for span in starts(pattern, minutes, receives, zone, absent):
                    if span[0] > now:
                        found.setdefault((span[0], service), _slot(desk, service, pattern, span, zone))
        return found

    def _durations(self, pattern: Schedule) -> dict[int, list[str]]:
        """Reasons by how long they last: one kind of slot for each."""
        by: dict[int, list[str]] = {}
        for reason in pattern.reasons:
            by.setdefault(self.reasons[reason].minutes, []).append(reason)
        return by


def _slot(desk: Row[Any], service: int, pattern: Schedule, span: Span, zone: ZoneInfo) -> dict[str, Any]:
    local = span[0].astimezone(zone)
    return {
        "service_id": service,
        "desk_id": desk.id,
        "start": span[0],
        "end": span[1],
        "clear": span[1] + timedelta(minutes=pattern.buffer),
        "day": local.toordinal(),
        "minute": local.hour * 60 + local.minute,
        "notice": pattern.notice,
        "busy": 0,
    }


def _same(row: Row[Any], wanted: dict[str, Any]) -> bool:
    return all(getattr(row, name) == wanted[name] for name in ("end", "clear", "notice"))


def _pattern(row: Row[Any]) -> Schedule:
    return Schedule(
        agency="",
        desk="",
        code=row.code,
        channel=row.channel,
        reasons=tuple(row.reasons),
        rule=row.rule,
        first=date.fromordinal(row.first),
        last=date.fromordinal(row.last) if row.last else None,
        since=row.since,
        until=row.until,
        step=row.step,
        buffer=row.buffer,
        notice=row.notice,
    )


def _write(connection: Connection, file: File) -> None:
    for fields in file.agencies:
        schedules.put_agency(connection, fields)
    known = {row.code: row for row in agencies.everything(connection)}
    named = {(s.agency, s.desk) for s in file.schedules} | {(a.agency, a.desk) for a in file.absences if a.desk}
    desks = {pair: schedules.put_desk(connection, known[pair[0]].id, pair[1]) for pair in sorted(named)}
    rows = [_row(s, desks[s.agency, s.desk]) for s in file.schedules]
    absent = [_absent(a, known[a.agency], desks) for a in file.absences]
    patterned = {desks[s.agency, s.desk] for s in file.schedules}
    of = {known[code].id for code in {s.agency for s in file.schedules} | {a.agency for a in file.absences}}
    schedules.replace(connection, sorted(patterned), sorted(of), rows, absent)


def _row(pattern: Schedule, desk_id: int) -> dict[str, Any]:
    return {
        "desk_id": desk_id,
        "code": pattern.code,
        "channel": pattern.channel,
        "reasons": list(pattern.reasons),
        "rule": pattern.rule,
        "first": pattern.first.toordinal(),
        "last": pattern.last.toordinal() if pattern.last else None,
        "since": pattern.since,
        "until": pattern.until,
        "step": pattern.step,
        "buffer": pattern.buffer,
        "notice": pattern.notice,
    }


def _absent(absence: Absence, agency: Row[Any], desks: dict[tuple[str, str], int]) -> dict[str, Any]:
    zone = ZoneInfo(agency.timezone)
    return {
        "agency_id": agency.id,
        "desk_id": desks[absence.agency, absence.desk] if absence.desk else None,
        "start": absence.start.replace(tzinfo=zone).astimezone(UTC),
        "end": absence.end.replace(tzinfo=zone).astimezone(UTC),
    }

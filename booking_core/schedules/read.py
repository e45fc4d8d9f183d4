"""Reading schedules from YAML or CSV: every bad line named, with its number and what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import yaml
from dateutil.rrule import rrulestr

from booking_core.errors import ScheduleError
from booking_core.model import CHANNELS
from booking_core.schedules.model import Absence, Schedule

AGENCY = ("code", "caisse", "name", "town", "address", "postcode", "latitude", "longitude")
Line = tuple[int, str, Mapping[str, Any]]


@dataclass
class File:
    """What a file says: agencies as mappings, opening patterns, absences."""

    agencies: list[dict[str, Any]] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)


def read(path: Path, reasons: Mapping[str, Any], known: Mapping[str, Any]) -> File:
    """A schedule file; `known` are the codes of the agencies that exist already.

    YAML: three lists, `agencies`, `schedules`, `absences`, of flat mappings. CSV: a header, and a column `kind`
    ("agency", "schedule", "absence"). Raises ScheduleError with every problem: (line, code, detail).
    """
    lines = _yaml(path) if path.suffix in (".yml", ".yaml") else _csv(path)
    file, problems = File(), list[tuple[int, str, str]]()
    codes = set(known)
    keys: set[tuple[str, str, str]] = set()
    # Agencies first: what names them may stand above them.
    for number, kind, row in sorted(lines, key=lambda line: line[1] != "agency"):
        try:
            if kind == "agency":
                # Known even when something else is wrong with it: one mistake is told once.
                codes.add(str(_need(row, "code")))
                file.agencies.append(_agency(row))
            elif kind == "schedule":
                one = _schedule(row, reasons, codes)
                if (one.agency, one.desk, one.code) in keys:
                    raise Bad("twice", one.code)
                keys.add((one.agency, one.desk, one.code))
                file.schedules.append(one)
            elif kind == "absence":
                file.absences.append(_absence(row, codes))
            else:
                raise Bad("kind", kind)
        except Bad as bad:
            problems.append((number, bad.code, bad.detail))
    if problems:
        raise ScheduleError(sorted(problems))
    return file


class Bad(Exception):  # noqa: N818 - told as a line of ScheduleError
    """One thing wrong on one line."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def _csv(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        sample = lines.readline()
        lines.seek(0)
        reader = csv.DictReader(lines, delimiter=";" if sample.count(";") > sample.count(",") else ",")
        for row in reader:
            yield reader.line_num, row.get("kind") or "", {k: v for k, v in row.items() if k and v not in ("", None)}


def _yaml(path: Path) -> Iterator[Line]:
    try:
        root = yaml.compose(path.read_text("utf8"), yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ScheduleError([(mark.line + 1 if mark else 1, "yaml", type(error).__name__)]) from None
    kinds = {"agencies": "agency", "schedules": "schedule", "absences": "absence"}
    if not isinstance(root, yaml.MappingNode):
        raise ScheduleError([(1, "yaml", "agencies, schedules, absences")])
    for name, rows in root.value:
        if not isinstance(rows, yaml.SequenceNode):
            yield name.start_mark.line + 1, str(name.value), {}
            continue
        for node in rows.value:
            yield node.start_mark.line + 1, kinds.get(name.value, str(name.value)), _row_of(node)


def _row_of(node: yaml.Node) -> dict[str, Any]:
    """A mapping of a YAML list; a day that does not exist stays the text that it was."""
    loader = yaml.SafeLoader("")
    row: dict[str, Any] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        try:
            row[key.value] = loader.construct_object(value, deep=True)
        except (ValueError, yaml.YAMLError):
            row[key.value] = value.value
    return row


def _agency(row: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: str(_need(row, name)).strip() for name in AGENCY}
    for name in ("latitude", "longitude"):
        fields[name] = _as(float, row[name], name)
    fields["timezone"] = str(row.get("timezone", "Europe/Paris"))
    try:
        ZoneInfo(fields["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise Bad("timezone", fields["timezone"]) from None
    fields["region"] = str(row.get("region", ""))
    if fields["region"] and fields["region"] not in holidays.country_holidays("FR").subdivisions:
        raise Bad("region", fields["region"])
    return fields | {name: str(row.get(name, "")) for name in ("hours", "access")}


def _schedule(row: Mapping[str, Any], reasons: Mapping[str, Any], codes: set[str]) -> Schedule:
    channel = str(_need(row, "channel"))
    if channel not in CHANNELS:
        raise Bad("channel", channel)
    given = row.get("reasons", "all")
    wanted = list(reasons) if given == "all" else given.split() if isinstance(given, str) else list(given)
    for reason in wanted:
        if reason not in reasons or channel not in reasons[reason].channels:
            raise Bad("reason", str(reason))
    since, until = _minutes(_need(row, "since")), _minutes(_need(row, "until"))
    if until <= since:
        raise Bad("hours", f"{row['since']}-{row['until']}")
    first = _day(_need(row, "first"))
    last = _day(row["last"]) if row.get("last") else None
    if last and last < first:
        raise Bad("days", f"{first}/{last}")
    numbers = {name: _as(int, row.get(name, 0), name) for name in ("step", "buffer", "notice")}
    for name, value in numbers.items():
        if value < 0:
            raise Bad(name, str(value))
    return Schedule(
        agency=_known(row, codes),
        desk=str(_need(row, "desk")),
        code=str(_need(row, "code")),
        channel=channel,
        reasons=tuple(wanted),
        rule=_rule(str(_need(row, "rule")), first),
        first=first,
        last=last,
        since=since,
        until=until,
        **numbers,
    )


def _absence(row: Mapping[str, Any], codes: set[str]) -> Absence:
    start, end = _moment(_need(row, "start")), _moment(_need(row, "end"))
    if end <= start:
        raise Bad("order", f"{start.isoformat()}/{end.isoformat()}")
    desk = row.get("desk")
    return Absence(_known(row, codes), str(desk) if desk else None, start, end)


def _need(row: Mapping[str, Any], name: str) -> Any:
    if row.get(name) in (None, ""):
        raise Bad("missing", name)
    return row[name]


def _known(row: Mapping[str, Any], codes: set[str]) -> str:
    code = str(_need(row, "agency"))
    if code not in codes:
        raise Bad("agency", code)
    return code


def _as(kind: Callable[[Any], Any], value: Any, name: str) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise Bad(name, str(value)) from None


def _minutes(value: Any) -> int:
    # YAML 1.1 reads 8:30 as the number 510, in base sixty: minutes, by luck.
    if isinstance(value, int) and 0 <= value <= 1440:
        return value
    hours, _, minutes = str(value).partition(":")
    if not (hours.isdigit() and (minutes or "0").isdigit()) or int(minutes or 0) > 59:
        raise Bad("hour", str(value))
    total = int(hours) * 60 + int(minutes or 0)
    if total > 1440:
        raise Bad("hour", str(value))
    return total


def _day(value: Any) -> date:
    day: date = value if isinstance(value, date) else _as(date.fromisoformat, value, "day")
    return day.date() if isinstance(day, datetime) else day


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    moment: datetime = value if isinstance(value, datetime) else _as(datetime.fromisoformat, str(value), "moment")
    if moment.tzinfo is not None:
        raise Bad("moment", str(value))
    return moment


def _rule(rule: str, first: date) -> str:
    if "BYHOUR" in rule or "BYMINUTE" in rule or not rule.startswith("FREQ="):
        raise Bad("rule", rule)
    try:
        rrulestr(rule, dtstart=datetime.combine(first, datetime.min.time()))
    except (ValueError, KeyError, TypeError):
        raise Bad("rule", rule) from None
    return rule

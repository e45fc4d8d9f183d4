"""Plays a dialogue against the real Rasa and the real core, and compares the answers and the database."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import delete, select

from booking_core import Appointment, Contact, Core, FixedClock, Person, Slot, open_core
from booking_core.storage import tables as t
from gateway.render import Reply
from tests.dialogues import when as times
from tests.stack import SECRET, Stack

PARIS = ZoneInfo("Europe/Paris")
# A Wednesday, so that "mardi prochain" and "vendredi" are not the same kind of day.
CLOCK = datetime(2026, 11, 18, 9, 0, tzinfo=PARIS)
AGENCIES = ("Rennes", "Fougères")
CHANGES = ("le premier", "oui je confirme")


@dataclass
class Outcome:
    """What became of a dialogue: `why` is empty when it passed."""

    id: str
    why: str = ""
    lines: list[str] = field(default_factory=list)


class StealingCore(Core):
    """A core whose next booking or move finds that somebody else was quicker, when told so."""

    def steal_next(self, thief: Person) -> None:
        """Give the slot of the next attempt to somebody else just before it."""
        object.__setattr__(self, "thief", thief)

    def _steal(self, slot_id: str, reason: str) -> None:
        thief = getattr(self, "thief", None)
        if thief is not None:
            object.__setattr__(self, "thief", None)
            give_away(self, thief, slot_id, reason)

    def book(self, person_id: str, slot_id: str, reason: str, **how: Any) -> Appointment:
        """Booking, after the theft."""
        if getattr(self, "thief", None) is not None and self.thief.id != person_id:
            self._steal(slot_id, reason)
        return super().book(person_id, slot_id, reason, **how)

    def move(self, person_id: str, appointment_id: str, slot_id: str, **how: Any) -> Appointment:
        """Moving, after the theft."""
        self._steal(slot_id, self.appointment(person_id, appointment_id).reason)
        return super().move(person_id, appointment_id, slot_id, **how)


def give_away(core: Core, thief: Person, slot_id: str, reason: str) -> None:
    """Book a slot for somebody else, and every other one at that time, as if its hold had lapsed."""
    slot = core.slots([slot_id])[0]
    with core.store.read() as connection:
        holders = connection.execute(select(t.hold.c.holder).where(t.hold.c.slot_id == int(slot_id))).scalars().all()
    for holder in holders:
        core.release(holder)
    core.book(thief.id, slot.id, reason, holder="thief", key=f"theft:{slot.id}", medium="web", phone="+33639989999")


def _remove(core: Core, slot_ids: list[str]) -> None:
    ids = [int(i) for i in slot_ids]
    core.store.transact(lambda c: c.execute(delete(t.slot).where(t.slot.c.id.in_(ids), t.slot.c.busy == 0)))


class Worlds:
    """Databases with an agenda, made once for each clock and copied for each dialogue."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._made = folder, 0
        self._templates: dict[datetime, Path] = {}

    def core(self, clock: FixedClock, stack: Stack) -> StealingCore:
        """A fresh database for one dialogue: two agencies, both channels, from tomorrow to 21 days ahead."""
        now = clock.now()
        if now not in self._templates:
            self._templates[now] = self._template(clock, stack)
        self._made += 1
        path = self.folder / f"dialogue-{self._made}.db"
        shutil.copy(self._templates[now], path)
        return self._open(path, clock, stack)

    def _open(self, path: Path, clock: FixedClock, stack: Stack) -> StealingCore:
        core = open_core(f"sqlite:///{path}", clock, secret=SECRET, settings=stack.settings)
        return StealingCore(core.store, core.clock, core.settings, core.crypt, core.reasons)

    def _template(self, clock: FixedClock, stack: Stack) -> Path:
        path = self.folder / f"template-{len(self._templates)}.db"
        core = self._open(path, clock, stack)
        core.upgrade()
        agenda = self.folder / "agenda.yml"
        agenda.write_text(yaml.safe_dump(agenda_of(AGENCIES), allow_unicode=True), "utf8")
        core.import_schedules(agenda)
        core.publish()
        today = core.local_now().date()
        first = datetime.combine(today + timedelta(days=1), datetime.min.time(), PARIS)
        last = datetime.combine(today + timedelta(days=22), datetime.min.time(), PARIS)
        core.store.transact(
            lambda c: c.execute(delete(t.slot).where((t.slot.c.start < first) | (t.slot.c.start >= last)))
        )
        core.close()
        return path


def agenda_of(towns: tuple[str, ...]) -> dict[str, Any]:
    """Agencies whose desks and advisers receive in the morning and the afternoon, for every reason."""
    positions = {"Rennes": (48.1047, -1.6726), "Fougères": (48.3514, -1.2045)}
    week = {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "first": date(2024, 1, 1)}
    agencies, schedules = [], []
    for town in towns:
        code, (latitude, longitude) = town.lower().replace("è", "e"), positions[town]
        agencies.append(
            {"code": code, "caisse": "351", "name": f"Agence de {town}", "town": town, "address": f"1 place, {town}",
             "postcode": "35000" if town == "Rennes" else "35300", "latitude": latitude, "longitude": longitude,
             "hours": "du lundi au vendredi, de 8h30 à 17h30", "access": "entrée de plain-pied"}
        )  # fmt: skip
        for channel, number in (("in_person", 2), ("phone", 2)):
            for desk in range(1, number + 1):
                for part, since, until in (("matin", "9:00", "12:00"), ("apres-midi", "13:30", "17:30")):
                    schedules.append(
                        {"agency": code, "desk": f"{channel}-{desk}", "code": part, "channel": channel,
                         "since": since, "until": until, **week}
                    )  # fmt: skip
    return {"agencies": agencies, "schedules": schedules}


class Player:
    """Plays dialogues one after the other on one stack."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.worlds = stack, Worlds(Path(stack.folder.name))
        self._people = 0

    async def play(self, dialogue: Mapping[str, Any]) -> Outcome:
        """Play one dialogue; the outcome says why it failed and holds the whole conversation."""
        return await Play(self, dialogue).run()

    def nir(self) -> str:
        """An invented social security number with its key."""
        self._people += 1
        digits = f"1{50 + self._people // 900 % 49}0135{100 + self._people % 900:03d}001"
        return digits + f"{97 - int(digits) % 97:02d}"


class Play:
    """One dialogue being played."""

    def __init__(self, player: Player, dialogue: Mapping[str, Any]) -> None:
        self.player, self.dialogue, self.outcome = player, dialogue, Outcome(dialogue["id"])
        self.given, self.final = dialogue.get("given") or {}, dialogue.get("final") or {}
        self.notes = str(self.given.get("notes") or "")
        self.taken: list[datetime] = []

    async def run(self) -> Outcome:
        """Set the scene, play the turns, finish what was left to choose or confirm, compare."""
        stack = self.player.stack
        clock = stack.clock
        clock.set(clock_of(self.notes))
        self.core = self.player.worlds.core(clock, stack)
        await stack.use(self.core)
        try:
            self.scene()
            for turn in self.dialogue["turns"]:
                clock.tick(seconds=20)
                problem = await self.turn(turn)
                if problem:
                    self.outcome.why = problem
                    return self.outcome
            for line in CHANGES if self.expects_change() else ():
                if not self.compare():
                    break
                clock.tick(seconds=20)
                await self.say(text=line)
            self.outcome.why = self.compare()
        except Exception as bug:
            self.outcome.why = f"{type(bug).__name__}: {bug}"
        finally:
            self.core.close()
        return self.outcome

    # -- the scene ------------------------------------------------------------------------------

    def scene(self) -> None:
        """The person, what they hold, and the agenda as the notes want it."""
        core, today = self.core, self.today
        agencies = {a.town: a for a in core.agencies()}
        self.home = agencies["Rennes"]
        self.contact = contact_of(self.given.get("phone"))
        self.person = core.register(self.player.nir(), date(1980, 1, 1), self.home.id, self.contact)
        self.thief = core.register(self.player.nir(), date(1970, 1, 1), self.home.id, Contact("+33639989999"))
        self.before: dict[str, datetime] = {}
        for number, row in enumerate(self.given.get("appointments") or []):
            start = times.start_of(row["when"], today)
            slot = self.slot_at(start, row["channel"])
            phone = "+33639988888" if row["channel"] == "phone" else None
            booked = core.book(
                self.person.id, slot.id, row["reason"], holder="scene", key=f"scene:{number}", medium="web", phone=phone
            )
            self.before[booked.id] = start
        for tag in re.findall(r"\[slots:([^\]]+)\]", self.notes):
            self.empty(tag)
        self.conversation = core.open_conversation(self.dialogue["medium"], person_id=self.person.id, level=2)

    @property
    def today(self) -> date:
        return self.core.local_now().date()

    def slot_at(self, start: datetime, channel: str) -> Slot:
        """A free slot of the home agency at a naive local start."""
        instant = start.replace(tzinfo=PARIS)
        with self.core.store.read() as connection:
            query = (
                select(t.slot.c.id)
                .join(t.service, t.service.c.id == t.slot.c.service_id)
                .where(t.slot.c.start == instant, t.slot.c.busy == 0, t.service.c.channel == channel)
                .where(t.service.c.agency_id == int(self.home.id))
            )
            found = connection.execute(query).scalars().first()
        if found is None:
            raise LookupError(f"no slot at {start} by {channel}")
        return self.core.slots([str(found)])[0]

    def empty(self, tag: str) -> None:
        """What "[slots:…]" leaves of the agenda: none, none in_person, none morning, none tuesday next week, one."""
        with self.core.store.read() as connection:
            rows = connection.execute(
                select(t.slot.c.id, t.slot.c.start, t.service.c.channel)
                .join(t.service, t.service.c.id == t.slot.c.service_id)
                .where(t.slot.c.busy == 0)
                .order_by(t.slot.c.start)
            ).all()
        what = tag.removeprefix("none").strip()
        gone = []
        kept: set[str] = set()
        for row in rows:
            start = row.start.astimezone(PARIS).replace(tzinfo=None)
            if tag == "one":
                if row.channel in kept:
                    gone.append(str(row.id))
                kept.add(row.channel)
            elif (
                not what
                or row.channel == what
                or (what == "morning" and start.hour < 12)
                or (what == "afternoon" and start.hour >= 12)
                or (
                    what not in ("phone", "in_person", "morning", "afternoon")
                    and times.matches(what, start, self.today)
                )
            ):
                gone.append(str(row.id))
        for chunk in range(0, len(gone), 500):
            _remove(self.core, gone[chunk : chunk + 500])

    # -- the turns ------------------------------------------------------------------------------

    async def turn(self, turn: Mapping[str, Any]) -> str:
        """Play a turn; says what is wrong with the answer, nothing when it is right."""
        event = turn.get("event")
        if event == "take_slot":
            self.take_slot()
            return ""
        if event == "silence":
            reply = await self.say(silence=True)
        elif event == "digits":
            reply = await self.say(digits=str(turn["digits"]))
        else:
            reply = await self.say(text=turn["user"])
        said = folded(reply.text + "\n" + "\n".join(c.title for m in reply.messages for c in m.choices))
        wanted = turn.get("must_mention") or []
        if wanted and not any(folded(w) in said for w in wanted):
            return f"the answer mentions none of {wanted}"
        for word in turn.get("must_not_mention") or []:
            if folded(word) in said:
                return f"the answer mentions {word!r}"
        return ""

    async def say(self, **said: Any) -> Reply:
        """One turn of the person."""
        self.outcome.lines.append(f"> {next(iter(said.values()))}"[:300])
        reply = await self.player.stack.turn(self.conversation, self.dialogue["medium"], **said)
        for message in reply.messages:
            self.outcome.lines.append(f"  {message.text}")
            if message.choices:
                self.outcome.lines.append(f"    [{' | '.join(c.title for c in message.choices)}]")
        return reply

    def take_slot(self) -> None:
        """The slot retained goes to somebody else; with none retained, that of the next attempt will."""
        self.outcome.lines.append("* take_slot")
        with self.core.store.read() as connection:
            held = connection.execute(
                select(t.hold.c.slot_id).where(t.hold.c.holder == self.conversation)
            ).scalars().first()  # fmt: skip
        if held is None:
            self.core.steal_next(self.thief)
            return
        slot = self.core.slots([str(held)])[0]
        self.taken.append(slot.start.replace(tzinfo=None))
        self.thief = self.core.register(self.player.nir(), date(1970, 1, 1), self.home.id, Contact("+33639989999"))
        give_away(self.core, self.thief, slot.id, slot.reasons[0])

    # -- the end --------------------------------------------------------------------------------

    def expects_change(self) -> bool:
        """True when what must be in the end is not what was in the beginning."""
        wanted = self.final.get("appointments")
        if wanted is not None:
            booked = [r for r in wanted if r.get("status", "booked") == "booked"]
            if any(r["when"] != "unchanged" for r in booked) or len(booked) != len(self.before):
                return True
        phone = self.final.get("phone")
        return phone is not None and "unchanged" not in str(phone)

    def compare(self) -> str:
        """What differs between the database and what must be in the end; nothing when all is right."""
        booked = self.core.upcoming(self.person.id)
        wanted = self.final.get("appointments")
        if wanted is not None:
            left = list(booked)
            for row in (r for r in wanted if r.get("status", "booked") == "booked"):
                fitting = next((a for a in left if self.is_wanted(a, row)), None)
                if fitting is None:
                    return f"no appointment for {row}; booked: {[self.shown(a) for a in booked]}"
                left.remove(fitting)
            if left:
                return f"too many appointments: {[self.shown(a) for a in left]}"
        return self.compare_phone(self.final.get("phone"))

    def is_wanted(self, appointment: Appointment, row: Mapping[str, Any]) -> bool:
        """True when an appointment is the one of a row."""
        start = appointment.start.astimezone(PARIS).replace(tzinfo=None)
        agency = row.get("agency")
        order = {"first": 0, "second": 1}
        if agency in order and appointment.agency.town != AGENCIES[order[agency]]:
            return False
        before = next((b for i, b in self.before.items() if i == appointment.id), None)
        return (
            appointment.reason == row["reason"]
            and appointment.channel == row["channel"]
            and times.matches(row.get("when", "any"), start, self.today, before=before, taken=self.taken)
        )

    def shown(self, appointment: Appointment) -> str:
        """An appointment for a message."""
        start = appointment.start.astimezone(PARIS)
        return f"{appointment.reason} {appointment.channel} {appointment.agency.town} {start:%a %d %H:%M}"

    def compare_phone(self, wanted: Any) -> str:
        """The numbers on file in the end."""
        if wanted is None:
            return ""
        now = self.core.contact(self.person.id)
        if isinstance(wanted, Mapping):
            for kind, number in wanted.items():
                if not self.is_number(getattr(now, kind), number, getattr(self.contact, kind)):
                    return f"{kind} is {getattr(now, kind)}, not {number}"
            return ""
        if any(
            self.is_number(n, wanted, o)
            for n, o in ((now.mobile, self.contact.mobile), (now.landline, self.contact.landline))
            if n or o
        ):
            return ""
        return (
            f"the phone is {now.mobile or now.landline}, not {wanted}"
            if str(wanted) != "unchanged" or now != self.contact
            else ""
        )

    @staticmethod
    def is_number(number: str | None, wanted: Any, before: str | None) -> bool:
        """True when a number is one of the alternatives."""
        for alternative in str(wanted).split("|"):
            if alternative.strip() == "unchanged":
                if number == before:
                    return True
            elif number is not None and number == e164(alternative.strip()):
                return True
        return wanted is None and number is None


def clock_of(notes: str) -> datetime:
    """The clock that the notes want: "[clock:tuesday 09:00]", "[clock:not tuesday]"."""
    tag = re.search(r"\[clock:(not )?(\w+)(?: (\d\d):(\d\d))?\]", notes)
    if not tag:
        return CLOCK
    weekday = times.WEEKDAYS.index(tag[2])
    if tag[1]:
        return CLOCK if CLOCK.weekday() != weekday else CLOCK + timedelta(days=1)
    day = CLOCK + timedelta(days=(weekday - CLOCK.weekday()) % 7)
    return day.replace(hour=int(tag[3] or 9), minute=int(tag[4] or 0))


def contact_of(phone: Any) -> Contact:
    """The contact of a person: a number, null, or {mobile, landline}."""
    if phone is None:
        return Contact()
    if isinstance(phone, Mapping):
        mobile, landline = phone.get("mobile"), phone.get("landline")
        return Contact(e164(mobile) if mobile else None, e164(landline) if landline else None)
    number = e164(phone)
    return Contact(mobile=number) if number[3] in "67" else Contact(landline=number)


def e164(number: Any) -> str:
    """A French number as it is kept; YAML may have read it as a number."""
    digits = re.sub(r"[^\d+]", "", str(number))
    if digits.startswith("+"):
        return digits
    return "+33" + digits.zfill(10)[1:]


def folded(text: str) -> str:
    """Lower case, straight apostrophes, plain spaces, no accents: how answers are compared."""
    text = text.lower().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")

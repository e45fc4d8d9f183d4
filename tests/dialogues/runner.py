"""Plays a dialogue against the real Rasa and the real core, and compares the answers and the database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from booking_core import Contact, Slot
from booking_core.storage import tables as t
from gateway.render import Reply
from tests.dialogues import when as times
from tests.dialogues.final import Final
from tests.dialogues.outbox import Postman
from tests.dialogues.world import PARIS, Worlds, clock_of, contact_of, give_away, remove
from tests.stack import Stack

# What Rasa may ask of the actions within one turn.
CALLS = 2
CHANGES = ("le premier", "oui je confirme")


@dataclass
class Outcome:
    """What became of a dialogue: `why` is empty when it passed."""

    id: str
    why: str = ""
    lines: list[str] = field(default_factory=list)


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
        self.turns, self.postman = 0, Postman()

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
            for line in CHANGES if self.end.expects_change() else ():
                if not self.end.compare():
                    break
                clock.tick(seconds=20)
                await self.say(text=line)
            self.outcome.why = self.end.compare()
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
        self.nir, born = self.player.nir(), date(1980, 1, 1)
        self.person = core.register(self.nir, born, self.home.id, contact_of(self.given.get("phone")))
        self.thief = core.register(self.player.nir(), date(1970, 1, 1), self.home.id, Contact("+33639989999"))
        for number, row in enumerate(self.given.get("appointments") or []):
            start = times.start_of(row["when"], today)
            slot = self.slot_at(start, row["channel"])
            phone = "+33639988888" if row["channel"] == "phone" else None
            core.book(
                self.person.id, slot.id, row["reason"], holder="scene", key=f"scene:{number}", medium="web", phone=phone
            )
        for tag in re.findall(r"\[slots:([^\]]+)\]", self.notes):
            self.empty(tag)
        self.end = Final(self.final, core, self.person)
        self.open(self.dialogue["medium"], anonymous="[anonymous]" in self.notes)

    def open(self, medium: str, *, anonymous: bool = False) -> None:
        """A new conversation: signed in, or not known yet."""
        self.medium, known = medium, not anonymous
        self.conversation = self.core.open_conversation(
            medium, person_id=self.person.id if known else None, level=2 if known else 0
        )

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
            remove(self.core, gone[chunk : chunk + 500])

    # -- the turns ------------------------------------------------------------------------------

    async def turn(self, turn: Mapping[str, Any]) -> str:
        """Play a turn; says what is wrong with the answer, nothing when it is right."""
        event = turn.get("event")
        if event == "take_slot":
            self.take_slot()
        elif event == "leave":
            self.leave(turn)
        elif event == "notice":
            return self.notice(turn)
        elif event == "silence":
            return wrong(turn, await self.say(silence=True))
        elif event == "digits":
            return wrong(turn, await self.say(digits=self.filled(str(turn["digits"]))))
        elif "value" in turn:
            return wrong(turn, await self.say(value=turn["value"]))
        else:
            return wrong(turn, await self.say(text=self.filled(turn["user"])))
        return ""

    async def say(self, **said: Any) -> Reply:
        """One turn of the person."""
        self.outcome.lines.append(f"> {next(iter(said.values()))}"[:300])
        stack, self.turns = self.player.stack, self.turns + 1
        stack.calls = 0
        reply = await stack.turn(self.conversation, self.medium, **said)
        for message in reply.messages:
            self.outcome.lines.append(f"  {message.text}")
            if message.choices:
                self.outcome.lines.append(f"    [{' | '.join(c.title for c in message.choices)}]")
        if stack.calls > CALLS and self.turns > 1:
            raise AssertionError(f"this turn called the actions {stack.calls} times")
        return reply

    def filled(self, text: str) -> str:
        """What only the scene knows: "{nir}", "{code}" (the last one sent), "{wrong code}"."""
        if "{nir}" in text:
            text = text.replace("{nir}", self.nir)
        if "code}" in text:
            code = self.postman.last_code(self.core)
            wrong_code = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
            text = text.replace("{code}", code).replace("{wrong code}", wrong_code)
        return text

    def leave(self, turn: Mapping[str, Any]) -> None:
        """The conversation is cut; the person comes back later, perhaps by another medium, signed in or not."""
        medium = str(turn.get("medium") or self.medium)
        self.outcome.lines.append(f"* leave {turn['hours']} h, {medium}")
        self.player.stack.clock.tick(hours=float(turn["hours"]))
        self.open(medium, anonymous=turn.get("anonymous") == "yes")

    def notice(self, turn: Mapping[str, Any]) -> str:
        """Wait until a notice reaches the person: "reminder", or "offer" (one slot has freed up)."""
        kind = turn["kind"]
        self.outcome.lines.append(f"* notice {kind}")
        if kind == "offer":
            self.core.publish()
        if not self.postman.bring(kind, self.core, self.player.stack.clock):
            return f"no {kind} was sent"
        self.open(self.medium, anonymous=turn.get("anonymous") == "yes")
        return ""

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
        self.end.taken.append(slot.start.replace(tzinfo=None))
        self.thief = self.core.register(self.player.nir(), date(1970, 1, 1), self.home.id, Contact("+33639989999"))
        give_away(self.core, self.thief, slot.id, slot.reasons[0])


def wrong(turn: Mapping[str, Any], reply: Reply) -> str:
    """What an answer lacks or should not say; nothing when it is right."""
    said = folded(reply.text + "\n" + "\n".join(c.title for m in reply.messages for c in m.choices))
    wanted = turn.get("must_mention") or []
    if wanted and not any(folded(w) in said for w in wanted):
        return f"the answer mentions none of {wanted}"
    return next((f"the answer mentions {w!r}" for w in turn.get("must_not_mention") or [] if folded(w) in said), "")


def folded(text: str) -> str:
    """Lower case, straight apostrophes, plain spaces, no accents: how answers are compared."""
    text = text.lower().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")

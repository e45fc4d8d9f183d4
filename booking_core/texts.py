"""Text messages: received once, answered in order, sent until the carrier takes them; who said STOP."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row

from booking_core.conversation import Conversations
from booking_core.storage import texts
from booking_core.storage.engine import Broken

# Who dies with messages in hand leaves them to be taken again after this.
LEASE = timedelta(seconds=30)
# After 1, 2, 4… seconds, so for about half an hour: an answer that comes later helps nobody.
ATTEMPTS = 11
# Networks deliver a message twice under two ids; nobody writes the same thing twice so quickly.
ECHO = timedelta(seconds=3)
# Messages that overtake each other by less are what people send in one breath.
OVERTAKEN = timedelta(seconds=10)


@dataclass(frozen=True)
class Text:
    """A message in hand. `line`: the keyed hash of the person's `number` (E.164). `at` is aware.

    `late`: sent so long ago, or so much before another one already answered, that it may mean something else now.
    """

    id: int
    line: str
    message_id: str
    number: str
    text: str
    at: datetime
    attempts: int
    late: bool = False


class Texts(Conversations):
    """What passes through the SMS gateway; the queues are durable, what is said is sealed while it waits."""

    def text_received(self, number: str, said: str, message_id: str, *, age: timedelta = timedelta(0)) -> bool:
        """Keep a message until it is answered; False when it changes nothing: known already, or far too many.

        `age`: how long ago the person sent it. The same words again within seconds are the network's doing.
        """
        now = self.clock.now()
        line, at = self._line(number), now - max(age, timedelta(0))
        mark = self.crypt.index(f"{line}|{said}")
        body = self.crypt.seal(json.dumps({"number": number, "text": said}))

        def work(connection: Connection) -> bool:
            echo = texts.count(connection, line, at - ECHO, mark)
            if echo or texts.count(connection, line, now - timedelta(hours=1)) >= self.settings.texts_per_hour:
                return False
            fields = {"line": line, "message_id": message_id, "mark": mark, "body": body, "due": now, "at": at}
            texts.add(connection, direction="in", **fields)
            return True

        try:
            return self.store.transact(work)
        except Broken:
            return False

    def texts_to_answer(self, limit: int = 32) -> list[list[Text]]:
        """Take what waits for an answer: for each line, all its messages in the order sent."""
        return self._claim("in", limit)

    def texts_to_send(self, limit: int = 32) -> list[list[Text]]:
        """Take what waits to be sent: for each line, all its messages in the order written."""
        return self._claim("out", limit)

    def text_wait(self, parts: Sequence[Text], wait: timedelta) -> None:
        """Put messages back, until more of them have come or `wait` has passed."""
        due = self.clock.now() + wait
        self.store.transact(lambda c: texts.settle(c, [t.id for t in parts], "waiting", due=due))

    def text_conversation(self, line: str) -> str:
        """The conversation of a line; a new one, of nobody, when the phone has been silent for a while.

        A number may be shared, or have changed hands: nothing is left of the one before.
        """
        now, idle = self.clock.now(), timedelta(minutes=self.settings.text_idle_minutes)
        with self.store.read() as connection:
            row = texts.line(connection, line)
        going = row is not None and row.seen is not None and now - row.seen < idle
        conversation = row.conversation_id if row is not None and going else None
        if conversation is None or not self.identity(conversation).medium:
            if row is not None and row.conversation_id:
                self.close_conversation(row.conversation_id)
            conversation = self.open_conversation("sms", conversation_id=f"sms-{secrets.token_urlsafe(24)}")
        found: str = conversation
        self.store.transact(lambda c: texts.put_line(c, line, conversation_id=found, seen=now))
        return found

    def text_answered(self, parts: Sequence[Text], answers: Sequence[str]) -> None:
        """Messages are done and their answers written, in one transaction: neither without the other."""
        first, now = parts[0], self.clock.now()

        def work(connection: Connection) -> None:
            for place, answer in enumerate(answers):
                message_id = f"{first.message_id}:{place}"
                if not texts.known(connection, "out", message_id):
                    self._post(connection, first.line, first.number, answer, message_id, now)
            row = texts.line(connection, first.line)
            latest = max([t.at for t in parts] + ([row.latest] if row is not None and row.latest else []))
            texts.put_line(connection, first.line, latest=latest)
            texts.settle(connection, [t.id for t in parts], "done")

        self.store.transact(work)

    def text_post(self, number: str, said: str) -> None:
        """Write a message that no message asked for."""
        line, now = self._line(number), self.clock.now()
        self.store.transact(lambda c: self._post(c, line, number, said, uuid.uuid4().hex, now))

    def text_sent(self, text: Text, reference: str | None) -> None:
        """The carrier took a message; `reference` is its own name for it."""
        self.store.transact(lambda c: texts.settle(c, [text.id], "sent", was="working", reference=reference))

    def text_refused(self, pending: Sequence[Text]) -> str:
        """The carrier did not take the first of a line's messages: all wait, in order; it is "dead" after half an hour.

        Returns the state of the first.
        """
        first, now = pending[0], self.clock.now()
        dead = first.attempts >= ATTEMPTS

        def work(connection: Connection) -> None:
            wait = timedelta(seconds=2 ** (first.attempts - 1))
            texts.settle(connection, [t.id for t in pending], "waiting", due=now + wait)
            if dead:
                texts.settle(connection, [first.id], "dead")

        self.store.transact(work)
        return "dead" if dead else "waiting"

    def text_reported(self, state: str, *, message_id: str | None = None, reference: str | None = None) -> bool:
        """Note a delivery report: "delivered", "undelivered", or "rejected", which sends it again.

        False when there is no such message; a report that comes twice, or after a final one, changes nothing.
        """
        column, value = ("message_id", message_id) if message_id else ("reference", reference)
        now = self.clock.now()

        def work(connection: Connection) -> bool:
            row = texts.reported(connection, column, value or "")
            if row is None:
                return False
            # The operator may be quicker than the answer of the gateway that took the message.
            if row.state in ("sent", "working"):
                again = state == "rejected" and row.attempts < ATTEMPTS
                due = now + timedelta(seconds=2**row.attempts)
                final = "undelivered" if state == "rejected" else state
                texts.settle(connection, [row.id], "waiting" if again else final, due=due)
            return True

        return self.store.transact(work)

    def text_stop(self, line: str, *, stopped: bool) -> None:
        """STOP, or its end: whether a line wants what nobody asked for. STOP also forgets who was speaking."""
        now = self.clock.now() if stopped else None
        with self.store.read() as connection:
            row = texts.line(connection, line)
        if stopped and row is not None and row.conversation_id:
            self.close_conversation(row.conversation_id)
        self.store.transact(lambda c: texts.put_line(c, line, stopped=now))

    def text_stopped(self, number: str) -> bool:
        """True when STOP came from this number."""
        with self.store.read() as connection:
            rows = [texts.line(connection, line) for line in self.crypt.indexes(f"line|{number}")]
        return any(row is not None and row.stopped is not None for row in rows)

    def texts(self) -> dict[tuple[str, str], int]:
        """How many messages there are, by direction ("in", "out") and state."""
        with self.store.read() as connection:
            return texts.states(connection)

    # -- inside ---------------------------------------------------------------------------------

    def _line(self, number: str) -> str:
        return self.crypt.index(f"line|{number}")

    def _post(self, connection: Connection, line: str, number: str, said: str, message_id: str, now: datetime) -> None:
        body = self.crypt.seal(json.dumps({"number": number, "text": said}))
        texts.add(connection, direction="out", line=line, message_id=message_id, mark=None, body=body, due=now, at=now)

    def _claim(self, direction: str, limit: int) -> list[list[Text]]:
        now = self.clock.now()

        def work(connection: Connection) -> list[list[Text]]:
            found: dict[str, list[Text]] = {}
            latest: dict[str, datetime | None] = {}
            for row in texts.claim(connection, direction, now, now + LEASE, limit):
                if row.line not in found:
                    known = texts.line(connection, row.line) if direction == "in" else None
                    latest[row.line] = known.latest if known is not None else None
                found.setdefault(row.line, []).append(self._text(row, now, latest[row.line]))
            return list(found.values())

        return self.store.transact(work)

    def _text(self, row: Row[tuple[object, ...]], now: datetime, latest: datetime | None) -> Text:
        body = json.loads(self.crypt.open(row.body))
        old = now - row.at > timedelta(minutes=self.settings.text_late_minutes)
        overtaken = latest is not None and row.at < latest - OVERTAKEN
        return Text(
            row.id, row.line, row.message_id, body["number"], body["text"], row.at, row.attempts, old or overtaken
        )

"""What a conversation leaves with the core: its vault, its replies, the way to a human."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from booking_core.errors import NotYours
from booking_core.identity import Identities
from booking_core.part import number
from booking_core.storage import conversations
from booking_core.storage.engine import Broken


class Conversations(Identities):
    """Short-lived, encrypted at rest."""

    def vault_put(self, conversation_id: str, kind: str, value: str) -> str:
        """Keep a personal value for a while; returns its reference ("phone:1"), the same for the same value."""
        now = self.clock.now()
        mark = self.crypt.index(f"{conversation_id}|{kind}|{value}")
        fields = {
            "mark": mark,
            "value": self.crypt.seal(value),
            "expires": now + timedelta(minutes=self.settings.vault_minutes),
        }

        def work(connection: Connection) -> int:
            known = conversations.vault_find(connection, conversation_id, kind, mark, now)
            return known or conversations.vault_add(connection, conversation_id, kind, **fields)

        try:
            kept = self.store.transact(work)
        except Broken:  # another message of the same conversation took the number
            kept = self.store.transact(work)
        return f"{kind}:{kept}"

    def vault_get(self, conversation_id: str, reference: str) -> str:
        """The value behind a reference of this conversation; raises NotYours when unknown or lapsed."""
        kind, _, place = reference.partition(":")
        if not place.isdigit():
            raise NotYours
        with self.store.read() as connection:
            sealed = conversations.vault_get(connection, conversation_id, kind, int(place), self.clock.now())
        if sealed is None:
            raise NotYours
        return self.crypt.open(sealed)

    def reply_seen(self, conversation_id: str, message_id: str) -> Any | None:
        """The reply already given to a message, None when it is new."""
        with self.store.read() as connection:
            body = conversations.reply_get(connection, conversation_id, message_id)
        return None if body is None else json.loads(self.crypt.open(body))

    def reply_store(self, conversation_id: str, message_id: str, reply: Any) -> None:
        """Keep the reply (plain data) given to a message; the first one stored stays."""
        body, now = self.crypt.seal(json.dumps(reply)), self.clock.now()
        try:
            self.store.transact(lambda c: conversations.reply_put(c, conversation_id, message_id, body, now))
        except Broken:  # stored by another delivery of the same message
            return

    def handover(
        self,
        conversation_id: str,
        *,
        operation: str | None = None,
        known: Mapping[str, str] | None = None,
        turns: Sequence[str] = (),
        misunderstood: int = 0,
        medium: str,
    ) -> str:
        """Leave what an adviser must know; returns the record's id.

        `known`: codes. `turns`: the person's last sentences, references in place of their numbers; sealed.
        """
        said = self.crypt.seal(json.dumps(list(turns)))
        data = {"operation": operation, "known": dict(known or {}), "misunderstood": misunderstood, "turns": said}
        return self._leave(conversation_id, "handover", medium, data, None)

    def request_callback(
        self, conversation_id: str, phone: str, *, reason: str | None = None, when: str | None = None, medium: str
    ) -> str:
        """Ask for a human to call back at a number; returns the record's id. Raises InvalidPhone.

        `when`: the time wished, in words.
        """
        called = self.check_phone(phone)
        data = {"reason": reason, "when": when}
        return self._leave(conversation_id, "callback", medium, data, self.crypt.seal(called))

    def keep_draft(self, person_id: str, conversation_id: str, known: Mapping[str, Any], *, medium: str) -> None:
        """Remember where a person stands in an operation (codes), in place of what was remembered before."""
        fields = {"conversation_id": conversation_id, "data": dict(known), "at": self.clock.now()}
        self.store.write(lambda c: conversations.put_draft(c, number(person_id), medium=medium, **fields))

    def draft(self, person_id: str) -> dict[str, Any] | None:
        """Where the person stood less than `Settings.draft_hours` ago, by whatever medium; None when nowhere."""
        since = self.clock.now() - timedelta(hours=self.settings.draft_hours)
        with self.store.read() as connection:
            row = conversations.draft(connection, number(person_id), since)
        return None if row is None else dict(row.data)

    def drop_draft(self, person_id: str) -> None:
        """There is nothing to take up again."""
        self.store.write(lambda connection: conversations.drop_draft(connection, number(person_id)))

    def _leave(self, conversation_id: str, kind: str, medium: str, data: Mapping[str, Any], phone: str | None) -> str:
        person = self.identity(conversation_id).person_id
        fields = {
            "conversation_id": conversation_id,
            "person_id": None if person is None else int(person),
            "kind": kind,
            "medium": medium,
            "data": dict(data),
            "phone": phone,
            "at": self.clock.now(),
        }
        return str(self.store.transact(lambda c: conversations.hand_over(c, **fields)))

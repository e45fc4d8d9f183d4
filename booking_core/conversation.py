"""What a conversation leaves with the core: its vault, its replies, the way to a human."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking_core.part import Part


class Conversations(Part):
    """Short-lived, encrypted at rest."""

    def vault_put(self, conversation_id: str, kind: str, value: str) -> str:
        """Keep a personal value for a while; returns its reference ("phone:1"), the same for the same value."""
        raise NotImplementedError

    def vault_get(self, conversation_id: str, reference: str) -> str:
        """The value behind a reference of this conversation; raises NotYours when unknown or lapsed."""
        raise NotImplementedError

    def reply_seen(self, conversation_id: str, message_id: str) -> Any | None:
        """The reply already given to a message, None when it is new."""
        raise NotImplementedError

    def reply_store(self, conversation_id: str, message_id: str, reply: Any) -> None:
        """Keep the reply (plain data) given to a message; the first one stored stays."""
        raise NotImplementedError

    def handover(
        self,
        conversation_id: str,
        *,
        operation: str | None = None,
        known: Mapping[str, str] | None = None,
        misunderstood: int = 0,
        medium: str,
    ) -> str:
        """Leave what an adviser must know, as codes, never the person's words; returns the record's id."""
        raise NotImplementedError

    def request_callback(self, conversation_id: str, phone: str, *, reason: str | None = None, medium: str) -> str:
        """Ask for a human to call back at a number; returns the record's id. Raises InvalidPhone."""
        raise NotImplementedError

"""Who is speaking: conversations, levels, one-time codes, lockout (RULES §4)."""

from __future__ import annotations

from datetime import date

from booking_core.model import Identity, Person
from booking_core.part import Part


class Identities(Part):
    """Identity is kept by conversation, never in what a person could type."""

    def person(self, person_id: str) -> Person:
        """One person; raises NotYours when there is none of that id."""
        raise NotImplementedError

    def person_by_key(self, key: str) -> Person | None:
        """A person of the demo by their name ("alice"), None when there is none."""
        raise NotImplementedError

    def open_conversation(
        self, medium: str, *, person_id: str | None = None, level: int = 0, conversation_id: str | None = None
    ) -> str:
        """Start a conversation, or give one that exists its identity again; returns its id, hard to guess.

        `level` 2 with a person: the medium has signed them in. `conversation_id`: for a medium that
        names its own conversations (a phone number's hash, a call's id).
        """
        raise NotImplementedError

    def identity(self, conversation_id: str) -> Identity:
        """Who is speaking; nobody, level 0, when the conversation is unknown or has lapsed."""
        raise NotImplementedError

    def require_person(self, conversation_id: str) -> str:
        """The id of the person proved to be speaking (level 2); raises NotIdentified."""
        raise NotImplementedError

    def close_conversation(self, conversation_id: str) -> None:
        """Sign out: identity, vault and holds of the conversation are gone."""
        raise NotImplementedError

    def identify(self, conversation_id: str, nir: str, birth_date: date) -> Identity:
        """Level 1 from the social security number (13 or 15 characters) and the date of birth.

        Raises Unknown for every wrong answer alike, in the same time; Locked after five.
        """
        raise NotImplementedError

    def addresses(self, conversation_id: str) -> dict[str, str]:
        """Where a code can be sent, masked: {"mobile": "06 ** ** ** 78", "email": "r****@hotmail.com"}."""
        raise NotImplementedError

    def send_code(self, conversation_id: str, to: str | None = None) -> str:
        """Send a one-time code to the "mobile" or "email" on file (None: the mobile first); returns it masked.

        Raises NotIdentified (level 1 first), NoAddress, Locked (too many codes asked for).
        """
        raise NotImplementedError

    def check_code(self, conversation_id: str, code: str) -> Identity:
        """Level 2 when the code is right; raises CodeWrong, CodeExpired, NotIdentified, Locked."""
        raise NotImplementedError

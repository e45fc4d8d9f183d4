"""Who is speaking: conversations, levels, one-time codes, lockout (RULES §4)."""

from __future__ import annotations

import json
import re
import secrets
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row
from stdnum.fr import nir as stdnum

from booking_core.contact import CODES_IN_A_ROW, Contacts
from booking_core.errors import CodeExpired, CodeWrong, Locked, NoAddress, NotIdentified, NotYours, Unknown
from booking_core.model import Contact, Identity, Person
from booking_core.notices.plan import notice
from booking_core.part import number
from booking_core.storage import codes, conversations, ledger, people, slots
from booking_core.storage.engine import together

PROVED = 2


class Identities(Contacts):
    """Identity is kept by conversation, never in what a person could type."""

    def person(self, person_id: str) -> Person:
        """One person; raises NotYours when there is none of that id."""
        with self.store.read() as connection:
            row = people.get(connection, number(person_id))
        if row is None:
            raise NotYours
        return person_of(row)

    def person_by_key(self, key: str) -> Person | None:
        """A person of the demo by their name ("alice"), None when there is none."""
        with self.store.read() as connection:
            row = people.by_key(connection, key)
        return None if row is None else person_of(row)

    def person_by_nir(self, nir: str) -> Person | None:
        """The person of a social security number, for an operator who was shown it; proves nothing by itself."""
        with self.store.read() as connection:
            row = people.by_nir(connection, self.crypt.indexes(nir_13(nir) or "none"))
        return None if row is None else person_of(row)

    def register(
        self,
        nir: str,
        birth_date: date,
        agency_id: str | None,
        contact: Contact,
        *,
        key: str | None = None,
    ) -> Person:
        """File a person; addresses are checked. Raises Unknown for a NIR that cannot exist, InvalidContact."""
        typed = nir_13(nir)
        if typed is None:
            raise Unknown
        addresses = {
            "mobile": contact.mobile and self.check_phone(contact.mobile),
            "landline": contact.landline and self.check_phone(contact.landline),
            "email": contact.email and self.check_email(contact.email),
        }
        fields = {
            "key": key,
            "agency_id": None if agency_id is None else number(agency_id),
            "nir": self.crypt.index(typed),
            "credential": self.crypt.index(f"{typed}|{birth_date.isoformat()}"),
            "sealed": self.crypt.seal(json.dumps({"nir": typed, "birth_date": birth_date.isoformat()})),
            "created": self.clock.now(),
            **{field: self.crypt.seal(value) if value else None for field, value in addresses.items()},
        }
        return self.person(str(self.store.transact(lambda connection: people.add(connection, **fields))))

    # -- conversations --------------------------------------------------------------------------

    def open_conversation(
        self, medium: str, *, person_id: str | None = None, level: int = 0, conversation_id: str | None = None
    ) -> str:
        """Start a conversation, or give one that exists its identity again; returns its id, hard to guess.

        `level` 2 with a person: the medium has signed them in. `conversation_id`: for a medium that
        names its own conversations (a phone number's hash, a call's id).
        """
        chosen, now = conversation_id or secrets.token_urlsafe(18), self.clock.now()
        fields = {
            "medium": medium,
            "person_id": None if person_id is None else number(person_id),
            "level": level if person_id else 0,
            "opened": now,
            "expires": now + timedelta(hours=self.settings.conversation_hours),
        }
        self.store.transact(lambda c: conversations.put(c, chosen, **fields))
        return chosen

    def identity(self, conversation_id: str) -> Identity:
        """Who is speaking; nobody, level 0, when the conversation is unknown or has lapsed."""
        with self.store.read() as connection:
            row = conversations.get(connection, conversation_id, self.clock.now())
        if row is None:
            return Identity(conversation_id, "")
        return Identity(conversation_id, row.medium, None if row.person_id is None else str(row.person_id), row.level)

    def require_person(self, conversation_id: str) -> str:
        """The id of the person proved to be speaking (level 2); raises NotIdentified."""
        known = self.identity(conversation_id)
        if known.person_id is None or known.level < PROVED:
            raise NotIdentified(known.level, PROVED)
        return known.person_id

    def close_conversation(self, conversation_id: str) -> None:
        """Sign out: identity, vault and holds of the conversation are gone."""

        def work(connection: Connection) -> None:
            conversations.close(connection, conversation_id)
            together(connection, slots.release(conversation_id))

        self.store.transact(work)

    # -- proving who one is ---------------------------------------------------------------------

    def identify(self, conversation_id: str, nir: str, birth_date: date) -> Identity:
        """Level 1 from the social security number (13 or 15 characters) and the date of birth.

        Raises Unknown for every wrong answer alike, in the same time; Locked after five.
        """
        now, typed = self.clock.now(), nir_13(nir)
        # A number that cannot exist takes the same way as one that nobody has.
        index = self.crypt.index(typed or "none")
        credential = f"{typed}|{birth_date.isoformat()}"
        subjects = [f"conversation:{conversation_id}", f"nir:{index}"]

        def work(connection: Connection) -> Row[Any] | None:
            until = codes.locked(connection, subjects, self.settings.identify_tries, now)
            if until:
                raise Locked(until)
            row = people.by_nir(connection, self.crypt.indexes(typed or "none"))
            known = self.crypt.indexed(row.credential if row is not None else self.crypt.index(""), credential)
            for subject in subjects:
                codes.count(connection, subject, now, now + timedelta(minutes=self.settings.lock_minutes))
            found = row if known and conversations.get(connection, conversation_id, now) is not None else None
            together(
                connection,
                ledger.note("identify", at=now, actor="person", medium="", data={"known": found is not None}),
            )
            if found is not None:
                codes.forget(connection, subjects)
                conversations.prove(connection, conversation_id, found.id, 1)
            return found

        if self.store.transact(work) is None:
            raise Unknown
        return self.identity(conversation_id)

    def addresses(self, conversation_id: str) -> dict[str, str]:
        """Where a code can be sent, masked: {"mobile": "06 ** ** ** 78", "email": "r****@hotmail.com"}."""
        known = self._level_1(conversation_id)
        return {kind: mask(value) for kind, value in self._reachable(self.contact(known)).items()}

    def send_code(self, conversation_id: str, to: str | None = None) -> str:
        """Send a one-time code to the "mobile" or "email" on file (None: the mobile first); returns it masked.

        Raises NotIdentified (level 1 first), NoAddress, Locked (too many codes asked for).
        """
        known, now = self._level_1(conversation_id), self.clock.now()
        reachable = self._reachable(self.contact(known))
        kind = to or next(iter(reachable), None)
        if kind is None or kind not in reachable:
            raise NoAddress(1, PROVED)
        subject, secret = f"identify:{conversation_id}", self.crypt.new_code()
        asked = f"codes:{known}"

        def work(connection: Connection) -> None:
            until = codes.locked(connection, [asked], CODES_IN_A_ROW, now)
            if until:
                raise Locked(until)
            codes.count(connection, asked, now, now + timedelta(minutes=self.settings.lock_minutes))
            codes.put(
                connection,
                subject,
                person_id=number(known),
                hash=self.crypt.hash_code(secret),
                left=self.settings.code_tries,
                expires=now + timedelta(minutes=self.settings.code_minutes),
            )
            sealed = self.crypt.seal(json.dumps({"to": reachable[kind], "code": secret}))
            port = "sms" if kind == "mobile" else "email"
            together(
                connection, *ledger.post([notice("code", port, due=now, now=now, person_id=number(known), data=sealed)])
            )

        self.store.transact(work)
        return mask(reachable[kind])

    def awaits_code(self, conversation_id: str) -> bool:
        """True while a one-time code sent in this conversation can be given back."""
        known = self.identity(conversation_id).person_id
        subjects = [f"identify:{conversation_id}", f"contact:{known}"]
        with self.store.read() as connection:
            return codes.live(connection, subjects, self.clock.now())

    def check_code(self, conversation_id: str, code: str) -> Identity:
        """Level 2 when the code is right; raises CodeWrong, CodeExpired, NotIdentified."""
        known, now = self._level_1(conversation_id), self.clock.now()
        subject = f"identify:{conversation_id}"
        spent = self.store.transact(lambda c: codes.take_try(c, subject, now))
        if spent is None or spent.person_id != number(known):
            raise CodeExpired
        if not self.crypt.same_code(spent.hash, code):
            raise CodeWrong(spent.left)

        def work(connection: Connection) -> None:
            codes.drop(connection, subject)
            codes.forget(connection, [f"codes:{known}"])
            conversations.prove(connection, conversation_id, number(known), PROVED)
            together(connection, ledger.note("proved", at=now, actor="person", medium="", person_id=number(known)))

        self.store.transact(work)
        return self.identity(conversation_id)

    def _level_1(self, conversation_id: str) -> str:
        known = self.identity(conversation_id)
        if known.person_id is None or known.level < 1:
            raise NotIdentified(known.level, 1)
        return known.person_id

    def _reachable(self, contact: Contact) -> dict[str, str]:
        """What can get a code: a landline cannot."""
        found = {"mobile": contact.mobile, "email": contact.email}
        return {kind: value for kind, value in found.items() if value}


def person_of(row: Row[Any]) -> Person:
    """A row as the model has it."""
    return Person(str(row.id), row.key, None if row.agency_id is None else str(row.agency_id))


def nir_13(typed: str) -> str | None:
    """The first 13 characters of a social security number, None when it cannot exist.

    13 characters as the ameli login takes them, or 15 with a right key; Corsica has 2A and 2B.
    """
    plain = re.sub(r"[\s.-]", "", typed).upper()
    if re.fullmatch(r"[1-478]\d{4}(\d\d|2[AB])\d{6}", plain):
        return plain
    return plain[:13] if len(plain) == 15 and stdnum.is_valid(plain) else None


def mask(address: str) -> str:
    """An address that its owner recognises and nobody else learns."""
    if "@" in address:
        name, domain = address.split("@", 1)
        return f"{name[0]}****@{domain}"
    if address.startswith("+33"):
        return f"0{address[3]} ** ** ** {address[-2:]}"
    return f"{address[:3]} ** {address[-2:]}"

"""How to reach a person: numbers and addresses checked, changes proved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType
from sqlalchemy import Connection

from booking_core.errors import CodeExpired, CodeWrong, InvalidEmail, InvalidPhone, Locked, NotYours, ReusedKeyError
from booking_core.model import Contact
from booking_core.notices.plan import notice
from booking_core.part import Part, number
from booking_core.storage import appointments, codes, ledger, people
from booking_core.storage.engine import Broken, together

# Each territory has its own calling code. The overseas departments come first: the library also takes
# their numbers for mainland ones.
TERRITORIES = ("GP", "GF", "MQ", "RE", "YT", "FR", "PM", "NC", "PF", "WF")
# Ranges that Arcep keeps for fiction: no such number can be given to anybody.
FICTION = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4}")
MAINLAND = re.compile(r"\+33\d{9}")
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
EMAIL = re.compile(r"[^@\s<>\"(),:;]{1,64}@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,63}")
CODES_IN_A_ROW = 3
FIELDS = ("mobile", "landline", "email")
PORTS = {"mobile": "sms", "email": "email"}


class Contacts(Part):
    """Contact details."""

    def contact(self, person_id: str) -> Contact:
        """What is on file; raises NotYours for nobody."""
        with self.store.read() as connection:
            return self._contact(connection, number(person_id))

    def check_phone(self, number: str) -> str:
        """A number in E.164: French of any territory, or foreign with its prefix; raises InvalidPhone."""
        # "0692…" is dialled as a mainland number, and is one of La Réunion.
        dialled = (number, "0" + number.removeprefix("+33")) if MAINLAND.fullmatch(number) else (number,)
        for said, territory in product(dialled, TERRITORIES):
            parsed = _parsed(said, territory)
            if parsed is not None and (phonenumbers.is_valid_number(parsed) or _fiction(parsed)):
                return _e164(parsed)
        raise InvalidPhone

    def is_mobile(self, number: str) -> bool:
        """True when a number in E.164 can get text messages."""
        if FICTION.fullmatch(number):
            return number.startswith("+336")
        return phonenumbers.number_type(phonenumbers.parse(number)) in MOBILE

    def check_email(self, address: str) -> str:
        """An address as it is kept, its domain in lower case; raises InvalidEmail."""
        said = address.strip()
        if not EMAIL.fullmatch(said) or ".." in said or len(said) > 254:
            raise InvalidEmail
        name, domain = said.rsplit("@", 1)
        return f"{name}@{domain.lower()}"

    def start_contact_change(self, person_id: str, kind: str, value: str, *, key: str, medium: str) -> bool:
        """Change the "phone" or "email"; a phone is filed as mobile or landline by what it is.

        True when it is done; False when a code was sent to the new address and
        `confirm_contact_change` is awaited (`Settings.contact_proof`; a landline, which gets no SMS,
        needs no code). Raises InvalidPhone, InvalidEmail, Locked (too many codes asked for).
        """
        person, now = number(person_id), self.clock.now()
        field, checked = self._field(kind, value)
        proof = field != "landline" and self.settings.contact_proof

        def work(connection: Connection) -> None:
            if proof:
                self._send_proof(connection, person, field, checked, medium)
            else:
                self._change(connection, person, field, checked, medium)
            together(
                connection, ledger.answer(key, person_id=person, operation="contact", result={"proof": proof}, at=now)
            )

        done = self._contact_answered(person, key)
        if done is None:
            try:
                self.store.transact(work)
            except Broken:
                done = self._contact_answered(person, key)
                if done is None:
                    raise
        return not proof if done is None else not done["proof"]

    def confirm_contact_change(self, person_id: str, code: str, *, key: str) -> Contact:
        """The code sent to the new address was given back: it counts from now, and the old one is told.

        Raises CodeWrong, CodeExpired.
        """
        person, now = number(person_id), self.clock.now()
        subject = f"contact:{person}"
        if self._contact_answered(person, key):
            return self.contact(person_id)
        spent = self.store.transact(lambda c: codes.take_try(c, subject, now))
        if spent is None:
            raise CodeExpired
        if not self.crypt.same_code(spent.hash, code):
            raise CodeWrong(spent.left)
        change = json.loads(self.crypt.open(spent.data))

        def work(connection: Connection) -> None:
            codes.drop(connection, subject)
            self._change(connection, person, change["field"], change["value"], change["medium"])
            together(
                connection, ledger.answer(key, person_id=person, operation="contact", result={"proof": False}, at=now)
            )

        self.store.transact(work)
        return self.contact(person_id)

    # -- inside ---------------------------------------------------------------------------------

    def _contact(self, connection: Connection, person: int) -> Contact:
        row = people.get(connection, person)
        if row is None:
            raise NotYours
        return Contact(**{f: self.crypt.open(v) if (v := getattr(row, f)) else None for f in FIELDS})

    def _contact_answered(self, person: int, key: str) -> Mapping[str, Any] | None:
        with self.store.read() as connection:
            row = ledger.seen(connection, key)
        if row is not None and (row.person_id, row.operation) != (person, "contact"):
            raise ReusedKeyError("contact")
        return None if row is None else dict(row.result)

    def _field(self, kind: str, value: str) -> tuple[str, str]:
        if kind == "email":
            return "email", self.check_email(value)
        checked = self.check_phone(value)
        return ("mobile" if self.is_mobile(checked) else "landline"), checked

    def _send_proof(self, connection: Connection, person: int, field: str, value: str, medium: str) -> None:
        """A code to the new address; asking for one too often locks for a while."""
        now, subject = self.clock.now(), f"contact:{person}"
        until = codes.locked(connection, [subject], CODES_IN_A_ROW, now)
        if until:
            raise Locked(until)
        codes.count(connection, subject, now, now + timedelta(minutes=self.settings.lock_minutes))
        secret, expires = self.crypt.new_code(), now + timedelta(minutes=self.settings.code_minutes)
        codes.put(
            connection,
            subject,
            person_id=person,
            hash=self.crypt.hash_code(secret),
            data=self.crypt.seal(json.dumps({"field": field, "value": value, "medium": medium})),
            left=self.settings.code_tries,
            expires=expires,
        )
        sealed = self.crypt.seal(json.dumps({"to": value, "code": secret}))
        row = notice("code", PORTS[field], due=now, now=now, person_id=person, data=sealed)
        together(connection, *ledger.post([row]))

    def _change(self, connection: Connection, person: int, field: str, value: str, medium: str) -> None:
        """File the new address, call it for the appointments that called the old one, and tell the old one."""
        now, before = self.clock.now(), self._contact(connection, person)
        old = getattr(before, field)
        people.change(connection, person, **{field: self.crypt.seal(value)})
        after = self._contact(connection, person)
        if after.for_calls and after.for_calls != before.for_calls:
            for row in appointments.of_person(connection, person, now):
                if row.phone and self.crypt.open(row.phone) == before.for_calls:
                    appointments.call(connection, row.id, self.crypt.seal(after.for_calls))
        together(
            connection,
            ledger.note("contact", at=now, actor="person", medium=medium, person_id=person, data={"field": field}),
        )
        if old and old != value and field != "landline":
            sealed = self.crypt.seal(json.dumps({"to": old, "field": field}))
            told = notice("contact_changed", PORTS[field], due=now, now=now, person_id=person, data=sealed)
            together(connection, *ledger.post([told]))


def _parsed(number: str, territory: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, territory)
    except phonenumbers.NumberParseException:
        return None


def _e164(parsed: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _fiction(parsed: phonenumbers.PhoneNumber) -> bool:
    return FICTION.fullmatch(_e164(parsed)) is not None

"""The account on the web: signing in by NIR and code, the forgotten code, sessions (RULES §4)."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from booking_core.contact import CODES_IN_A_ROW
from booking_core.errors import CodeWeak, Locked, NotIdentified, Unknown
from booking_core.identity import Identities, mask, nir_13
from booking_core.model import Contact
from booking_core.notices.plan import notice
from booking_core.part import number
from booking_core.storage import accounts, codes, ledger, people
from booking_core.storage.engine import Broken, together

PROVISIONAL_DIGITS = 4
SHORTEST, LONGEST = 8, 50
# A part of a date of birth or of a NIR shorter than this is in too many codes to be forbidden.
PART = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DOMAINS = ("gmail.com", "orange.fr", "hotmail.fr", "laposte.net", "free.fr", "exemple.fr")


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in on the web. `fresh`: with a provisional code, a personal one must be chosen first."""

    person_id: str
    fresh: bool
    expires: datetime


class Accounts(Identities):
    """Codes are kept as Argon2id hashes; every wrong answer is the same, and takes as long."""

    def sign_in(self, nir: str, code: str) -> str:
        """Sign in; returns the session's token. Raises Unknown for every wrong answer alike, Locked after five."""
        now, typed = self.clock.now(), nir_13(nir)
        index = self.crypt.index(typed or "none")
        subject = f"account:{index}"
        self._try(subject)
        with self.store.read() as connection:
            row = people.by_nir(connection, self.crypt.indexes(typed or "none"))
            held = accounts.get(connection, row.id) if row is not None else None
        live = held is not None and held.expires is not None and held.expires > now
        personal = self.crypt.same_code((held and held.hash) or self.crypt.no_hash, code)
        provisional = self.crypt.same_code((held.provisional if held and live else None) or self.crypt.no_hash, code)
        if row is None or not (personal or provisional):
            raise Unknown

        def work(connection: Connection) -> str:
            codes.forget(connection, [subject])
            if personal and held is not None and held.provisional:
                # The code is remembered after all: the one sent is worth nothing more.
                accounts.put(connection, row.id, provisional=None, expires=None)
            return self._begin(connection, row.id, fresh=not personal, now=now)

        return self.store.transact(work)

    def forgot_code(self, nir: str, birth_date: date) -> str:
        """Send a provisional 4-digit code to the e-mail on file, or the mobile; returns the address, masked.

        It lasts `provisional_minutes`. Nothing tells whether the person is known: whoever is not gets an address
        that is nobody's, always the same for the same NIR. Raises Locked after three tries for a NIR.
        """
        now, typed = self.clock.now(), nir_13(nir)
        index = self.crypt.index(typed or "none")
        credential = f"{typed}|{birth_date.isoformat()}"
        self._try(f"forgot:{index}", CODES_IN_A_ROW)
        secret = self.crypt.new_code(PROVISIONAL_DIGITS)
        hashed = self.crypt.hash_code(secret)

        def work(connection: Connection) -> str:
            row = people.by_nir(connection, self.crypt.indexes(typed or "none"))
            known = self.crypt.indexed(row.credential if row is not None else self.crypt.index(""), credential)
            contact = self._contact(connection, row.id) if row is not None and known else Contact()
            to, port = (contact.email, "email") if contact.email else (contact.mobile, "sms")
            who = row.id if row is not None and to else None
            told = ledger.note("provisional_code", at=now, actor="person", medium="web", person_id=who)
            if row is None or to is None:
                together(connection, told)
                return self._nobody(index)
            until = now + timedelta(minutes=self.settings.provisional_minutes)
            accounts.put(connection, row.id, provisional=hashed, expires=until, changed=now)
            sealed = self.crypt.seal(json.dumps({"to": to, "code": secret}))
            sent = notice("provisional", port, due=now, now=now, person_id=row.id, data=sealed)
            together(connection, *ledger.post([sent]), told)
            return mask(to)

        return self.store.transact(work)

    def _nobody(self, index: str) -> str:
        """A masked address that nobody has."""
        drawn = int(self.crypt.index(f"nobody|{index}"), 16)
        return mask(f"{LETTERS[drawn % 26]}@{DOMAINS[drawn // 26 % len(DOMAINS)]}")

    def choose_code(self, token: str, code: str) -> None:
        """Choose the personal code; the person is signed out everywhere else. Raises CodeWeak, NotIdentified."""
        now, mark = self.clock.now(), self._mark(token)
        person = self.signed_in(token)
        if broken := self.code_rules(person.person_id, code):
            raise CodeWeak(broken)
        hashed = self.crypt.hash_code(code)

        def work(connection: Connection) -> None:
            mine = number(person.person_id)
            accounts.put(connection, mine, hash=hashed, provisional=None, expires=None, changed=now)
            accounts.change_session(connection, mark, fresh=False)
            accounts.close_others(connection, mine, mark)
            together(connection, ledger.note("code_chosen", at=now, actor="person", medium="web", person_id=mine))

        self.store.transact(work)

    def code_rules(self, person_id: str, code: str) -> tuple[str, ...]:
        """The rules that a code breaks: "length", "lower", "upper", "other" (a digit or a sign), "personal".

        "personal": it holds the NIR, the date of birth, or a part of one.
        """
        with self.store.read() as connection:
            row = people.get(connection, number(person_id))
        known = json.loads(self.crypt.open(row.sealed)) if row is not None and row.sealed else {}
        met = {
            "length": SHORTEST <= len(code) <= LONGEST,
            "lower": any(c.islower() for c in code),
            "upper": any(c.isupper() for c in code),
            "other": any(not c.isalpha() and not c.isspace() for c in code),
            "personal": not _holds(code, known.get("nir", ""), known.get("birth_date", "")),
        }
        return tuple(rule for rule, fine in met.items() if not fine)

    # -- sessions -------------------------------------------------------------------------------

    def signed_in(self, token: str) -> SignedIn:
        """Who a session's token is; each use makes it last `session_minutes` more. Raises NotIdentified."""
        now, mark = self.clock.now(), self._mark(token)
        with self.store.read() as connection:
            row = accounts.session_of(connection, mark, now)
        if row is None or row.opened + timedelta(hours=self.settings.conversation_hours) <= now:
            raise NotIdentified
        expires = now + timedelta(minutes=self.settings.session_minutes)
        # Not at each request: a write for every minute is enough.
        if expires - row.expires >= timedelta(minutes=1):
            self.store.transact(lambda c: accounts.change_session(c, mark, expires=expires))
        return SignedIn(str(row.person_id), row.fresh, max(expires, row.expires))

    def sign_out(self, token: str) -> None:
        """The session's token is worth nothing any more."""
        mark = self._mark(token)
        self.store.transact(lambda c: accounts.close_session(c, mark))

    def sign_in_as(self, person_id: str) -> str:
        """Open a session for a person whom somebody else has identified; returns its token."""
        now = self.clock.now()
        return self.store.transact(lambda c: self._begin(c, number(person_id), fresh=False, now=now))

    def _begin(self, connection: Connection, person: int, *, fresh: bool, now: datetime) -> str:
        token = secrets.token_urlsafe(32)
        expires = now + timedelta(minutes=self.settings.session_minutes)
        accounts.open_session(connection, self._mark(token), person_id=person, fresh=fresh, opened=now, expires=expires)
        together(connection, ledger.note("signed_in", at=now, actor="person", medium="web", person_id=person))
        return token

    # -- identities that others vouch for ---------------------------------------------------------

    def federated(self, issuer: str, subject: str) -> str | None:
        """The person whom an identity provider's subject was linked to, None when it was not yet."""
        marks = self.crypt.indexes(f"{issuer}|{subject}")
        with self.store.read() as connection:
            found = accounts.federated(connection, marks)
        return None if found is None else str(found)

    def federate(self, person_id: str, issuer: str, subject: str) -> None:
        """Link an identity provider's subject to a person who has signed in."""
        now, mark = self.clock.now(), self.crypt.index(f"{issuer}|{subject}")

        def work(connection: Connection) -> None:
            accounts.federate(connection, mark, number(person_id), now)
            note = ledger.note("federated", at=now, actor="person", medium="web", person_id=number(person_id))
            together(connection, note)

        self.store.transact(work)

    def use_once(self, value: str, until: datetime) -> bool:
        """True the first time a value is used; it is remembered until then (aware)."""
        subject, now = f"once:{self.crypt.index(value)}", self.clock.now()

        def work(connection: Connection) -> bool:
            if codes.locked(connection, [subject], 1, now):
                return False
            codes.count(connection, subject, now, until)
            return True

        try:
            return self.store.transact(work)
        except Broken:  # used at the same time elsewhere
            return False

    def _try(self, subject: str, most: int | None = None) -> None:
        """Count a try before it is looked at, so that trying at once in many places gains nothing; raises Locked."""
        now = self.clock.now()

        def work(connection: Connection) -> None:
            until = codes.locked(connection, [subject], most or self.settings.identify_tries, now)
            if until:
                raise Locked(until)
            codes.count(connection, subject, now, now + timedelta(minutes=self.settings.lock_minutes))

        self.store.transact(work)

    def _mark(self, token: str) -> str:
        return self.crypt.index(f"session|{token}")


def _holds(code: str, nir: str, birth_date: str) -> bool:
    """True when a code holds the NIR, the date of birth in any order of its parts, or four characters of one."""
    digits = re.sub(r"[^0-9A-Z]", "", code.upper())
    year, month, day = birth_date.split("-") if birth_date else ("", "", "")
    dates = [year, day + month, month + day, day + month + year[2:], year[2:] + month + day, month + year, year + month]
    parts = [nir[i : i + PART] for i in range(len(nir) - PART + 1)]
    return any(part and part in digits for part in (*dates, *parts))

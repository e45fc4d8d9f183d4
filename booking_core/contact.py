"""How to reach a person: numbers and addresses checked, changes proved."""

from __future__ import annotations

from booking_core.model import Contact
from booking_core.part import Part


class Contacts(Part):
    """Contact details."""

    def contact(self, person_id: str) -> Contact:
        """What is on file; raises NotYours for nobody."""
        raise NotImplementedError

    def check_phone(self, number: str) -> str:
        """A number in E.164: French of any territory, or foreign with its prefix; raises InvalidPhone."""
        raise NotImplementedError

    def is_mobile(self, number: str) -> bool:
        """True when a number can get text messages."""
        raise NotImplementedError

    def check_email(self, address: str) -> str:
        """An address as it is kept; raises InvalidEmail."""
        raise NotImplementedError

    def start_contact_change(self, person_id: str, kind: str, value: str, *, key: str, medium: str) -> bool:
        """Change the "phone" or "email"; a phone is filed as mobile or landline by what it is.

        True when it is done; False when a code was sent to the new address and
        `confirm_contact_change` is awaited (`Settings.contact_proof`; a landline, which gets no SMS,
        needs no code). Raises InvalidPhone, InvalidEmail, Locked (too many codes asked for).
        """
        raise NotImplementedError

    def confirm_contact_change(self, person_id: str, code: str, *, key: str) -> Contact:
        """The code sent to the new address was given back: it counts from now, and the old one is told.

        Raises CodeWrong, CodeExpired.
        """
        raise NotImplementedError

"""A new secret: everything goes on being read and found, during and after; the old one can be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from booking_core import Contact, Core, FixedClock, Unknown, open_core
from booking_core.storage.tables import metadata
from tests.booking_core.post import Post
from tests.booking_core.world import MOBILE, SECRET, TUESDAY, book, free, opening

NEW = "another secret for tests, long enough"
NIR, BORN = "2870535212345", date(1987, 5, 14)
ISSUER, SUBJECT = "https://fc.exemple.fr", "subject-1"


@contextmanager
def under(url: str, clock: FixedClock, secret: str, also: str = "") -> Iterator[Core]:
    core = open_core(url, clock, secret=secret, also=also)
    yield core
    core.close()


def everything(core: Core) -> str:
    """Every value of every table, to search in."""
    with core.store.read() as connection:
        return "\n".join(str(row) for table in metadata.sorted_tables for row in connection.execute(select(table)))


def live(core: Core) -> str:
    """Something sealed or hashed in every table that may hold it; returns the person's id."""
    opening(core, {"since": "9:00", "until": "12:00"})
    person = core.register(NIR, BORN, None, Contact(mobile=MOBILE, email="jeanne@exemple.fr")).id
    book(core, person, free(core, first=TUESDAY)[0])
    Post(core).go()
    conversation = core.open_conversation("web", person_id=person, level=2)
    core.vault_put(conversation, "phone", MOBILE)
    core.reply_store(conversation, "m", ["bonjour"])
    core.tell(person, {"text": "bonjour"})
    core.note_lines(conversation, [{"text": "bonjour"}])
    core.handover(conversation, turns=["bonjour"], medium="web")
    core.request_callback(conversation, MOBILE, medium="web")
    core.start_contact_change(person, "email", "autre@exemple.fr", key="k", medium="web")
    core.feed(core.agencies()[0].id)
    core.federate(person, ISSUER, SUBJECT)
    core.text_received(MOBILE, "bonjour", "t1")
    [[text]] = core.texts_to_answer()
    core.text_stop(text.line, stopped=True)
    core.text_received(MOBILE, "encore", "t2")
    return person


def known(core: Core) -> str:
    """Who has this NIR, as a conversation finds out."""
    return core.identify(core.open_conversation("sms"), NIR, BORN).person_id or ""


def test_everything_is_found_while_both_secrets_are_known(url: str, clock: FixedClock) -> None:
    with under(url, clock, SECRET) as core:
        person = live(core)
    # Whichever of the two comes first: gateways are restarted one after the other.
    for secret, also in ((SECRET, NEW), (NEW, SECRET)):
        with under(url, clock, secret, also) as core:
            assert known(core) == person
            assert core.contact(person).mobile == MOBILE
            assert core.federated(ISSUER, SUBJECT) == person
            assert core.text_stopped(MOBILE)
            assert core.export(person)


def test_after_the_rotation_the_old_secret_is_needed_for_nothing(url: str, clock: FixedClock) -> None:
    with under(url, clock, SECRET) as core:
        person, mark = live(core), core.crypt.mark
        held, count = core.export(person), everything(core).count(mark)
        assert count > 10
    with under(url, clock, NEW, SECRET) as core:
        done = core.rotate()
        assert sum(done.values()) >= 10
        assert core.rotate() == {}
    with under(url, clock, NEW) as core:
        assert mark not in everything(core)
        assert core.export(person) == held
        assert known(core) == person
        assert core.text_stopped(MOBILE)
        assert core.feed(core.agencies()[0].id)
        # Waiting texts keep their order and their line.
        assert {text.number for texts in core.texts_to_answer() for text in texts} <= {MOBILE}
    with under(url, clock, SECRET) as core:
        with pytest.raises(InvalidTag):
            core.contact(person)
        with pytest.raises(Unknown):
            known(core)


def test_what_is_kept_tells_no_number_and_no_address(url: str, clock: FixedClock) -> None:
    with under(url, clock, SECRET) as core:
        live(core)
        kept = everything(core)
    born = (repr(BORN).removeprefix("datetime.date"), f"{BORN}", f"{BORN:%d/%m/%Y}")
    for secret in (NIR, MOBILE, MOBILE.removeprefix("+33"), "jeanne@exemple.fr", "autre@exemple.fr", *born):
        assert secret not in kept


def test_an_interrupted_rotation_is_taken_up_again(url: str, clock: FixedClock) -> None:
    with under(url, clock, SECRET) as core:
        person, mark = live(core), core.crypt.mark

    def interrupted(table: str, _: int) -> None:
        if table == "notice":
            raise KeyboardInterrupt

    with under(url, clock, NEW, SECRET) as core:
        with pytest.raises(KeyboardInterrupt):
            core.rotate(interrupted)
        assert known(core) == person
        assert mark in everything(core)
        core.rotate()
        assert mark not in everything(core)

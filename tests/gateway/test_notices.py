"""The words of notices: what each kind says by each port, and what it must not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from booking_core import Agency, Appointment, Core, FixedClock, Slot, open_core
from booking_core.notices.model import Outgoing
from gateway.notices import RESPONSES, Words
from gateway.render import GSM7
from tests.booking_core.world import MOBILE, NOW, PARIS, SECRET, opening

ONE_SEGMENT, TWO_SEGMENTS = 160, 306
START = datetime(2026, 3, 4, 14, 30, tzinfo=PARIS)
AGENCY = Agency(
    id="1",
    code="saint-maur",
    name="Agence de Saint-Maur-des-Fossés",
    town="Saint-Maur-des-Fossés",
    address="128 bis boulevard du Maréchal de Lattre de Tassigny",
    postcode="94100",
    latitude=48.8,
    longitude=2.5,
    timezone="Europe/Paris",
    hours="",
    access="",
    caisse="941",
)
PHONE = Appointment(
    id="1",
    reference="K7M-2QD",
    person_id="1",
    reason="invalidite",
    channel="phone",
    agency=AGENCY,
    start=START,
    end=START + timedelta(minutes=30),
    status="booked",
    cancelled_by=None,
    phone=MOBILE,
    version=1,
)
IN_PERSON = replace(PHONE, channel="in_person", phone=None)
SLOT = Slot("1", "1", "phone", ("c2s",), START, PHONE.end, "a")


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Words]:
    core: Core = open_core(f"sqlite:///{tmp_path_factory.mktemp('words') / 'rdv.db'}", FixedClock(NOW), secret=SECRET)
    core.upgrade()
    opening(core, {"since": "9:00", "until": "12:00"})
    yield Words(core)
    core.close()


def notices(port: str) -> Iterator[Outgoing]:
    """Every kind of notice, phone and in person, that may leave by a port."""

    def about(kind: str, **fields: object) -> Outgoing:
        return Outgoing("m", kind, port, "x", "1", **fields)  # type: ignore[arg-type]

    for one in (PHONE, IN_PERSON):
        for kind in ("booked", "moved", "reminder"):
            yield about(kind, appointment=one)
        for by in ("person", "agent", "system"):
            yield about("cancelled", appointment=replace(one, status="cancelled", cancelled_by=by))
    yield about("code", code="042042")
    yield about("provisional", code="0420")
    if port != "mailbox":
        yield about("contact_changed", field="mobile" if port == "sms" else "email")
        yield about("offer", slot=SLOT, until=NOW + timedelta(hours=2))


@pytest.mark.parametrize("outgoing", list(notices("sms")), ids=lambda o: o.kind)
def test_texts_are_gsm7_two_segments_at_most_and_keep_the_reason_to_themselves(
    words: Words, outgoing: Outgoing
) -> None:
    """Even for the longest address; a text message shows on a locked screen."""
    text = words(outgoing).text
    assert set(text) <= GSM7
    assert len(text) <= TWO_SEGMENTS
    assert "invalidité" not in text.lower()
    assert MOBILE not in text


@pytest.mark.parametrize("outgoing", [*notices("email"), *notices("mailbox")], ids=lambda o: f"{o.port}-{o.kind}")
def test_letters_are_whole(words: Words, outgoing: Outgoing) -> None:
    told = words(outgoing)
    assert told.text.startswith("Bonjour,\n\n")
    assert told.text.endswith("Votre caisse d’assurance maladie")
    assert "{" not in told.text + told.subject
    assert "\n" not in told.subject
    assert "06 39 98 01 07" not in told.text
    if outgoing.appointment:
        assert "Motif\u00a0: Pension d’invalidité" in told.text
        assert "K7M-2QD" in told.text


def test_who_cancelled_makes_another_letter(words: Words) -> None:
    """After an agency cancels, another appointment is offered (#1926)."""

    def said(by: str, port: str) -> str:
        one = replace(PHONE, status="cancelled", cancelled_by=by)
        return words(Outgoing("m", "cancelled", port, "x", "1", appointment=one)).text

    assert "reprendre un dès maintenant" in said("agent", "email")
    assert "répondez RDV" in said("agent", "sms")
    assert "excuser" not in said("person", "email")
    assert said("person", "email") == said("system", "email")


def test_a_reminder_says_how_to_keep_and_how_to_cancel(words: Words) -> None:
    sms = words(Outgoing("m", "reminder", "sms", MOBILE, "1", appointment=PHONE)).text
    assert sms == (
        "Rappel de votre RDV Assurance Maladie : mercredi 4/03 à 14h30, par téléphone. "
        "Répondez OUI pour le garder, DEPLACER ou ANNULER pour le changer."
    )
    assert len(sms) <= ONE_SEGMENT


def test_an_offer_says_until_when(words: Words) -> None:
    def until(moment: datetime) -> str:
        return words(Outgoing("m", "offer", "sms", MOBILE, "1", slot=SLOT, until=moment)).text

    assert "gardé pour vous jusqu'à 10h." in until(NOW + timedelta(hours=2))
    assert "gardé pour vous jusqu'à mardi 3/03 à 9h." in until(NOW + timedelta(hours=25))


def test_every_kind_has_its_words_and_no_other() -> None:
    told = {"cancelled_by_agency"} | {o.kind for port in ("sms", "email") for o in notices(port)} - {"contact_changed"}
    assert set(RESPONSES) == told | {"mobile_changed", "email_changed"}

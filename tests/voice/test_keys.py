"""Keys alone are enough: to book, to move, to cancel, to give a number; what keys cannot give is said."""

from __future__ import annotations

import itertools

import pytest

from tests.booking_core import world
from tests.conftest import Service
from tests.voice.conftest import Insured, Jambonz, Phone, code_of, insured

BOTH = pytest.mark.parametrize("platform", [Phone, Jambonz])
CALLS = itertools.count(1)


def call(line: Service, platform: type[Phone]) -> Phone:
    """A call that never says a word, until it is told of the keys."""
    phone = platform(line.url, f"keys-alone-{next(CALLS)}")
    phone.dial()
    phone.wait()
    assert "pour prendre un rendez-vous, tapez 1" in phone.wait().text
    return phone


def identified(phone: Phone, line: Service, person: Insured) -> None:
    assert "sécurité sociale" in phone.heard.text
    phone.press(person.nir)
    phone.press(person.born)
    phone.press(code_of(line, person.mobile))
    assert "c'est bien vous" in phone.heard.text


def with_appointments(line: Service, *reasons: str) -> Insured:
    """Somebody who holds appointments by phone for these reasons, on different days."""
    person = insured(line)
    for reason in reasons:
        days = {a.start.date() for a in line.core.upcoming(person.id)}
        slot = next(s for s in world.free(line.core, reason) if s.start.date() not in days)
        world.book(line.core, person.id, slot, reason)
    return person


@BOTH
def test_booking(line: Service, platform: type[Phone]) -> None:
    person = insured(line)
    phone = call(line, platform)
    phone.press("1")
    identified(phone, line, person)
    assert "sujet" in phone.heard.text
    phone.wait()
    told = phone.wait().text
    phone.press(told.partition("Pour Pension d'invalidité, tapez ")[2][0])
    phone.press("1")
    assert "dix-huit novembre" in phone.heard.text
    phone.wait()
    assert "Pour un autre jour, tapez 8" in phone.wait().text
    phone.press("8")
    assert "dix-huit novembre" not in phone.heard.text
    assert "novembre" in phone.heard.text
    phone.press("1")
    assert "Est-ce que je confirme" in phone.heard.text
    assert line.core.upcoming(person.id) == []
    phone.press("1")
    [booked] = line.core.upcoming(person.id)
    assert (booked.reason, booked.channel) == ("invalidite", "phone")
    assert f"{booked.start:%d%m}" != "1811"


@BOTH
def test_moving_one_of_two(line: Service, platform: type[Phone]) -> None:
    person = with_appointments(line, "invalidite", "c2s")
    first, second = line.core.upcoming(person.id)
    phone = call(line, platform)
    phone.press("2")
    identified(phone, line, person)
    assert "plusieurs rendez-vous" in phone.heard.text
    phone.press("2")
    assert "Quel autre jour" in phone.heard.text
    phone.press("0312")
    phone.press("2")
    assert "Rien n'est encore changé" in phone.heard.text
    assert line.core.upcoming(person.id) == [first, second]
    phone.press("1")
    moved = line.core.upcoming(person.id)
    assert {a.id for a in moved} == {first.id, second.id}
    assert [f"{a.start:%d%m}" for a in moved if a.id == second.id] == ["0312"]


@BOTH
def test_cancelling_one_of_two(line: Service, platform: type[Phone]) -> None:
    person = with_appointments(line, "invalidite", "c2s")
    first, second = line.core.upcoming(person.id)
    phone = call(line, platform)
    phone.press("3")
    identified(phone, line, person)
    phone.press("1")
    assert "Rien n'est encore annulé" in phone.heard.text
    assert line.core.upcoming(person.id) == [first, second]
    phone.press("1")
    assert line.core.upcoming(person.id) == [second]


def test_no_is_a_key_too_and_nothing_changes(line: Service) -> None:
    person = with_appointments(line, "c2s")
    before = line.core.upcoming(person.id)
    phone = call(line, Phone)
    phone.press("3")
    identified(phone, line, person)
    assert "Voulez-vous vraiment annuler" in phone.heard.text
    phone.press("2")
    assert line.core.upcoming(person.id) == before


def test_a_new_number_is_typed(line: Service) -> None:
    person = insured(line)
    phone = Phone(line.url, f"keys-alone-{next(CALLS)}")
    phone.dial()
    phone.say("je voudrais changer mon numéro de téléphone")
    identified(phone, line, person)
    phone.press("0199004321")
    assert "zéro un, quatre-vingt-dix-neuf, zéro zéro, quarante-trois, vingt et un" in phone.heard.text
    phone.press("1")
    assert line.core.contact(person.id).landline == "+33199004321"


def test_an_address_cannot_be_typed_and_that_is_said(line: Service) -> None:
    """Who is speaking is asked first, so that a new address is said once; "non" asks for the address again."""
    person = insured(line)
    phone = Phone(line.url, f"keys-alone-{next(CALLS)}")
    phone.dial()
    phone.say("je voudrais changer mon adresse mail")
    identified(phone, line, person)
    assert "elle ne se tape pas sur les touches" in phone.heard.text
    phone.press("0612345678")
    assert "nouvelle adresse mail" in phone.heard.text
    assert "ne se tape pas sur les touches. Dites-la" in phone.press("12").text
    phone.say("camille point durant arobase exemple point fr")
    assert "nouvelle adresse mail" in phone.say("non").text
    phone.say("camille point durand arobase exemple point fr")
    assert "camille point durand arobase exemple point fr" in phone.heard.text
    phone.press("1")
    assert line.core.contact(person.id).email == "camille.durand@exemple.fr"

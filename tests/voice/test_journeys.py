"""From nothing to a booked appointment, a move, a cancellation, by phone, through the webhooks."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from booking_core.storage import tables as t
from tests.conftest import Service
from tests.voice.conftest import Jambonz, Phone, code_of

NIRS = {"alice": "2870535238019", "david": "1790222278093", "chloe": "2951135288067"}
BORN = {"alice": "14051987", "david": "08021979", "chloe": "27111995"}


def identified(phone: Phone, line: Service, person: str) -> None:
    """With keys alone."""
    assert "sécurité sociale" in phone.heard.text
    phone.press(NIRS[person])
    phone.press(BORN[person])
    phone.press(code_of(line, person))


@pytest.mark.parametrize("platform", [Phone, Jambonz])
def test_booking_moving_and_cancelling_by_words(line: Service, platform: type[Phone]) -> None:
    phone = platform(line.url, f"words-{platform.__name__}")
    welcome = phone.dial().text
    assert "assistant automatique" in welcome
    assert welcome.endswith("Que puis-je faire pour vous ?")
    phone.say("bonjour euh je voudrais un rendez-vous par téléphone pour un capital décès")
    phone.say("alors deux quatre-vingt-sept zéro cinq trente-cinq deux cent trente-huit zéro dix-neuf")
    phone.say("oui")
    phone.say("le quatorze mai mille neuf cent quatre-vingt-sept")
    phone.say(" ".join(code_of(line, "alice")))
    phone.say("mardi matin")
    phone.say("le premier")
    phone.say("oui")
    assert [a.reason for a in line.booked("alice")] == ["capital_deces"]
    phone.say("en fait je veux le déplacer à jeudi")
    phone.say("le deuxième")
    phone.say("oui je confirme")
    assert line.booked("alice")[0].start.isoweekday() == 4
    phone.say("finalement annulez mon rendez-vous")
    phone.say("oui")
    assert line.booked("alice") == []
    end = phone.say("non merci c'est tout")
    assert "Au revoir" in end.text
    assert end.verbs[-1].lower() == "hangup"


@pytest.mark.parametrize("platform", [Phone, Jambonz])
def test_keys_alone_are_enough(line: Service, platform: type[Phone]) -> None:
    phone = platform(line.url, f"keys-{platform.__name__}")
    phone.dial()
    phone.wait()
    assert "pour prendre un rendez-vous, tapez 1" in phone.wait().text
    phone.press("1")
    identified(phone, line, "chloe")
    assert "sujet" in phone.heard.text
    phone.wait()
    keys = phone.wait().text
    assert "Pour Pension d'invalidité, tapez" in keys
    phone.press(keys.partition("Pour Pension d'invalidité, tapez ")[2][0])
    assert "par téléphone, ou venir en agence" in phone.heard.text
    phone.press("2")
    assert "Saint-Malo" in phone.heard.text
    phone.press("1")
    assert "Lequel vous convient" in phone.heard.text
    phone.press("9")
    assert "aussi" in phone.heard.text
    phone.press("2")
    assert "Est-ce que je confirme" in phone.heard.text
    assert line.booked("chloe") == []
    phone.press("1")
    [booked] = line.booked("chloe")
    assert (booked.reason, booked.channel) == ("invalidite", "in_person")
    phone.press("2")
    assert "Quel autre jour" in phone.heard.text
    day = "0112" if platform is Phone else "0212"
    phone.press(day)
    phone.press("2")
    phone.press("1")
    [moved] = line.booked("chloe")
    assert moved.id == booked.id
    assert moved.start.strftime("%d%m") == day
    phone.press("3")
    assert "Rien n'est encore annulé" in phone.heard.text
    assert line.booked("chloe") != []
    phone.press("1")
    assert line.booked("chloe") == []


@pytest.mark.parametrize("platform", [Phone, Jambonz])
def test_an_adviser_hears_a_summary_and_when_nobody_answers_a_call_back_is_noted(
    line: Service, platform: type[Phone]
) -> None:
    phone = platform(line.url, f"transfer-{platform.__name__}")
    phone.dial()
    heard = phone.say("je veux parler à un conseiller")
    assert heard.verbs[-1].lower() == "dial"
    assert "+33199001234" in heard.body
    summary = phone.post(summary_of(heard.body)).text
    assert "assistant automatique" in summary
    assert "parler à quelqu’un" in summary
    refused = phone.event(DialCallStatus="no-answer", dial_call_status="no-answer")
    assert "être rappelé" in refused.text
    before = callbacks(line)
    assert "numéro d'où vous appelez" in phone.say("plutôt demain matin").text
    assert callbacks(line) == before
    noted = phone.press("1")
    assert "zéro un, quatre-vingt-dix-neuf" in noted.text
    assert "jeudi dix-neuf novembre matin" in noted.text
    assert noted.verbs[-1].lower() == "hangup"
    assert callbacks(line) == [*before, "jeudi dix-neuf novembre matin"]


def test_a_call_that_an_adviser_took_ends_without_a_word(line: Service) -> None:
    phone = Phone(line.url, "transfer-taken")
    phone.dial()
    phone.press("0")
    assert phone.event(DialCallStatus="completed").verbs == ["Hangup"]


def test_a_person_who_hangs_up_leaves_the_slot_to_others(line: Service) -> None:
    phone = Phone(line.url, "cut")
    phone.dial()
    phone.say("un rendez-vous par téléphone pour un accident du travail jeudi prochain au matin")
    identified(phone, line, "david")
    phone.press("1")
    assert "Est-ce que je confirme" in phone.heard.text
    assert holds(line) == 1
    assert phone.post("/voice/twilio/status", CallStatus="completed").status == 204
    assert holds(line) == 0
    assert phone.post(phone.next, Digits="1").status == 409
    assert all(a.reason != "at_mp" for a in line.booked("david"))


def summary_of(body: str) -> str:
    """The address of what the adviser hears."""
    found = re.search(r"/voice/\w+/summary[^\"]*", body)
    assert found is not None
    return found[0].replace("&amp;", "&")


def callbacks(line: Service) -> list[str]:
    """When advisers are asked to call back."""
    rows = select(t.handover.c.data).where(t.handover.c.kind == "callback").order_by(t.handover.c.id)
    with line.core.store.read() as connection:
        return [data["when"] for data in connection.scalars(rows)]


def holds(line: Service) -> int:
    with line.core.store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(t.hold)) or 0)

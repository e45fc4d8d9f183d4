"""From nothing to a booked appointment, a move, a cancellation, by phone, through the webhooks."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.voice.conftest import Jambonz, Phone, code_of

NIRS = {"alice": "2870535238019", "david": "1790222278093", "chloe": "2951135288067"}
BORN = {"alice": "14051987", "david": "08021979", "chloe": "27111995"}


def identified(phone: Phone, line: Service, person: str) -> None:
    """With keys alone."""
    assert "sécurité sociale" in phone.heard.text
    phone.press(NIRS[person])
    phone.press(BORN[person])
    phone.press(code_of(line.core, line.person(person)))


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
    phone.say(" ".join(code_of(line.core, line.person("alice"))))
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

"""A call cut in the middle is taken up by the next one of the same person: by who they prove to be, by no number."""

from __future__ import annotations

import pytest

from tests.conftest import Service
from tests.voice.conftest import CALLER, Insured, Jambonz, Phone, code_of, insured

WANTED = "un rendez-vous par téléphone pour un capital décès le vingt-cinq novembre au matin"
OVER = {"CallStatus": "completed", "call_status": "completed"}


def identified(phone: Phone, line: Service, person: Insured) -> str:
    assert "sécurité sociale" in phone.heard.text
    phone.press(person.nir)
    phone.press(person.born)
    return phone.press(code_of(line, person.mobile)).text


def cut(phone: Phone, line: Service, person: Insured) -> None:
    """A call that ends with slots on offer."""
    phone.dial()
    phone.say(WANTED)
    assert "Lequel vous convient" in identified(phone, line, person)
    assert phone.post(f"{phone.next.partition('?')[0]}/status", **OVER).status == 204


@pytest.mark.parametrize("platform", [Phone, Jambonz])
def test_the_next_call_of_the_person_goes_on_from_any_phone(line: Service, platform: type[Phone]) -> None:
    person = insured(line)
    cut(platform(line.url, f"cut-{platform.__name__}"), line, person)
    again = platform(line.url, f"again-{platform.__name__}", caller="+33199009999")
    again.dial()
    again.say("je voulais un rendez-vous")
    assert "reprendre là où nous en étions" in identified(again, line, person)
    assert "vingt-cinq novembre" in again.say("oui").text
    again.press("1")
    again.press("1")
    [booked] = line.core.upcoming(person.id)
    assert (booked.reason, f"{booked.start:%d%m}") == ("capital_deces", "2511")


def test_the_same_phone_alone_hears_nothing_of_the_call_before(line: Service) -> None:
    """A number shown proves nothing: another person of the house, or anybody who forges it."""
    person, other = insured(line), insured(line)
    cut(Phone(line.url, "cut-here", caller=CALLER), line, person)
    again = Phone(line.url, "again-here", caller=CALLER)
    heard = [again.dial().text, again.say("bonjour").text, again.say("je voudrais un rendez-vous").text]
    assert "sécurité sociale" in heard[-1]
    heard += [identified(again, line, other)]
    assert "sujet" in heard[-1]
    assert not any(word in text for text in heard for word in ("décès", "reprendre", "vingt-cinq"))


def test_the_platform_that_loses_an_answer_asks_again_and_the_call_goes_on(line: Service) -> None:
    """The same event again, as platforms do when a connection breaks: the same words, one booking."""
    person = insured(line)
    phone = Phone(line.url, "lost-answer")
    phone.dial()
    phone.say(WANTED)
    identified(phone, line, person)
    phone.press("1")
    asked, fields = phone.next, {"Digits": "1"}
    first = phone.post(asked, **fields)
    again = phone.post(asked, **fields)
    assert "confirmé" in first.text
    assert again.body == first.body
    assert len(line.core.upcoming(person.id)) == 1

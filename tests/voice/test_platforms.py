"""What is sent to the platforms is what they take: TwiML by its vendor's library, jambonz by its vendor's schema."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from gateway.voice import jambonz, twiml
from gateway.voice.events import Ask, Digits, End, Noise, Say, Silence, Speech, Started, Transfer, Transferred, Verb
from tests.voice.schema import check_all

VERBS: tuple[Verb, ...] = (
    Say("Bonjour & bienvenue."),
    Ask("Quelle agence ?", ("Rennes", "Vitré, en ville"), 15),
    Transfer("Demande : …"),
    End(),
)
WHERE = {"following": "/voice/x?step=2", "summary": "/voice/x/summary?call=c&step=1", "number": "+33199001234"}


def test_the_schema_refuses_what_jambonz_would() -> None:
    for wrong in ({"verb": "gather", "nope": 1}, {"verb": "dial"}, {"verb": "say", "text": 3}, {"verb": "sing"}):
        with pytest.raises((AssertionError, KeyError)):
            check_all(json.dumps([wrong]))


def test_jambonz_takes_every_verb() -> None:
    assert check_all(jambonz.render(VERBS, **WHERE)) == ["say", "gather", "dial", "hangup"]
    assert check_all(jambonz.wait("Un instant.", following="/x")) == ["gather"]
    assert check_all(jambonz.wait(None, following="/x")) == ["gather"]
    assert check_all(jambonz.read_aloud("Demande : …")) == ["say"]
    assert check_all(jambonz.read_aloud(None)) == []


def test_jambonz_listens_to_french_and_keys_over_its_own_voice() -> None:
    gather = json.loads(jambonz.render(VERBS, **WHERE))[1]
    assert gather["input"] == ["digits", "speech"]
    assert gather["bargein"] is gather["dtmfBargein"] is True
    assert gather["recognizer"]["language"] == "fr-FR"
    assert "Rennes" in gather["recognizer"]["hints"]
    assert gather["maxDigits"] == 15


def test_twilio_listens_to_french_and_keys_over_its_own_voice() -> None:
    document = ET.fromstring(twiml.render(VERBS, **WHERE))
    assert [e.tag for e in document] == ["Say", "Gather", "Dial", "Hangup"]
    gather = document[1].attrib
    assert gather["input"] == "dtmf speech"
    assert gather["language"] == "fr-FR"
    assert gather["hints"] == "Rennes,Vitré  en ville"
    assert gather["bargeIn"] == gather["actionOnEmptyResult"] == "true"
    assert gather["finishOnKey"] == "#"
    assert gather["numDigits"] == "15"
    assert gather["action"] == WHERE["following"]
    assert document[2][0].attrib["url"] == WHERE["summary"]
    assert {e.attrib["language"] for e in document.iter("Say")} == {"fr-FR"}


def test_twilio_takes_no_more_hints_than_it_allows() -> None:
    many = Ask("Quoi ?", tuple(f"mot {n} {'x' * 150}" for n in range(900)))
    hints = ET.fromstring(twiml.render([many], **WHERE))[0].attrib["hints"].split(",")
    assert len(hints) <= 500
    assert all(len(h) <= 100 for h in hints)


def test_what_twilio_says_happened() -> None:
    assert twiml.event({"Digits": "12#"}) == Digits("12")
    assert twiml.event({"SpeechResult": "oui", "Confidence": "0.8"}) == Speech("oui", 0.8)
    assert twiml.event({"SpeechResult": "oui", "Confidence": "?"}) == Speech("oui", None)
    assert twiml.event({}) == Silence()
    assert twiml.event({"DialCallStatus": "completed"}) == Transferred(True)
    assert twiml.event({"DialCallStatus": "no-answer"}) == Transferred(False)
    assert twiml.started({"From": "+33639980112"}) == Started("+33639980112")
    for hidden in ("anonymous", "", "+266696687", "Restricted"):
        assert twiml.started({"From": hidden}) == Started(None)


def test_what_jambonz_says_happened() -> None:
    assert jambonz.event({"reason": "dtmfDetected", "digits": "12"}) == Digits("12")
    heard = {"alternatives": [{"transcript": "oui", "confidence": 0.8}]}
    assert jambonz.event({"reason": "speechDetected", "speech": heard}) == Speech("oui", 0.8)
    assert jambonz.event({"reason": "timeout"}) == Silence()
    assert jambonz.event({"reason": "stt-low-confidence"}) == Noise()
    assert jambonz.event({"dial_call_status": "busy"}) == Transferred(False)
    assert jambonz.started({"from": "33639980112"}) == Started("+33639980112")
    for hidden in ("anonymous", "", "+", "sip:x@y"):
        assert jambonz.started({"from": hidden}) == Started(None)

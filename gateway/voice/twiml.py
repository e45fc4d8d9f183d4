"""TwiML, for Twilio and those who speak it: a call's verbs out, webhooks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from gateway.voice.events import (
    Ask,
    Digits,
    End,
    Event,
    HungUp,
    Say,
    Silence,
    Speech,
    Started,
    Transfer,
    Transferred,
    Verb,
)

LANGUAGE = "fr-FR"
# Twilio takes at most 500 phrases of 100 characters.
MOST_HINTS = 200
WITHHELD = ("anonymous", "+266696687", "+7378742833", "+2562533", "+8656696", "")
CONTENT_TYPE = "application/xml"


def signed(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """True when Twilio's own library says that this request, to this public address, is Twilio's."""
    return bool(RequestValidator(token).validate(url, dict(form), signature))


def event(form: Mapping[str, str]) -> Event:
    """What happened, from the webhook's form."""
    if (status := form.get("DialCallStatus")) is not None:
        return Transferred(status in ("completed", "answered"))
    if form.get("Digits"):
        return Digits(form["Digits"].rstrip("#"))
    if "SpeechResult" in form:
        try:
            confidence = float(form["Confidence"]) if form.get("Confidence") else None
        except ValueError:
            confidence = None
        return Speech(form["SpeechResult"], confidence)
    return Silence()


def started(form: Mapping[str, str]) -> Started:
    """The call that begins."""
    caller = form.get("From", "").strip()
    return Started(caller if caller.startswith("+") and caller not in WITHHELD else None)


def hung_up(form: Mapping[str, str]) -> HungUp | None:
    """The end of the call, from a status callback; None for other news."""
    over = form.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled")
    return HungUp() if over else None


def render(verbs: Sequence[Verb], *, following: str, summary: str, number: str) -> str:
    """The document that plays these verbs.

    `following`: the address of the next event; `summary`: of what the human hears first; `number`: of the human.
    """
    document = VoiceResponse()
    for verb in verbs:
        match verb:
            case Say(text):
                document.say(text, language=LANGUAGE)
            case Ask(text, hints, digits):
                gather = Gather(
                    input="dtmf speech",
                    language=LANGUAGE,
                    hints=",".join(h.replace(",", " ")[:100] for h in hints[:MOST_HINTS]),
                    num_digits=digits,
                    finish_on_key="#",
                    timeout=6,
                    speech_timeout="auto",
                    profanity_filter=False,
                    barge_in=True,
                    # Silence comes to us as an event too.
                    action_on_empty_result=True,
                    action=following,
                    method="POST",
                )
                gather.say(text, language=LANGUAGE)
                document.append(gather)
            case Transfer():
                dial = Dial(action=following, method="POST", timeout=25)
                dial.number(number, url=summary, method="POST")
                document.append(dial)
            case End():
                document.hangup()
    return str(document)


def wait(text: str | None, *, following: str) -> str:
    """A phrase to wait with, a key to leave by; then the same event asks again."""
    document = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=1, action_on_empty_result=True, action=following, method="POST")
    if text:
        gather.say(text, language=LANGUAGE)
    document.append(gather)
    return str(document)


def read_aloud(text: str | None) -> str:
    """What a human hears before being connected."""
    document = VoiceResponse()
    if text:
        document.say(text, language=LANGUAGE)
    return str(document)

"""jambonz, open source and self-hosted: a call's verbs out, webhooks in."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.voice.events import (
    Ask,
    Digits,
    End,
    Event,
    HungUp,
    Noise,
    Say,
    Silence,
    Speech,
    Started,
    Transfer,
    Transferred,
    Verb,
)

# "default" is the vendor that the operator chose for the application in jambonz.
RECOGNIZER = {"vendor": "default", "language": "fr-FR"}
# Seconds; what jambonz's own library accepts.
FRESH = 300
CONTENT_TYPE = "application/json"


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """The header Jambonz-Signature of a body sent at that second of the epoch."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def signed(secret: str, body: bytes, header: str, now: float) -> bool:
    """True when jambonz signed this body less than FRESH seconds before `now`, in seconds of the epoch."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    stamp = next((value for name, value in parts if name.strip() == "t"), "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or abs(now - int(stamp)) > FRESH:
        return False
    right = signature(secret, body, int(stamp)).partition("v1=")[2]
    return any(name.strip() == "v1" and hmac.compare_digest(value.encode(), right.encode()) for name, value in parts)


def event(body: Mapping[str, Any]) -> Event:
    """What happened, from an action hook's body."""
    if "dial_call_status" in body:
        return Transferred(body["dial_call_status"] == "completed")
    if body.get("digits"):
        return Digits(str(body["digits"]).rstrip("#"))
    speech = body.get("speech")
    if isinstance(speech, Mapping):
        alternatives = speech.get("alternatives")
        best = alternatives[0] if isinstance(alternatives, list) and alternatives else None
        if not isinstance(best, Mapping):
            return Noise()
        confidence = best.get("confidence")
        return Speech(
            str(best.get("transcript") or ""), float(confidence) if isinstance(confidence, int | float) else None
        )
    return Silence() if body.get("reason") in ("timeout", "dtmfDetected", None) else Noise()


def started(body: Mapping[str, Any]) -> Started:
    """The call that begins."""
    caller = str(body.get("from") or "")
    caller = caller if caller.startswith("+") else f"+{caller}"
    return Started(caller if caller[1:].isascii() and caller[1:].isdigit() else None)


def hung_up(body: Mapping[str, Any]) -> HungUp | None:
    """The end of the call, from a call status hook; None for other news."""
    return HungUp() if body.get("call_status") in ("completed", "failed", "busy", "no-answer") else None


def render(verbs: Sequence[Verb], *, following: str, summary: str, number: str) -> str:
    """The JSON that plays these verbs; see gateway.voice.twiml.render."""
    return json.dumps([_verb(v, following, summary, number) for v in verbs], ensure_ascii=False)


def wait(text: str | None, *, following: str) -> str:
    """A phrase to wait with, a key to leave by; then the same event asks again."""
    gather: dict[str, Any] = {
        "verb": "gather",
        "input": ["digits"],
        "numDigits": 1,
        "timeout": 1,
        "dtmfBargein": True,
        "actionHook": following,
    }
    return json.dumps([gather | ({"say": {"text": text}} if text else {})], ensure_ascii=False)


def read_aloud(text: str | None) -> str:
    """What a human hears before being connected."""
    return json.dumps([{"verb": "say", "text": text}] if text else [], ensure_ascii=False)


def _verb(verb: Verb, following: str, summary: str, number: str) -> dict[str, Any]:
    match verb:
        case Say(text):
            return {"verb": "say", "text": text}
        case Ask(text, hints, digits):
            return {
                "verb": "gather",
                "input": ["digits", "speech"],
                "actionHook": following,
                "finishOnKey": "#",
                "maxDigits": digits,
                "interDigitTimeout": 3,
                "timeout": 6,
                "bargein": True,
                "dtmfBargein": True,
                "recognizer": RECOGNIZER | {"hints": list(hints)},
                "say": {"text": text},
            }
        case Transfer():
            return {
                "verb": "dial",
                "actionHook": following,
                "timeout": 25,
                "target": [{"type": "phone", "number": number, "confirmHook": summary}],
            }
        case End():
            return {"verb": "hangup"}

"""A call as a pure state machine: events in, verbs out. It knows no platform, no clock, no database.

Started, Speech, Digits, Silence, Noise, HungUp, Transferred
    → `react`: verbs to play, or something to get first (Tell the assistant, CallBack request)
    → `answered` or `called_back`: the verbs, once it is there
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import french
from french import say
from french.wish import Wish
from gateway.render import Reply
from gateway.responses import response
from gateway.voice import keys
from gateway.voice.events import (
    Ask,
    CallBack,
    Digits,
    End,
    Event,
    HungUp,
    Noise,
    Say,
    Silence,
    Speech,
    Started,
    Tell,
    Transfer,
    Transferred,
    Verb,
)

MEDIUM = "voice"
# Below, what was recognised is read back first. Platforms give 0 when they do not know.
SURE = 0.45
# The third time in a row that nothing, or nothing clear, was heard, a human takes over.
TRIES = 3
CRITICAL = re.compile(
    r"\b(?:stop|arr[êe]te[rz]?|annule[rz]?|conseill\w+|r[ée]p[ée]te[rz]?|urgence|secours|revoir)\b", re.I
)
NOTHING_MORE = re.compile(r"\b(?:c'?est tout|ce sera tout|rien (?:d'autre|de plus)|au revoir)\b", re.I)
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - yes and no do not depend on the day


Step = tuple["Call", Tell | CallBack | list[Verb]]


class BadEventError(ValueError):
    """This cannot happen to the call where it stands."""


@dataclass(frozen=True)
class Call:
    """Where a call stands. `phase`: talking, checking (is what was heard right?), transferring, callback, over."""

    phase: str = "talking"
    caller: str | None = None
    question: str = ""
    # What the assistant waits for: a slot of its form, None for an open question.
    asking: str | None = None
    choices: tuple[str, ...] = ()
    no_input: int = 0
    no_match: int = 0
    heard: str = ""
    # When to be called back, as it was said.
    when: str = ""
    # True once "anything else?" was asked: "no" ends the call.
    more: bool = False


def line(name: str, **values: str) -> str:
    """A sentence of bot/domain/voice.yml."""
    return response(f"utter_voice_{name}", MEDIUM, **values)["text"]


class Flow:
    """The rules of a call. `hints`: phrases to expect by what is asked ("" for always); `transfers`: a human can be
    connected."""

    def __init__(self, hints: Mapping[str, Sequence[str]], *, transfers: bool) -> None:
        self.hints = hints
        self.transfers = transfers

    # -- events ---------------------------------------------------------------------------------

    def react(self, call: Call, event: Event) -> Step:
        """What happens next; raises BadEventError for what cannot be."""
        if isinstance(event, HungUp):
            return replace(call, phase="over"), []
        if call.phase == "over" or isinstance(event, Transferred) != (call.phase == "transferring"):
            raise BadEventError(f"{type(event).__name__} while {call.phase}")
        if isinstance(event, Started):
            call = replace(call, caller=event.caller, question=line("open"))
            return call, [Say(line("welcome")), self.ask(call)]
        if isinstance(event, Transferred):
            return (replace(call, phase="over"), [End()]) if event.answered else self.offer_callback(call)
        if isinstance(event, Speech) and not event.text.strip():
            event = Noise()
        if isinstance(event, Digits) and not event.digits:
            event = Silence()
        if call.phase == "callback":
            return self.callback(call, event)
        if isinstance(event, Silence):
            return self.unheard(replace(call, no_input=call.no_input + 1), "no_input")
        if isinstance(event, Noise):
            return self.unheard(replace(call, no_input=0, no_match=call.no_match + 1), "no_match")
        call = replace(call, no_input=0)
        if call.phase == "checking":
            return self.checked(call, event)
        return self.digits(call, event.digits) if isinstance(event, Digits) else self.speech(call, event)

    def speech(self, call: Call, event: Speech) -> Step:
        """Words: read back when doubtful, and social security numbers always; a "no" to "anything else?" ends."""
        text = event.text.strip()
        if call.more and len(text) < 40 and (NOTHING_MORE.search(text) or answer_of(text) == "no"):
            return self.goodbye(call)
        if call.asking == "nir" and (numbers := [s.value for s in french.secrets(text) if s.kind == "nir"]):
            return self.check(call, str(numbers[0]), line("nir_heard", heard=keys.nir_by_groups(str(numbers[0]))))
        if call.asking == "code" and (code := keys.code(text)):
            return call, Tell(code=code)
        doubtful = event.confidence is not None and 0 < event.confidence < SURE
        if doubtful and not CRITICAL.search(text) and not answer_of(text):
            return self.check(call, text, line("heard", heard=text))
        return call, Tell(text=text)

    def check(self, call: Call, heard: str, question: str) -> Step:
        """Read back what was heard."""
        call = replace(call, phase="checking", heard=heard)
        return call, [Ask(question, tuple(self.hints.get("", ())), 1)]

    def checked(self, call: Call, event: Event) -> Step:
        """Yes: it is passed on. No: the question again. Anything else is the answer to the question."""
        heard, call = call.heard, replace(call, phase="talking", heard="")
        answer = answer_of(event.text) if isinstance(event, Speech) else None
        if answer == "yes" or event == Digits("1"):
            return call, Tell(text=heard)
        if answer == "no" or event == Digits("2"):
            return self.unheard(replace(call, no_match=call.no_match + 1), "no_match")
        return self.digits(call, event.digits) if isinstance(event, Digits) else self.react(call, event)

    def digits(self, call: Call, digits: str) -> Step:
        """Keys: * repeats, 0 is for a human, the rest answers what is asked."""
        if digits == "*":
            return call, [self.ask(call)]
        if digits == "0":
            return call, Tell(value="intent:ask_human")
        meant = keys.meaning(call.asking, digits)
        if meant is None:
            return self.unheard(replace(call, no_match=call.no_match + 1), "no_match")
        kind, what = meant
        return replace(call, more=False), Tell(**{kind: what})

    def unheard(self, call: Call, why: str) -> Step:
        """Nothing clear: a shorter question, then the keys, then a human; nobody there at the end is let go."""
        times = call.no_input if why == "no_input" else call.no_match
        call = replace(call, phase="talking", heard="")
        if call.more and why == "no_input" and times >= 2:
            return self.goodbye(call)
        if times >= TRIES:
            return replace(call, no_input=0, no_match=0), Tell(value="intent:ask_human")
        question = shortened(call.question) if times == 1 else self.with_keys(call)
        return call, [self.ask(call, f"{line(why)} {question}")]

    def with_keys(self, call: Call) -> str:
        """How to answer the question with keys."""
        return " ".join([*keys.prompts(call.asking, call.choices, line), line("keys_help")])

    def ask(self, call: Call, text: str | None = None) -> Ask:
        """The question that stands, or this text in its place."""
        hints = dict.fromkeys([*call.choices, *self.hints.get(call.asking or "menu", ()), *self.hints.get("", ())])
        return Ask(text or call.question, tuple(hints), keys.expected(call.asking, len(call.choices)))

    def goodbye(self, call: Call) -> Step:
        """Everything is done."""
        return replace(call, phase="over"), [Say(line("goodbye")), End()]

    # -- the assistant's answer -----------------------------------------------------------------

    def answered(self, call: Call, reply: Reply) -> Step:
        """What the assistant said, followed by its question, a transfer or the end."""
        for message in reply.messages:
            card = message.card or {}
            if card.get("transfer"):
                return self.transfer(call, message.text, card.get("summary") or "")
            if card.get("end"):
                return replace(call, phase="over"), [Say(reply.text), End()]
        if reply.failed:
            return self.transfer(call, f"{line('broken')} {line('transfer')}", "")
        card = (reply.messages[-1].card or {}) if reply.messages else {}
        text = " ".join(m.text for m in reply.messages if m.text)
        asking = card.get("asking")
        more = asking is None and not text.rstrip().endswith("?")
        call = replace(
            call,
            question=f"{text} {line('anything_else')}" if more else text,
            asking=asking,
            choices=tuple(c.title for c in reply.messages[-1].choices) if reply.messages else (),
            more=more,
            no_match=int(card.get("misunderstood") or 0),
        )
        if call.no_match >= TRIES:
            return replace(call, no_match=0), Tell(value="intent:ask_human")
        if call.no_match == TRIES - 1:
            return call, [self.ask(call, f"{line('no_match')} {self.with_keys(call)}")]
        return call, [self.ask(call)]

    # -- the way to a human ---------------------------------------------------------------------

    def transfer(self, call: Call, text: str, summary: str) -> Step:
        """Connect a human, or offer to be called back where none can be connected."""
        if not self.transfers:
            return self.offer_callback(call)
        return replace(call, phase="transferring"), [Say(text), Transfer(line("summary", summary=summary or "…"))]

    def offer_callback(self, call: Call) -> Step:
        """Nobody answers: a call back. When, then at which number."""
        call = replace(call, phase="callback", question=line("callback"), asking="preferred_time", choices=())
        call = replace(call, no_input=0, no_match=0)
        return call, [self.ask(call)]

    def callback(self, call: Call, event: Event) -> Step:
        """When to call back, and the number: the caller's own, or another one. Both may be said at once."""
        if event == Digits("*"):
            return call, [self.ask(call)]
        if isinstance(event, Speech):
            answer, phones = answer_of(event.text), [s.value for s in french.secrets(event.text) if s.kind == "phone"]
            if answer == "no" and not phones and not has_time(event.text):
                return self.goodbye(call)
            if has_time(event.text) and call.asking == "preferred_time":
                call = replace(call, when=event.text)
            if phones:
                return call, CallBack(str(phones[0]), call.when)
        else:
            answer = "yes" if event == Digits("1") else None
        if call.asking == "preferred_time":
            return self.callback_when(call, event, answer)
        if answer == "yes" and call.caller:
            return call, CallBack(call.caller, call.when)
        if isinstance(event, Digits) and len(event.digits) > 3:
            return call, CallBack(event.digits, call.when)
        return self.called_back(call, None)

    def callback_when(self, call: Call, event: Event, answer: str | None) -> Step:
        """The time: said, or by keys; whoever says none of it twice is called as soon as possible."""
        meant = keys.meaning("preferred_time", event.digits) if isinstance(event, Digits) else None
        when = meant[1] if meant else call.when
        if not when and answer != "yes":
            call = replace(call, no_match=call.no_match + 1)
            if call.no_match == 1:
                return call, [self.ask(call, f"{line('no_match')} {line('callback_when')}")]
        question = line("callback_caller" if call.caller else "callback_number")
        call = replace(call, when=when or keys.SOONEST, question=question, asking="phone", no_match=0)
        return call, [self.ask(call)]

    def called_back(self, call: Call, phone: str | None, when: str = "") -> Step:
        """Noted for this number (E.164) at this time, or not a number that can be called: once more, then the end."""
        if phone:
            noted = line("callback_noted", phone=say.phone(phone, MEDIUM), when=when)
            return replace(call, phase="over"), [Say(noted), End()]
        call = replace(call, asking="phone", no_match=call.no_match + 1)
        if call.no_match >= TRIES:
            return replace(call, phase="over"), [Say(line("call_later")), End()]
        return call, [self.ask(call, call.question if call.no_match == 1 else line("callback_invalid"))]


def answer_of(text: str) -> str | None:
    """ "yes", "no" or None."""
    found = [e.value for e in french.understand(text, NEVER).entities if e.kind == "answer"]
    return str(found[0]) if found else None


def has_time(text: str) -> bool:
    """True when a text says a time to come."""
    return Wish.of(french.understand(text, NEVER).moments) != Wish()


def shortened(question: str) -> str:
    """The last question of a text, or the text."""
    sentences = re.split(r"(?<=[.?!]) (?=[A-ZÀÉÊ])", question)
    return next((s for s in reversed(sentences) if s.endswith("?")), question)

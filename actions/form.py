"""What the forms share: one call a turn takes what was said, does it, and asks for what is missing."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any

import french
from actions import offers, words
from actions.base import Action
from actions.handoff import Emergency, Handoff
from actions.help import AccountHelp, AgencyInfo, Documents, Question, Thank, say_where
from actions.list import ListAppointments
from actions.notices import LeaveOffer, TakeOffer
from actions.turn import SWITCHES, Turn
from actions.words import Button
from booking_core import Refusal
from french.subjects import subject

# Asked in the middle of anything: the form lets these answer, then goes on where it was.
QUESTIONS: dict[str, type[Action]] = {
    "faq": Question,
    "ask_agency_info": AgencyInfo,
    "ask_documents": Documents,
    "ask_account_help": AccountHelp,
    "list_appointments": ListAppointments,
    "ask_human": Handoff,
    "report_emergency": Emergency,
    "thank": Thank,
    "take_offer": TakeOffer,
    "leave_offer": LeaveOffer,
}
NOT_UNDERSTOOD = frozenset({"out_of_scope", "nlu_fallback"})
# What tells a sentence from noise: a subject, and words enough.
SENTENCE = re.compile(r"(?=(?:\S+\s+){3})(?=.*\b(?:je|j['’]|vous|il|elle|mon|ma|mes|le|la|les|un|une)(?:\b|\s))")
# "Oui, merci", "d'accord, au revoir", and no "mais" after it.
YES = re.compile(
    r"^\W*(?:\w+ )?(?:oui|ouais|ok|okay|d['’ ]?accord|dac|c['’ ]?est bon|je confirme|je valide"
    r"|parfait|entendu|[çc]a marche|tr[èe]s bien)\b(?!.*\b(?:non|pas|mais)\b)"
)
POLITE = frozenset({"thank", "goodbye"})
# Below this a question may as well be an answer.
DOUBTFUL = 0.6
# After these nothing is asked again: who is in danger, or waits for an adviser, has better to do.
LAST_WORDS = frozenset({"report_emergency", "ask_human"})
# A yes to a question; "annulez" said again is one to a cancellation.
CONFIRMS = frozenset({"affirm", "cancel_appointment"})
# Who does not know what to answer is helped to choose. No day in mind: the soonest is shown (`BookForm`).
UNSURE = frozenset({"reason", "channel", "agency", "slot_id", "confirm", "change", "appointment_id", "existing"})
# Questions that "oui" alone does not answer; "oui, je veux bien un rendez-vous" goes on to them.
OPEN = frozenset({"reason", "channel", "agency"})
SAYS_MORE = 4
BARE_NUMBER = re.compile(r"\W*(?:le |la )?\d{1,2}\W*")


def bare_number(entity: dict[str, Any]) -> bool:
    """True for a day of the month said by its number alone: "le 2"."""
    return entity["entity"] == "moment" and BARE_NUMBER.fullmatch(entity["value"]["text"].lower()) is not None


class Form(Action):
    """A Rasa form whose validation action does the whole turn: `take`, then `go_on`.

    Rasa's own way (validate, then action_ask_…, then a submit action) costs up to three calls a turn
    and loses the form when the submission is refused; see docs/decisions/0003-one-call-a-turn.md.
    """

    operation: str

    @property
    def form(self) -> str:
        """The name of the form in the domain."""
        return f"{self.operation}_form"

    def name(self) -> str:
        """The action that Rasa calls for this form."""
        return f"validate_{self.form}"

    def act(self, turn: Turn) -> None:
        """One turn of the form; Rasa would choose what to ask next where the form does not say it."""
        self.step(turn)
        if not turn.is_over:
            turn.ask(turn["requested_slot"])

    def step(self, turn: Turn) -> None:
        """Start, switch, answer, or take a step forward."""
        started = turn["operation"] != self.operation
        if turn.wants_callback and self.operation != "callback":
            turn.follow("callback_form")
            return
        if started and offers.named(turn):
            return
        if started:
            listed = [o for o in turn["options"] or [] if o.startswith("appointment:")]
            turn.forget()
            # "Déplacer le deuxième" speaks of the list just shown.
            turn["options"], turn["requested_slot"] = listed, None
            if len(listed) == 1 and not any(turn.entity(k) for k in ("reason", "moment", "agency", "reference")):
                turn.entities.append({"entity": "reference", "value": listed[0]})
            turn["misunderstood"] = turn["silences"] = 0
            if offers.resume(turn, self.operation):
                return
            offers.answered(turn, self.form)
            if first := offers.two_requests(turn, self.operation):
                turn.start(f"{first}_form", turn.entities)
                return
        elif other := self.switch(turn):
            turn.follow(f"{other}_form")
            return
        turn["operation"] = self.operation
        if not started and self.aside(turn):
            return
        turn["misunderstood"] = turn["silences"] = 0
        if not self.choose(turn):
            self.ask_again(turn)
        elif turn.reference("intent") == "intent:abandon":
            self.abandon(turn)
        else:
            self.take(turn, started)
            offers.keep_draft(turn)

    def aside(self, turn: Turn) -> bool:
        """Take what is no step forward: a question, a farewell, silence, noise; False for the rest."""
        if turn.intent in POLITE and turn["requested_slot"] == "confirm" and YES.search(turn.text.lower()):
            # "Oui, merci beaucoup" is a yes.
            turn.intent = "affirm"
        if turn["requested_slot"] in UNSURE and french.unsure(turn.text):
            turn.say(f"utter_unsure_{turn['requested_slot']}")
            self.ask_again(turn)
        elif french.angry(turn.text) and not self.understood_anyway(turn) and turn.intent not in LAST_WORDS:
            turn.say("utter_anger")
            self.ask_again(turn)
        elif turn.intent in QUESTIONS and not self.picks(turn):
            self.answer(turn)
        elif turn.intent == "abandon" and not any(m.kind == "time" for m in turn.moments):
            self.abandon(turn)
        elif turn.intent == "silence":
            self.silent(turn)
        elif (turn.says_nothing and not self.understood_anyway(turn)) or (
            turn.intent in NOT_UNDERSTOOD and (not self.understood_anyway(turn) or self.asks_elsewhere(turn))
        ):
            self.misunderstood(turn)
        elif turn.intent == "affirm" and not self.understood_anyway(turn) and turn["requested_slot"] in OPEN:
            if len(turn.text.split()) < SAYS_MORE:
                turn.say(f"utter_example_{turn['requested_slot']}")
            self.ask_again(turn)
        elif turn.intent in CONFIRMS and turn["requested_slot"] == "confirm" and not turn["options"]:
            # Something else was said since the question: a yes to that changes nothing.
            self.ask_again(turn)
        elif turn.intent in ("repeat", "greet") and not turn.entities:
            self.ask_again(turn)
        else:
            return False
        return True

    # -- what each form says for itself ---------------------------------------------------------

    @abstractmethod
    def take(self, turn: Turn, started: bool) -> None:
        """Take everything that was said, do what can be done, ask for what is missing."""

    @abstractmethod
    def ask_again(self, turn: Turn) -> None:
        """Ask once more what was being asked."""

    def abandon(self, turn: Turn) -> None:
        """The person gives up: say what stays as it was."""
        self.core.release(turn.conversation)
        turn.say("utter_abandoned")
        self.end(turn)

    def stays(self, turn: Turn) -> bool:
        """True when what sounds like another operation is meant for this one."""
        return False

    # -- shared ---------------------------------------------------------------------------------

    def switch(self, turn: Turn) -> str | None:
        """The other operation that the person asks for, None when they stay with this one."""
        other = SWITCHES.get(turn.intent)
        return other if other and other != self.operation and not self.stays(turn) else None

    def answer(self, turn: Turn) -> None:
        """Answer a question, then ask again what was being asked."""
        QUESTIONS[turn.intent](self.core).act(turn)
        if turn.intent in LAST_WORDS:
            turn["options"] = []
        else:
            self.ask_again(turn)

    def end(self, turn: Turn) -> None:
        """The operation is over: offer the second thing that was asked for, if any."""
        offers.drop_draft(turn)
        turn.end()
        offers.second(turn)

    def picks(self, turn: Turn) -> bool:
        """True when what sounds like a question is as likely to be an answer, by what it says ("10h c'est bien")."""
        if turn.intent == "list_appointments":
            asked_time = turn["requested_slot"] in ("slot_id", "preferred_time", "confirm", "change")
            return asked_time and any(m.kind == "time" for m in turn.moments)
        if turn.intent == "thank":
            # "Vendredi à 14 heures, merci": thanks that hold an answer.
            return self.understood_anyway(turn)
        values = any(turn.entity(kind) for kind in ("channel", "agency", "moment"))
        return turn.intent in ("faq", "ask_agency_info") and values and turn.confidence < DOUBTFUL

    def asks_elsewhere(self, turn: Turn) -> bool:
        """True when what is named is done elsewhere, and nothing in the sentence answers what is asked."""
        answers = any(turn.entity(k) for k in ("channel", "agency", "moment", "option", "reference"))
        return turn["reason"] is not None and not answers and subject(turn.text) is not None

    def understood_anyway(self, turn: Turn) -> bool:
        """A sentence with no clear intent still counts when it holds a value that is being asked for."""
        return any(turn.entity(k) for k in ("reason", "channel", "agency", "moment", "option", "reference"))

    def misunderstood(self, turn: Turn) -> None:
        """An example of what is being asked, then the choices, then the way to a human."""
        if subject(turn.text) or (turn.intent == "out_of_scope" and SENTENCE.search(turn.text.lower())):
            # Another subject, in so many words: told where to go, it is no misunderstanding.
            say_where(turn, "utter_out_of_scope")
            self.ask_again(turn)
            return
        turn["misunderstood"] = times = min((turn["misunderstood"] or 0) + 1, 3)
        if times == 1:
            turn.say(f"utter_example_{turn['requested_slot'] or 'reason'}")
        else:
            turn.say(f"utter_form_misunderstood_{times}")
        self.ask_again(turn)

    def silent(self, turn: Turn) -> None:
        """Ask again; then tell of the keys; then of the adviser."""
        turn["silences"] = times = min((turn["silences"] or 0) + 1, 3)
        if times > 1:
            turn.say(f"utter_silence_{times}")
        self.ask_again(turn)

    def choose(self, turn: Turn) -> bool:
        """Read "le deuxième", "le dernier" or a key as the choice that stood there, as if it had been clicked.

        At the yes-or-no of a slot a bare number is a key, and "le deuxième" speaks of the slots shown before.
        False when a key stands for no choice.
        """
        key, options = turn.chosen("option"), turn["options"] or []
        option = key or turn.value("option")
        if option is None or (turn.reference_said and not key):
            return True
        if turn["requested_slot"] in ("confirm", "change") and not key and not turn.text.strip().isdigit():
            options = turn["offered_slots"] or options
            if option == 1 and turn["requested_slot"] == "confirm" and turn.intent != "deny":
                # "Le premier" said again of what is being read back.
                turn.entities = [e for e in turn.entities if e["entity"] != "option"]
                return turn.intent == "affirm"
        place = len(options) if option == "last" else int(option)
        if not 1 <= place <= len(options):
            return key is None
        picked = options[place - 1]
        if not self.picks_by_time(turn):
            # "Le 2, non, le 3": places in the list, no days of the month.
            turn.entities = [e for e in turn.entities if not bare_number(e)]
        turn.entities.append({"entity": "reference", "value": picked})
        if picked.startswith("intent:"):
            turn.intent = picked.removeprefix("intent:")
        return True

    def picks_by_time(self, turn: Turn) -> bool:
        """True when a bare number may be the day of a choice."""
        return False

    def offer(self, turn: Turn, response: str, buttons: list[Button], **values: str) -> None:
        """Answer with choices, and remember them in the order shown."""
        turn["options"] = [b["payload"] for b in buttons]
        turn.say(response, buttons=buttons, choices=words.titles(buttons), **values)

    def refused(self, turn: Turn, refusal: Refusal) -> None:
        """A refusal that the form did not settle: say it; the form waits where it was."""
        super().refused(turn, refusal)
        turn["operation"] = self.operation

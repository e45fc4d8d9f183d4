"""How simulated people read an answer: which question it asks, by the sentences of bot/domain/ on their medium."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from gateway.render import Reply, render
from gateway.responses import response

# A word by which people know their reason in a recap.
LABELS = {
    "arret_travail": ("arrêt",), "artistes_auteurs": ("artistes",), "at_mp": ("accident",),
    "c2s": ("complémentaire",), "capital_deces": ("décès",), "invalidite": ("invalidité",),
    "maternite_paternite": ("maternité",), "frontaliers_suisse": ("frontaliers",),
}  # fmt: skip


# What an answer asks for, by the names of its sentences in bot/domain/.
ASKS = {
    "reason": (
        "utter_question_reason_first",
        "utter_question_reason",
        "utter_question_reason_which",
        "utter_example_reason",
    ),
    "channel": ("utter_question_channel", "utter_example_channel"),
    "agency": ("utter_question_agency", "utter_agency_nearest", "utter_example_agency"),
    "phone": ("utter_question_phone", "utter_example_phone", "utter_no_phone", "utter_invalid_phone_first"),
    "time": ("utter_question_preferred_time", "utter_question_move_time", "utter_example_preferred_time",
             "utter_offer_no_more", "utter_agency_closed", "utter_past_date", "utter_impossible_date",
             "utter_too_far"),
    "slot": ("utter_offer", "utter_offer_more", "utter_offer_two_days", "utter_offer_nearest", "utter_move_offer",
             "utter_example_slot_id"),
    "recap": ("utter_recap_phone", "utter_recap_in_person", "utter_move_recap"),
    "sure": ("utter_cancel_confirm",),
    "contact": ("utter_contact_confirm",),
    "yes": ("utter_example_confirm",),
    "change": ("utter_question_change", "utter_example_change"),
    "which": ("utter_question_which_move", "utter_question_which_cancel", "utter_example_appointment_id"),
    "number": ("utter_question_contact", "utter_example_contact_reference", "utter_invalid_phone"),
    "existing": ("utter_reason_already_booked", "utter_example_existing"),
    "second": ("utter_second",),
    "done": ("utter_booked_phone", "utter_booked_in_person", "utter_moved", "utter_cancelled",
             "utter_contact_changed"),
    "human": ("utter_handoff",),
}  # fmt: skip

BLANKS = ("address", "agency", "appointment", "choices", "contact", "day", "days", "limit", "old", "phone", "place",
          "reason", "reference", "request", "said", "summary", "when", "wish")  # fmt: skip
BLANK = "0blank0"


def plain(text: str) -> str:
    """Letters and digits only: the same sentence on every medium."""
    text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    return " ".join(re.findall(r"[a-z0-9]+", text.replace("œ", "oe")))


@cache
def shapes(medium: str) -> list[tuple[str, re.Pattern[str]]]:
    """How each question is recognized on a medium: the sentence with anything in its blanks."""
    found = []
    for ask, names in ASKS.items():
        for name in names:
            said = response(name, medium, **dict.fromkeys(BLANKS, f" {BLANK} "))
            spoken = render([said], medium).text
            parts = [re.escape(p.strip()) for p in plain(spoken).split(BLANK)]
            found.append((ask, re.compile(r"\b" + r"(?:.+?)".join(p.replace(r"\ ", " ") for p in parts))))
    return found


def asked(reply: Reply, medium: str) -> str:
    """What the answer asks in the end; nothing when it asks nothing that is known."""
    text = plain(reply.text)
    last = (-1, -1, "")
    for ask, shape in shapes(medium):
        for match in shape.finditer(text):
            last = max(last, (match.end(), -match.start(), ask))
    return last[2]

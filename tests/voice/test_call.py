"""The call as a machine: silence, noise, doubt, keys, the way to a human; no platform, no service."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.render import Choice, Message, Reply
from gateway.voice.call import BadEventError, Call, Flow
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
)

FLOW = Flow({"": ("oui", "non"), "menu": ("rendez-vous",), "agency": ("Rennes",)}, transfers=True)
ALONE = Flow({}, transfers=False)


def reply(text: str, *choices: str, **card: Any) -> Reply:
    return Reply((Message(text, tuple(Choice(c, f"slot:{n}") for n, c in enumerate(choices)), card),))


def asking(slot: str | None, text: str = "La question ?", *choices: str, flow: Flow = FLOW) -> Call:
    """A call where the assistant has just asked for something."""
    call, _ = flow.answered(flow.react(Call(), Started("+33639980199"))[0], reply(text, *choices, asking=slot))
    return call


def play(flow: Flow, call: Call, *events: Event) -> tuple[Call, Any]:
    result: Any = None
    for event in events:
        call, result = flow.react(call, event)
    return call, result


def said(result: Any) -> str:
    return " ".join(v.text for v in result if isinstance(v, Say | Ask))


def test_the_call_begins_by_saying_what_answers_and_asks_an_open_question() -> None:
    _, [first, second] = FLOW.react(Call(), Started())
    assert isinstance(first, Say)
    assert "assistant automatique" in first.text
    assert isinstance(second, Ask)
    assert second.text.endswith("?")
    assert "rendez-vous" in second.hints


def test_silence_shortens_the_question_then_tells_the_keys_then_calls_a_human() -> None:
    call = asking("confirm", "Rien n'est encore réservé. Est-ce que je confirme ?")
    call, once = play(FLOW, call, Silence())
    assert said(once) == "Je ne vous entends pas. Est-ce que je confirme ?"
    call, twice = play(FLOW, call, Silence())
    assert "Pour oui, tapez 1" in said(twice)
    assert play(FLOW, call, Silence())[1] == Tell(value="intent:ask_human")


def test_silence_and_noise_are_counted_apart_and_a_word_forgets_them() -> None:
    call, _ = play(FLOW, asking("confirm"), Silence(), Silence(), Noise())
    assert (call.no_input, call.no_match) == (0, 1)
    call, result = play(FLOW, call, Noise(), Speech("oui", 0.9))
    assert result == Tell(text="oui")
    call, _ = FLOW.answered(call, reply("Et ensuite ?", asking="channel"))
    assert (call.no_input, call.no_match) == (0, 0)
    assert play(FLOW, asking("confirm"), Noise(), Noise(), Noise())[1] == Tell(value="intent:ask_human")


def test_what_the_assistant_does_not_understand_counts_as_noise() -> None:
    call, twice = FLOW.answered(asking("channel"), reply("Pardon.", asking="channel", misunderstood=2))
    assert "Pour être appelé, tapez 1" in said(twice)
    assert FLOW.answered(call, reply("Pardon.", asking="channel", misunderstood=3))[1] == Tell(value="intent:ask_human")


def test_doubtful_words_are_read_back_and_only_a_yes_passes_them_on() -> None:
    call, result = play(FLOW, asking("agency"), Speech("à Redon", 0.3))
    assert said(result) == "J'ai compris : à Redon. C'est bien ça ?"
    assert play(FLOW, call, Speech("oui", 0.2))[1] == Tell(text="à Redon")
    assert play(FLOW, call, Digits("1"))[1] == Tell(text="à Redon")
    after, again = play(FLOW, call, Speech("non", 0.2))
    assert "La question ?" in said(again)
    assert after.phase == "talking"
    assert play(FLOW, call, Speech("à Rennes", 0.9))[1] == Tell(text="à Rennes")
    assert play(FLOW, asking("agency"), Speech("à Redon", 0.0))[1] == Tell(text="à Redon")


@pytest.mark.parametrize("word", ["oui", "non", "stop", "arrêtez", "un conseiller", "répétez", "au revoir", "annuler"])
def test_critical_words_are_never_doubted(word: str) -> None:
    assert play(FLOW, asking("confirm"), Speech(word, 0.05))[1] == Tell(text=word)


def test_a_social_security_number_said_is_read_back_by_groups() -> None:
    call, result = play(FLOW, asking("nir"), Speech("c'est le 1 85 03 35 238 001 12", 0.95))
    assert "1, 85, 03, 35, 238, 001, 12" in said(result)
    assert play(FLOW, call, Speech("oui c'est ça", 0.9))[1] == Tell(text="185033523800112")


@pytest.mark.parametrize(
    ("slot", "digits", "told"),
    [
        (None, "1", Tell(value="intent:book_appointment")),
        (None, "2", Tell(value="intent:move_appointment")),
        (None, "3", Tell(value="intent:cancel_appointment")),
        (None, "4", Tell(value="intent:list_appointments")),
        ("confirm", "1", Tell(value="intent:affirm")),
        ("confirm", "2", Tell(value="intent:deny")),
        ("channel", "2", Tell(value="channel:in_person")),
        ("reason", "3", Tell(digits="3")),
        ("slot_id", "2", Tell(digits="2")),
        ("slot_id", "9", Tell(value="intent:more_slots")),
        ("preferred_time", "2", Tell(text="un matin")),
        ("preferred_time", "2411", Tell(text="le 24/11")),
        ("birth_date", "12031985", Tell(digits="12031985")),
        ("nir", "1850335238001", Tell(digits="1850335238001")),
        # A phone has no letter: 20 stands for 2A or 2B, and the key says which.
        ("nir", "185032023800113", Tell(digits="185032A23800113")),
        # A code that begins like a phone number is still a code.
        ("code", "060234", Tell(code="060234")),
        ("phone", "0639980112", Tell(digits="0639980112")),
        ("agency", "0", Tell(value="intent:ask_human")),
    ],
)
def test_what_keys_mean(slot: str | None, digits: str, told: Tell) -> None:
    assert play(FLOW, asking(slot), Digits(digits))[1] == told


def test_a_code_said_is_a_code_even_when_it_begins_like_a_phone_number() -> None:
    call = asking("code")
    assert play(FLOW, call, Speech("zéro six zéro deux trois quatre", 0.9))[1] == Tell(code="060234")


def test_star_repeats_and_a_key_that_means_nothing_is_noise() -> None:
    call = asking("confirm", "Est-ce que je confirme ?")
    assert said(play(FLOW, call, Digits("*"))[1]) == "Est-ce que je confirme ?"
    after, result = play(FLOW, call, Digits("7"))
    assert "pas compris" in said(result)
    assert after.no_match == 1


def test_the_choices_are_told_with_their_keys_and_expected_in_speech() -> None:
    _, result = play(FLOW, asking("agency", "Quelle agence ?", "Rennes", "Vitré"), Noise(), Noise())
    assert "Pour Rennes, tapez 1. Pour Vitré, tapez 2." in said(result)
    assert {"Rennes", "Vitré", "oui"} <= set(result[0].hints)
    assert result[0].digits == 1


def test_how_many_keys_are_waited_for() -> None:
    for slot, most in (("nir", 15), ("birth_date", 8), ("preferred_time", 4), (None, 1), ("confirm", 1)):
        [ask] = play(FLOW, asking(slot), Digits("*"))[1]
        assert ask.digits == most, slot


@pytest.mark.parametrize("event", [Speech("non merci", 0.9), Speech("non c'est tout", 0.2), Speech("c'est tout", 0.9)])
def test_nothing_else_ends_the_call_with_a_goodbye(event: Event) -> None:
    call, result = play(FLOW, asking(None, "C'est fait."), event)
    assert "Au revoir" in said(result)
    assert result[-1] == End()
    assert call.phase == "over"


def test_nobody_at_the_end_is_let_go() -> None:
    _, result = play(FLOW, asking(None, "C'est fait."), Silence(), Silence())
    assert "Au revoir" in said(result)
    assert result[-1] == End()


def test_a_transfer_gives_the_summary_and_ends_or_becomes_a_call_back() -> None:
    handed = reply("Je vous passe un conseiller.", transfer=True, summary="prendre un rendez-vous")
    call, [_, transfer] = FLOW.answered(asking("reason"), handed)
    assert isinstance(transfer, Transfer)
    assert "prendre un rendez-vous" in transfer.summary
    assert play(FLOW, call, Transferred(True))[1] == [End()]
    call, result = play(FLOW, call, Transferred(False))
    assert "être rappelé" in said(result)
    assert play(FLOW, call, Speech("non merci", 0.9))[1][-1] == End()
    call, result = play(FLOW, call, Speech("demain après-midi", 0.9))
    assert "numéro d'où vous appelez" in said(result)
    when = "demain après-midi"
    assert play(FLOW, call, Speech("oui", 0.9))[1] == CallBack("+33639980199", when)
    assert play(FLOW, call, Digits("1"))[1] == CallBack("+33639980199", when)
    assert play(FLOW, call, Digits("0261910345"))[1] == CallBack("0261910345", when)
    assert play(FLOW, call, Speech("au 02 61 91 03 45", 0.9))[1] == CallBack("+33261910345", when)
    assert play(FLOW, call, Speech("non", 0.9))[1][-1] == End()
    over, result = FLOW.called_back(call, "+33261910345", "jeudi après-midi")
    assert "zéro deux, soixante et un" in said(result)
    assert "jeudi après-midi" in said(result)
    assert over.phase == "over"
    assert "pas valide" in said(FLOW.called_back(play(FLOW, call, Silence())[0], None)[1])


@pytest.mark.parametrize(
    ("events", "when"),
    [
        ([Digits("1")], "le plus tôt possible"),
        ([Digits("2")], "un matin"),
        ([Digits("2411")], "le 24/11"),
        ([Speech("oui")], "le plus tôt possible"),
        ([Speech("non plutôt jeudi")], "non plutôt jeudi"),
        ([Silence(), Digits("3")], "un après-midi"),
        ([Speech("euh"), Noise()], "le plus tôt possible"),
    ],
)
def test_a_call_back_has_a_time_by_words_or_keys_and_the_soonest_for_who_says_none(
    events: list[Event], when: str
) -> None:
    call, _ = FLOW.offer_callback(Call(caller="+33639980199"))
    assert play(FLOW, call, *events, Digits("1"))[1] == CallBack("+33639980199", when)


def test_a_number_and_a_time_said_at_once_are_both_taken() -> None:
    call, _ = FLOW.offer_callback(Call())
    told = CallBack("+33261910345", "demain matin au 02 61 91 03 45")
    assert play(FLOW, call, Speech(told.when))[1] == told


def test_without_advisers_a_call_back_is_offered_at_once_and_asks_the_number_of_who_hides_it() -> None:
    hidden, _ = ALONE.react(Call(), Started(None))
    call, result = ALONE.answered(hidden, reply("Je vous passe un conseiller.", transfer=True))
    assert "être rappelé" in said(result)
    call, result = play(ALONE, call, Digits("1"))
    assert "À quel numéro" in said(result)
    assert isinstance(play(ALONE, call, Speech("oui", 0.9))[1], list)
    _, result = play(ALONE, call, Silence(), Silence(), Silence())
    assert result[-1] == End()


def test_a_dead_assistant_is_said_and_a_human_takes_over() -> None:
    call, result = FLOW.answered(asking("reason"), Reply((Message("…"),), failed=True))
    assert "problème technique" in said(result)
    assert isinstance(result[-1], Transfer)
    assert call.phase == "transferring"


def test_what_cannot_happen_is_refused() -> None:
    over, _ = play(FLOW, asking("reason"), HungUp())
    for call, event in ((over, Speech("oui")), (asking("reason"), Transferred(True)), (over, Digits("1"))):
        with pytest.raises(BadEventError):
            FLOW.react(call, event)


def test_no_sentence_for_the_ear_has_an_address_or_a_sign_that_cannot_be_said() -> None:
    unsayable = re.compile(r"https?:|www\.|\.fr\b|[/*_]|\bRDV\b|\d{5,}")
    written = ("utter_sms_", "utter_notice_")
    for path in sorted(Path("bot/domain").glob("*.yml")):
        for name, variants in (yaml.safe_load(path.read_text("utf8")).get("responses") or {}).items():
            spoken = next((v for v in variants if v.get("channel") == "voice"), None)
            spoken = spoken or next(v for v in variants if "channel" not in v)
            assert name.startswith(written) or not unsayable.search(spoken.get("text", "")), name

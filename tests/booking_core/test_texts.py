"""Text messages on both databases: taken once, in order, by whoever is alive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from booking_core import Core, FixedClock, Text
from booking_core.privacy import SEALED
from tests.booking_core.conftest import Opener

ALICE, BRUNO = "+33639980112", "+33639980456"


def test_a_carrier_that_never_takes_a_message_ends_it(core: Core, clock: FixedClock) -> None:
    core.text_post(ALICE, "bonjour")
    states = []
    for _ in range(11):
        [[text]] = core.texts_to_send()
        states.append(core.text_refused([text]))
        clock.tick(hours=1)
    assert states == ["waiting"] * 10 + ["dead"]
    assert core.texts_to_send() == []


def test_a_report_may_come_before_the_answer_to_the_sending(core: Core, clock: FixedClock) -> None:
    for number, said in (("delivered", "un"), ("rejected", "deux")):
        core.text_post(ALICE, said)
        [[text]] = core.texts_to_send()
        core.text_reported(number, message_id=text.message_id)
        core.text_sent(text, None)
    clock.tick(minutes=1)
    assert [t.text for [t] in core.texts_to_send()] == ["deux"]
    assert core.texts() == {("out", "delivered"): 1, ("out", "working"): 1}


def test_who_comes_back_after_its_lease_changes_nothing(core: Core, clock: FixedClock) -> None:
    core.text_received(ALICE, "un", "1")
    [slow] = core.texts_to_answer()
    clock.tick(seconds=31)
    [quick] = core.texts_to_answer()
    core.text_answered(quick, ["réponse"])
    core.text_wait(slow, timedelta(0))
    core.text_answered(slow, ["autre réponse"])
    assert core.texts() == {("in", "done"): 1, ("out", "waiting"): 1}


def test_what_a_dead_gateway_held_is_taken_up_again(core: Core, clock: FixedClock) -> None:
    core.text_received(ALICE, "un", "1")
    core.text_received(ALICE, "deux", "2")
    [[first, _]] = core.texts_to_answer()
    core.text_received(ALICE, "trois", "3")
    core.text_received(BRUNO, "quatre", "4")
    [[other]] = core.texts_to_answer()
    assert other.text == "quatre"
    core.text_answered([first], ["réponse"])
    clock.tick(seconds=31)
    again = {t.text: t.attempts for line in core.texts_to_answer() for t in line}
    assert again == {"deux": 2, "trois": 1, "quatre": 2}
    core.text_answered([first], ["réponse"])
    assert [t.text for [t] in core.texts_to_send()] == ["réponse"]


def test_several_gateways_never_take_the_same_line_at_once(opener: Opener, clock: FixedClock) -> None:
    """Four of them, forty lines of three messages: each message handled once, each line in order."""
    cores = [opener() for _ in range(4)]
    for n in range(120):
        assert cores[0].text_received(f"+336399{n % 40:05d}", f"message {n}", f"id {n}")

    def work(core: Core) -> list[list[Text]]:
        found: list[list[Text]] = []
        for _ in range(8):
            for line in core.texts_to_answer(3):
                found.append(line)
                core.text_answered(line, [f"réponse à {line[0].text}"])
        return found

    with ThreadPoolExecutor(4) as pool:
        lines = [line for found in pool.map(work, cores) for line in found]
    assert sorted(int(t.text.split()[1]) for line in lines for t in line) == list(range(120))
    assert all([t.id for t in line] == sorted(t.id for t in line) for line in lines)
    assert cores[0].texts() == {("in", "done"): 120, ("out", "waiting"): len(lines)}


def test_the_same_delivery_to_several_gateways_is_kept_once(opener: Opener) -> None:
    cores = [opener() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: cores[n % 4].text_received(ALICE, f"oui {n}", "the same id"), range(16)))
    assert sum(kept) == 1


def test_the_conversation_of_a_line_is_the_same_until_it_is_silent(core: Core, clock: FixedClock) -> None:
    core.text_received(ALICE, "un", "1")
    [[text]] = core.texts_to_answer()
    first = core.text_conversation(text.line)
    clock.tick(minutes=29)
    assert core.text_conversation(text.line) == first
    clock.tick(minutes=30)
    assert core.text_conversation(text.line) != first
    assert ALICE not in first


def test_messages_are_sealed_and_erased_once_settled(core: Core, clock: FixedClock) -> None:
    assert SEALED["text_message"] == ("body",)
    core.text_received(ALICE, "un", "1")
    [line] = core.texts_to_answer()
    core.text_answered(line, ["réponse"])
    [[answer]] = core.texts_to_send()
    core.text_sent(answer, None)
    assert core.text_reported("delivered", message_id=answer.message_id)
    clock.tick(days=40)
    purged = core.purge()
    assert purged["text_message"] == 2

"""The desk through Kannel's webhooks: once, in order, joined, late, STOP, shared numbers, restarts."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking_core import Contact, FixedClock
from booking_core.notices.model import NotYetError
from booking_core.storage.tables import text_line, text_message
from gateway.notices import Words
from gateway.ports import ports
from gateway.settings import BadSettingsError, Settings
from gateway.sms.carrier import e164
from gateway.timer import Timer
from tests.booking_core.world import book, cancel, free, opening, someone
from tests.sms.conftest import NOW, Gateway

KEY = "a key of kannel for tests"
ALICE, BRUNO, US = "+33639980112", "+33639980456", "+33939390001"
IDS = itertools.count()


@pytest.fixture
async def kannel(start: Callable[..., Any], carrier: Any) -> Gateway:
    gateway: Gateway = await start(
        sms="kannel",
        sms_url=f"{carrier.url}/cgi-bin/sendsms",
        sms_user="rdv",
        sms_password="a password",
        sms_number=US,
        sms_key=KEY,
    )
    return gateway


async def write(gateway: Gateway, said: str, *, number: str = ALICE, message_id: str = "", **query: str) -> int:
    """What Kannel calls when somebody writes; the status of our answer. A value of "none" is left out."""
    given = {"key": KEY, "id": message_id or f"m{next(IDS)}", "from": number} | query
    sent = {k: v for k, v in given.items() if v != "none"}
    headers = {"X-Kannel-From": sent.pop("from")} if "from" in sent else {}
    answer = await gateway.client.post("/sms/kannel", params=sent, headers=headers, data=said.encode())
    assert answer.status != 200 or await answer.text() == ""
    return answer.status


def at(seconds: float) -> str:
    """The instant, by the machine's clock, as Kannel gives it."""
    return str(int(time.time() + seconds))


async def test_a_message_is_acknowledged_before_it_is_answered(kannel: Gateway) -> None:
    slow = asyncio.Event()
    turn = kannel.desk.turns.handle

    async def waits(said: Any) -> Any:
        await slow.wait()
        return await turn(said)

    kannel.desk.turns.handle = waits  # type: ignore[method-assign]
    assert await write(kannel, "bonjour") == 200
    assert kannel.carrier.sent == []
    slow.set()
    await kannel.settled()
    [sent] = kannel.carrier.sent
    assert (sent["to"], sent["text"], sent["X-Kannel-From"]) == (ALICE, "Lu : bonjour", US)
    assert KEY.replace(" ", "+") in sent["X-Kannel-DLR-Url"]
    assert "39980112" not in sent["X-Kannel-DLR-Url"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"key": "wrong"}, 403),
        ({"key": "none"}, 403),
        ({"key": ""}, 403),
        ({"from": "none"}, 400),
        ({"id": ""}, 400),
        ({"from": ""}, 400),
    ],
)
async def test_forged_and_malformed_calls_are_refused_and_logged_without_anybody(
    kannel: Gateway, caplog: pytest.LogCaptureFixture, query: dict[str, str], status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    assert await write(kannel, "mon code 482915", **query) == status
    # `rdv serve` silences the access log.
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name != "aiohttp.access")
    assert "was refused" in logged
    assert not any(secret in logged for secret in ("39980112", "482915", KEY))
    assert kannel.core.texts() == {}


@pytest.mark.parametrize(("charset", "codec"), [("UTF-8", "utf-8"), ("UTF-16BE", "utf-16-be")])
async def test_what_the_phone_wrote_is_read_whatever_its_alphabet(kannel: Gateway, charset: str, codec: str) -> None:
    """ "ê" and a smiley are in no 7-bit alphabet: the operator sends them as UCS-2."""
    headers = {"X-Kannel-From": ALICE, "Content-Type": f'text/plain; charset="{charset}"'}
    said = "prêt à venir, ça marche 🙂"
    await kannel.client.post(
        "/sms/kannel", params={"key": KEY, "id": charset}, headers=headers, data=said.encode(codec)
    )
    await kannel.settled()
    assert kannel.rasa.said[0][1] == said


async def test_other_machines_are_refused(start: Callable[..., Any]) -> None:
    gateway = await start(
        sms="kannel", sms_user="u", sms_password="p", sms_number=US, sms_key=KEY, sms_addresses="10.1.0.0/16"
    )
    assert await write(gateway, "oui") == 403


async def test_the_same_message_again_is_answered_once(kannel: Gateway) -> None:
    for _ in range(3):
        assert await write(kannel, "oui", message_id="same") == 200
    await kannel.settled()
    assert await write(kannel, "oui", message_id="same") == 200
    await kannel.settled()
    assert kannel.carrier.texts == ["Lu : oui"]


async def test_the_network_delivering_twice_under_two_ids_is_seen(kannel: Gateway, clock: FixedClock) -> None:
    await write(kannel, "oui")
    await write(kannel, "oui")
    await write(kannel, "oui", number=BRUNO)
    clock.tick(seconds=5)
    await write(kannel, "oui")
    await kannel.settled()
    assert len(kannel.rasa.said) == 3


async def test_messages_of_a_line_are_answered_one_after_the_other_in_order(kannel: Gateway) -> None:
    said = [f"message {n}" for n in range(12)]
    for text in said:
        await write(kannel, text)
    await kannel.settled(20)
    assert kannel.rasa.texts == said
    assert kannel.carrier.texts == [f"Lu : {text}" for text in said]


async def test_a_cut_message_is_one_turn(kannel: Gateway, clock: FixedClock) -> None:
    long = "je voudrais un rendez-vous " * 6
    await write(kannel, long[:153])
    await asyncio.sleep(0.3)
    assert kannel.rasa.said == []
    await write(kannel, "mardi matin")
    await kannel.settled()
    assert kannel.rasa.texts == [long[:153] + "mardi matin"]


async def test_a_full_message_that_nothing_follows_is_answered(kannel: Gateway, clock: FixedClock) -> None:
    await write(kannel, "x" * 160)
    await asyncio.sleep(0.3)
    clock.tick(seconds=5)
    await kannel.settled()
    assert kannel.rasa.texts == ["x" * 160]


async def test_parts_in_the_wrong_order_are_put_right(kannel: Gateway) -> None:
    await write(kannel, "(2/2) mardi matin")
    await write(kannel, "(1/2) un rendez-vous")
    await kannel.settled()
    assert kannel.rasa.texts == ["un rendez-vous mardi matin"]


async def test_a_message_that_comes_too_late_changes_nothing(kannel: Gateway) -> None:
    await write(kannel, "oui", at=at(-3 * 3600))
    await kannel.settled()
    assert kannel.rasa.said == []
    assert "en retard" in kannel.carrier.texts[0]


async def test_a_message_overtaken_by_another_changes_nothing(kannel: Gateway, clock: FixedClock) -> None:
    """A yes written before the question that is now open must not answer it."""
    await write(kannel, "mardi plutôt", at=at(0))
    await kannel.settled()
    await write(kannel, "oui", at=at(-60))
    await kannel.settled()
    assert kannel.rasa.texts == ["mardi plutôt"]
    assert "en retard" in kannel.carrier.texts[1]
    await write(kannel, "oui, mardi", at=at(0))
    await kannel.settled()
    assert kannel.rasa.texts == ["mardi plutôt", "oui, mardi"]


async def test_stop_and_start_hold_for_what_we_start_only(kannel: Gateway) -> None:
    await write(kannel, "Stop")
    await kannel.settled()
    assert "plus aucun rappel" in kannel.carrier.texts[-1]
    await kannel.desk.send(ALICE, "Rappel : rendez-vous mardi", started=True)
    await kannel.desk.send(BRUNO, "Rappel : rendez-vous jeudi", started=True)
    await kannel.desk.send(ALICE, "Votre code : 123456")
    await kannel.settled()
    assert sorted(kannel.carrier.texts[1:]) == ["Rappel : rendez-vous jeudi", "Votre code : 123456"]
    await write(kannel, "bonjour")
    await write(kannel, "START")
    await kannel.settled()
    await kannel.desk.send(ALICE, "Rappel : rendez-vous mardi", started=True)
    await kannel.settled()
    assert "Lu : bonjour" in kannel.carrier.texts
    assert kannel.carrier.texts[-1] == "Rappel : rendez-vous mardi"
    assert kannel.rasa.texts == ["bonjour"]


async def test_help_says_who_we_are_and_how_to_stop(kannel: Gateway) -> None:
    await write(kannel, "AIDE")
    await kannel.settled()
    [text] = kannel.carrier.texts
    assert "3646" in text
    assert "STOP" in text


@pytest.mark.parametrize(("hour", "until"), [(19, None), (20, 32), (23, 32), (7, 8), (8, None)])
async def test_nothing_that_we_start_leaves_at_night(
    kannel: Gateway, clock: FixedClock, hour: int, until: int | None
) -> None:
    midnight = NOW.replace(hour=0)
    clock.set(midnight + timedelta(hours=hour))
    if until is None:
        await kannel.desk.send(ALICE, "Rappel", started=True)
    else:
        with pytest.raises(NotYetError) as refusal:
            await kannel.desk.send(ALICE, "Rappel", started=True)
        assert refusal.value.until == midnight + timedelta(hours=until)
    await kannel.desk.send(ALICE, "Votre code")
    await kannel.settled()
    assert len(kannel.carrier.sent) == (2 if until is None else 1)


async def test_what_the_carrier_refuses_is_sent_again_in_order(
    kannel: Gateway, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    kannel.carrier.refuse = [503, 503]
    await kannel.desk.send(ALICE, "un")
    await kannel.until(lambda: len(kannel.carrier.refuse) == 1)
    await kannel.desk.send(ALICE, "deux")
    await kannel.until(lambda: len(kannel.carrier.sent) == 2 or clock.tick(seconds=0.2))  # type: ignore[func-returns-value]
    assert kannel.carrier.texts == ["un", "deux"]
    assert "39980112" not in caplog.text


async def test_reports_are_recorded_and_a_rejection_is_sent_again(kannel: Gateway, clock: FixedClock) -> None:
    await kannel.desk.send(ALICE, "bonjour")
    await kannel.settled()
    [sent] = kannel.carrier.sent
    url = sent["X-Kannel-DLR-Url"].partition("/sms/")[2]
    for state in ("8", "16"):
        assert (await kannel.client.get(f"/sms/{url.replace('%d', state)}")).status == 200
    await kannel.until(lambda: len(kannel.carrier.sent) == 2 or clock.tick(seconds=0.2))  # type: ignore[func-returns-value]
    await kannel.settled()
    for state in ("1", "2", "16"):
        await kannel.client.get(f"/sms/{url.replace('%d', state)}")
    assert kannel.core.texts() == {("out", "delivered"): 1}
    assert (await kannel.client.get("/sms/kannel/report", params={"id": "x", "state": "1"})).status == 403


async def test_a_shared_or_recycled_number_starts_from_nobody(kannel: Gateway, clock: FixedClock) -> None:
    """Alice proves who she is; whoever holds the phone half an hour later is nobody, in another conversation."""
    core = kannel.core
    person = core.register("2870535238019", date(1987, 5, 14), None, Contact(mobile=ALICE))
    await write(kannel, "mes rendez-vous")
    await kannel.settled()
    first = kannel.rasa.said[0][0]
    core.open_conversation("sms", person_id=person.id, level=2, conversation_id=first)
    clock.tick(minutes=29)
    await write(kannel, "mes rendez-vous ?")
    await kannel.settled()
    assert kannel.rasa.said[1][0] == first
    assert core.identity(first).person_id == person.id
    clock.tick(minutes=31)
    await write(kannel, "mes rendez-vous")
    await kannel.settled()
    second = kannel.rasa.said[2][0]
    assert second != first
    assert [core.identity(c).person_id for c in (first, second)] == [None, None]


async def test_stop_forgets_who_was_speaking(kannel: Gateway) -> None:
    await write(kannel, "bonjour")
    await kannel.settled()
    first = kannel.rasa.said[0][0]
    await write(kannel, "STOP")
    await write(kannel, "bonsoir")
    await kannel.settled()
    assert kannel.rasa.said[1][0] != first


async def test_two_machines_answering_one_another_are_cut_off(kannel: Gateway, clock: FixedClock) -> None:
    for n in range(70):
        clock.tick(seconds=10)
        assert await write(kannel, f"réponse automatique {n}") == 200
        await kannel.settled()
    assert len(kannel.carrier.sent) == 60


async def test_nothing_of_anybody_is_left_once_done(kannel: Gateway, clock: FixedClock) -> None:
    await write(kannel, "mon code 482915", message_id="a")
    await kannel.settled()
    url = kannel.carrier.sent[0]["X-Kannel-DLR-Url"].partition("/sms/")[2].replace("%d", "1")
    await kannel.client.get(f"/sms/{url}")
    with kannel.core.store.read() as connection:
        rows = [*connection.execute(select(text_message)), *connection.execute(select(text_line))]
    assert len(rows) == 3
    assert all(row.body is None for row in rows[:2])
    assert not any(secret in str(row) for row in rows for secret in ("39980112", "482915"))
    clock.tick(days=40)
    purged = kannel.core.purge()
    assert (purged["text_message"], purged["text_line"]) == (2, 1)


@pytest.mark.parametrize(
    ("sender", "number"),
    [
        ("+33639980112", "+33639980112"),
        ("0639980112", "+33639980112"),
        ("0033639980112", "+33639980112"),
        ("+41791234567", "+41791234567"),
        ("INFO", None),
        ("36105", None),
        ("", None),
        ("+", None),
    ],
)
def test_senders(sender: str, number: str | None) -> None:
    assert e164(sender) == number


@pytest.mark.parametrize(
    "given",
    [
        {"sms": "pigeon"},
        {"sms": "kannel"},
        {"sms": "twilio", "sms_user": "u", "twilio_auth_token": "t", "sms_number": US},
        {"sms": "kannel", "sms_user": "u", "sms_password": "p", "sms_number": US, "sms_key": "short"},
    ],
)
def test_settings_that_could_be_forged_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadSettingsError):
        Settings.read({f"RDV_{name.upper()}": value for name, value in given.items()})


async def test_reminders_wait_for_the_morning_and_stop_ends_them(kannel: Gateway, clock: FixedClock) -> None:
    """What is due at night leaves at eight, if it is still true then; a confirmation leaves at any hour."""
    core, thursday = kannel.core, date(2026, 11, 26)
    opening(core, {"since": "9:00", "until": "12:00"})
    numbers = [ALICE, BRUNO, "+33639980789"]
    people = [someone(core, mobile=number) for number in numbers]
    clock.set(NOW.replace(hour=22))
    booked = [book(core, p, s, medium="sms") for p, s in zip(people, free(core, first=thursday), strict=False)]
    timer = Timer(core, ports(kannel.settings, kannel.desk), Words(core))
    await asyncio.to_thread(timer.round)
    await kannel.settled()
    assert sorted(m["to"] for m in kannel.carrier.sent) == sorted(numbers)
    assert all("confirmé" in text for text in kannel.carrier.texts)
    kannel.carrier.sent.clear()
    await write(kannel, "STOP", number=BRUNO)
    await kannel.settled()
    kannel.carrier.sent.clear()
    clock.set(booked[0].start.replace(hour=7, minute=59))
    await asyncio.to_thread(timer.round)
    cancel(core, people[2], booked[2])
    await kannel.settled()
    assert kannel.carrier.sent == []
    clock.tick(minutes=1)
    await asyncio.to_thread(timer.round)
    await kannel.settled()
    assert [m["to"] for m in kannel.carrier.sent] == [ALICE]


async def test_a_message_waits_for_rasa_then_is_told_the_truth(kannel: Gateway, clock: FixedClock) -> None:
    kannel.rasa.down = True
    await write(kannel, "bonjour")
    await kannel.until(lambda: kannel.core.texts() == {("in", "waiting"): 1})
    kannel.rasa.down = False
    await kannel.until(lambda: bool(kannel.carrier.sent) or clock.tick(seconds=1))  # type: ignore[func-returns-value]
    assert kannel.carrier.texts == ["Lu : bonjour"]
    kannel.rasa.down = True
    await write(kannel, "bonsoir")
    await kannel.until(lambda: len(kannel.carrier.sent) == 2 or clock.tick(seconds=1), 30)  # type: ignore[func-returns-value]
    assert "Je ne peux pas" in kannel.carrier.texts[1]

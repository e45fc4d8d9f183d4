"""People texting through real Kannel to the whole assistant: a booking, a crowd, restarts in the middle."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from booking_core import Core, SystemClock, demo, open_core
from gateway import rasa
from gateway.settings import DEMO_SECRET, Settings
from tests.sms.kannel import INSTALLED, US, Kannel, Phones, cut, talk, until, written
from tests.stack import free_port

pytestmark = pytest.mark.skipif(not INSTALLED, reason="Kannel is missing: apt install kannel kannel-extras")

KEY, PASSWORD = "the key of the webhook, for tests", "the-password-of-sendsms"
ALICE = demo.PEOPLE["alice"]
# 200 messages, each of one of the phones given, its text made unlike any other.
CROWD = ("-m", "200", "-i", "0.01", "-z", "4")
MOBILE, STRANGER = "+33639980112", "+33639987777"


class Assistant:
    """Rasa, our gateway (a process that can be killed) and Kannel."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.var.mkdir()
        rasa_port, actions_port, port, sendsms = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{port}"
        self.environ = os.environ | {
            "RDV_DATABASE_URL": f"sqlite:///{self.var / 'rdv.db'}",
            "RDV_PORT": str(port),
            "RDV_RASA_URL": f"http://127.0.0.1:{rasa_port}",
            "RDV_ACTIONS_PORT": str(actions_port),
            "RDV_VAR": str(self.var),
            "RDV_TICK_SECONDS": "1",
            "RDV_SMS": "kannel",
            "RDV_SMS_URL": f"http://127.0.0.1:{sendsms}/cgi-bin/sendsms",
            "RDV_SMS_USER": "rdv",
            "RDV_SMS_PASSWORD": PASSWORD,
            "RDV_SMS_NUMBER": US,
            "RDV_SMS_KEY": KEY,
        }
        self.core: Core = open_core(self.environ["RDV_DATABASE_URL"], SystemClock(), secret=DEMO_SECRET)
        self.core.upgrade()
        demo.load(self.core)
        rasa_environ = rasa.environment(
            secret=Settings().shared_secret,
            actions_url=f"http://127.0.0.1:{actions_port}/webhook",
            tracker_url=f"sqlite:///{self.var / 'tracker.db'}",
        )
        with (self.var / "rasa.log").open("wb") as log:
            command = rasa.command(port=rasa_port)
            self.rasa = subprocess.Popen(command, env=rasa_environ, cwd=self.var, stdout=log, stderr=log)
        ours = subprocess.run(
            [sys.executable, "-m", "gateway", "sms", "kannel"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.kannel = Kannel(folder / "kannel", ours, PASSWORD)
        self.start_gateway()
        self.kannel.start()
        asyncio.run(rasa.ready(self.environ["RDV_RASA_URL"], seconds=120))

    def start_gateway(self) -> None:
        with (self.var / "rdv.log").open("ab") as log:
            command = [sys.executable, "-m", "gateway", "serve"]
            self.gateway = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)

    def kill_gateway(self) -> None:
        self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait()

    def stop(self) -> None:
        for process in (self.gateway, self.rasa):
            process.terminate()
            process.wait(30)
        self.kannel.stop()
        self.core.close()

    def count(self, direction: str, *states: str) -> int:
        return sum(n for (way, state), n in self.core.texts().items() if way == direction and state in states)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    running = Assistant(tmp_path_factory.mktemp("sms"))
    yield running
    running.stop()


def say(assistant: Assistant, text: str, *, number: str = MOBILE, answers: int = 1) -> str:
    """One message, and what comes back to that number."""
    return "\n".join(talk(assistant.kannel, written(number, text), number=number, answers=answers))


def test_a_booking_from_nothing_to_confirmed(assistant: Assistant) -> None:
    alice = assistant.core.person_by_key("alice")
    assert alice is not None
    answer = say(assistant, "bjr je voudrais un rdv par téléphone pour la c2s la semaine prochaine")
    assert "sécurité sociale" in answer
    assert "naissance" in say(assistant, ALICE.nir)
    sent = say(assistant, ALICE.birth_date.strftime("%d/%m/%Y"), answers=2)
    assert "06 ** ** ** 12" in sent
    code = re.search(r"\b\d{6}\b", sent)
    assert code
    slots = say(assistant, code[0])
    assert "1. " in slots
    assert "Pas encore réservé" in say(assistant, "2")
    assert assistant.core.upcoming(alice.id) == []
    confirmed = say(assistant, "OUI", answers=2)
    [mine] = assistant.core.upcoming(alice.id)
    assert confirmed.count("confirmé") == 2
    assert mine.reference in confirmed
    assert (mine.reason, mine.channel, mine.phone) == ("c2s", "phone", MOBILE)
    say(assistant, "oui")
    assert assistant.core.upcoming(alice.id) == [mine]


def test_another_phone_sees_nothing_of_hers(assistant: Assistant) -> None:
    answer = say(assistant, "mes rendez-vous", number=STRANGER)
    assert "sécurité sociale" in answer
    assert "c2s" not in answer.lower()


def test_keywords(assistant: Assistant) -> None:
    assert "3646" in say(assistant, "AIDE", number=STRANGER)
    assert "plus aucun rappel" in say(assistant, "stop", number=STRANGER)
    assert "START" not in say(assistant, "start", number=STRANGER)


def test_a_long_message_in_chained_parts_is_one(assistant: Assistant) -> None:
    number = "+33639987001"
    text = "bonjour, " + "je vous écris pour prendre rendez-vous et je ne sais pas comment faire, " * 4
    before = assistant.count("in", "done")
    parts = cut(number, text, reference=7)
    assert len(parts) == 2
    talk(assistant.kannel, *reversed(parts), number=number, answers=1)
    assert assistant.count("in", "done") == before + 1


def test_reports_of_the_operator_are_recorded(assistant: Assistant) -> None:
    until(lambda: not assistant.count("out", "waiting", "working", "sent"), 20, "every report")
    assert assistant.count("out", "delivered") >= 10
    assert not assistant.count("out", "dead", "undelivered")


def crowd(numbers: range) -> list[str]:
    return [written(f"+336399{n:05d}", "bonjour") for n in numbers]


def test_two_hundred_messages_and_a_gateway_killed_among_them(assistant: Assistant) -> None:
    """Ours is killed outright in the middle: nothing is lost, nobody is answered twice."""
    before = Counter(assistant.core.texts())
    started = time.monotonic()
    with Phones(assistant.kannel, *crowd(range(10000, 10200)), options=CROWD) as phones:
        until(lambda: len(phones.all_got()) >= 40, 60, "the first answers")
        assistant.kill_gateway()
        time.sleep(2)
        assistant.start_gateway()
        until(lambda: len(phones.all_got()) >= 200, 150, "200 answers")
        time.sleep(3)
        got = phones.all_got()
    seconds = time.monotonic() - started
    after = Counter(assistant.core.texts())
    assert after["in", "done"] - before["in", "done"] == 200
    print(f"200 messages answered in {seconds:.1f} s, our gateway killed in the middle; {len(got)} answers")
    assert len({text for _, text in got}) < 5
    # What was being sent when it died is sent again: 16 lines at once.
    assert 200 <= len(got) <= 216
    # Each call that failed meanwhile is logged by Kannel, with its address: it names nobody.
    failed = (assistant.kannel.folder / "smsbox.log").read_text("utf8", errors="replace")
    assert "Couldn't fetch" in failed
    assert "336399" not in failed


def test_two_hundred_messages_and_kannel_restarted_among_them(assistant: Assistant) -> None:
    """Kannel is stopped with messages and answers in hand, and started again: nothing is lost."""
    before = assistant.count("in", "done")
    with Phones(assistant.kannel, *crowd(range(20000, 20200)), options=CROWD) as phones:
        until(lambda: phones.sent(200), 60, "200 messages sent")
        assistant.kannel.stop()
        first = len(phones.all_got())
    assert first < 200
    assistant.kannel.start()
    with Phones(assistant.kannel, written(STRANGER, "AIDE"), options=("-m", "1")) as phones:
        until(lambda: assistant.count("in", "done") >= before + 201, 90, "201 messages answered")
        until(lambda: first + len(phones.all_got()) >= 201, 90, "201 answers received")
        print(f"{first} of 200 answers before Kannel was stopped, the rest after")
    assert assistant.count("in", "done") == before + 201


def test_nothing_of_anybody_in_our_logs(assistant: Assistant) -> None:
    """Neither ours nor, with the configuration that we print, Kannel's."""
    logs = [*assistant.var.glob("*.log"), *assistant.kannel.folder.glob("*box.log")]
    assert len(logs) == 4
    for log in logs:
        text = log.read_text("utf8", errors="replace")
        for personal in ("39980112", "98 01 12", "336399", "bonjour", ALICE.nir, "14/05/1987", "1987-05-14", PASSWORD):
            assert personal not in text, (log.name, personal)
        # Kannel logs the address of a call that failed, and that has the key in it.
        assert log.parent != assistant.var or KEY not in text, log.name

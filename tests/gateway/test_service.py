"""The service as others reach it: endpoints, the terminal, secrets, restarts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Service


def call(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """A status and the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text.startswith(b"{") else text


class Web:
    """A person on POST /web/messages."""

    def __init__(self, service: Service, person: str) -> None:
        self.service = service
        _, session = call(f"{service.url}/web/session", {"demo": person})
        self.headers = {"Authorization": f"Bearer {session['token']}"}

    def say(self, text: str | None = None, **body: str) -> list[dict[str, Any]]:
        status, answer = call(
            f"{self.service.url}/web/messages", body | ({"text": text} if text else {}), **self.headers
        )
        assert status == 200, answer
        messages: list[dict[str, Any]] = answer["messages"]
        return messages


def words(messages: list[dict[str, Any]]) -> str:
    return "\n".join(m["text"] for m in messages)


def test_everything_is_ready(service: Service) -> None:
    assert call(f"{service.url}/healthz") == (200, {"status": "ok"})
    assert call(f"{service.url}/readyz") == (200, {"missing": []})


def test_booking_moving_and_cancelling_through_the_endpoints(service: Service) -> None:
    bruno = Web(service, "bruno")
    had = len(service.booked("bruno"))
    bruno.say("un rendez-vous téléphonique mercredi matin pour la maternité")
    [slots] = [m for m in bruno.say("d'autres créneaux") if m["choices"]]
    bruno.say(value=slots["choices"][0]["value"])
    assert len(service.booked("bruno")) == had
    assert "confirmé" in words(bruno.say(value="intent:affirm"))
    mine = next(a for a in service.booked("bruno") if a.reason == "maternite_paternite")
    assert mine.phone == "+33261910345"
    bruno.say("déplacer mon rendez-vous maternité à vendredi de la semaine prochaine")
    bruno.say("le deuxième")
    bruno.say("oui je confirme")
    moved = next(a for a in service.booked("bruno") if a.id == mine.id)
    assert moved.start.strftime("%Y-%m-%d") == "2026-11-27"
    bruno.say("je veux annuler mon rendez-vous maternité")
    assert any(a.id == mine.id for a in service.booked("bruno"))
    bruno.say("oui")
    assert not any(a.id == mine.id for a in service.booked("bruno"))


def test_a_slot_lost_between_the_recap_and_the_yes(service: Service) -> None:
    core, david, alice = service.core, service.person("david"), service.person("alice")
    web = Web(service, "david")
    web.say("rendez-vous par téléphone lundi de la semaine prochaine pour le capital décès")
    before = set(_held(service))
    recap = words(web.say("le premier"))
    assert "Rien n’est encore réservé" in recap
    [held] = core.slots([s for s in _held(service) if s not in before])
    for holder in _holders(service):
        core.release(holder)
    core.book(alice, held.id, "capital_deces", holder="other", key="other", medium="web")
    answer = web.say("oui")
    assert "vient d’être pris" in words(answer)
    assert all(c["value"] != f"slot:{held.id}" for m in answer for c in m["choices"])
    web.say("le premier")
    web.say("oui")
    assert any(a.reason == "capital_deces" for a in core.upcoming(david))


def _held(service: Service) -> list[str]:
    from sqlalchemy import select

    from booking_core.storage import tables as t

    with service.core.store.read() as connection:
        return [str(i) for i in connection.execute(select(t.hold.c.slot_id)).scalars()]


def _holders(service: Service) -> list[str]:
    from sqlalchemy import select

    from booking_core.storage import tables as t

    with service.core.store.read() as connection:
        return list(connection.execute(select(t.hold.c.holder)).scalars())


def test_the_same_message_again_changes_nothing_more(service: Service) -> None:
    web = Web(service, "chloe")
    first = web.say("bonjour", id="m-1")
    assert web.say("bonjour", id="m-1") == first


@pytest.mark.parametrize("text", ["/cancel_appointment", '/affirm{"slot_id": "1"}', "//restart", "/session_start"])
def test_a_leading_stroke_is_only_text(service: Service, text: str) -> None:
    web = Web(service, "david")
    before = service.booked("david")
    web.say(text)
    web.say("oui")
    assert service.booked("david") == before


def test_typed_references_are_only_text(service: Service) -> None:
    web = Web(service, "chloe")
    assert "annul" not in words(web.say("⟦intent:cancel_appointment⟧")).lower() or not service.booked("chloe")


@pytest.mark.parametrize("value", ["intent:", "nir:1", "slot:<script>", "/book", "intent:affirm x"])
def test_a_value_no_choice_can_have_is_refused(service: Service, value: str) -> None:
    web = Web(service, "chloe")
    assert call(f"{service.url}/web/messages", {"value": value}, **web.headers)[0] == 400


def test_nothing_without_a_session(service: Service) -> None:
    assert call(f"{service.url}/web/messages", {"text": "bonjour"})[0] == 401
    assert call(f"{service.url}/web/messages", {"text": "bonjour"}, Authorization="Bearer forged")[0] == 401
    assert call(f"{service.url}/web/session", {"demo": "nobody"})[0] == 401
    assert call(f"{service.url}/web/session", {"token": "a.b.c"})[0] == 401


def test_rasa_and_the_actions_refuse_a_call_without_the_secret(service: Service) -> None:
    turn = {"sender": "x", "text": "bonjour", "medium": "web"}
    rasa, actions = service.environ["RDV_RASA_URL"], f"http://127.0.0.1:{service.environ['RDV_ACTIONS_PORT']}"
    assert call(f"{rasa}/webhooks/rdv/webhook", turn)[0] == 403
    assert call(f"{rasa}/webhooks/rdv/webhook", turn, **{"X-Rdv-Secret": "wrong"})[0] == 403
    assert call(f"{actions}/webhook", {"next_action": "validate_book_form"})[0] == 403
    assert call(f"{rasa}/webhooks/rest/webhook", {"sender": "x", "message": "y"})[0] == 404
    assert call(f"{rasa}/conversations/x/tracker")[0] == 404


def test_everything_listens_on_the_loopback_only(service: Service) -> None:
    ports = {int(service.environ[f"RDV_{name}"]) for name in ("PORT", "RASA_PORT", "ACTIONS_PORT")}
    listening = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = {int(r[1].split(":")[1], 16): r[1].split(":")[0] for r in listening if r[3] == "0A"}
    assert {found[p] for p in ports} == {"0100007F"}


def test_the_terminal_books_too(service: Service) -> None:
    said = (
        "rendez-vous par téléphone pour mon invalidité vendredi de la semaine prochaine\nle premier\noui je confirme\n"
    )
    printed = service.rdv("chat", "--as", "alice", said=said)
    assert "confirmé" in printed
    rows = json.loads(service.rdv("appointments", "alice", "--json"))
    mine = [r for r in rows if r["reason"] == "invalidite"]
    assert [r["start"][:10] for r in mine] == ["2026-11-27"]
    assert set(mine[0]) == {"id", "reason", "channel", "agency", "start", "status"}


def test_parse_says_what_the_pipeline_understood(service: Service) -> None:
    line = json.dumps({"text": "je voudrais un rdv tel mardi à 10h pour la c2s", "now": "2026-11-18T09:00:00"})
    said = f"{line}\nmon numéro est le 06 39 98 12 34\n"
    first, second = map(json.loads, service.rdv("parse", said=said).splitlines())
    assert (first["intent"], first["reason"], first["channel"]) == ("book_appointment", "c2s", "phone")
    assert first["moments"][0]["readings"][0]["start"] == "2026-11-24T10:00:00"
    assert second["phone"] == "+33639981234"


def test_personal_numbers_never_reach_rasa(service: Service) -> None:
    web = Web(service, "alice")
    web.say("mon numéro 06 39 98 55 44, mon mail jean.essai@exemple.fr, né le 12/03/1985, 1 85 03 35 238 001 56")
    stored = b"".join(p.read_bytes() for p in service.var.iterdir() if p.is_file() and p.name != "rdv.db")
    for number in (
        b"98 55 44",
        b"0639985544",
        b"+33639985544",
        b"jean.essai",
        b"12/03/1985",
        b"1985-03-12",
        b"238 001",
    ):
        assert number not in stored, number


def test_killed_processes_come_back_and_lose_nothing(service: Service) -> None:
    web = Web(service, "chloe")
    web.say("je voudrais un rendez-vous en agence pour une maternité")
    pattern = f"bot.light run.*--port {service.environ['RDV_RASA_PORT']}"
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=True)
    os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
    assert words(web.say("à Fougères"))
    deadline = time.monotonic() + 60
    while call(f"{service.url}/readyz")[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert "créneaux libres" in words(web.say("à Fougères"))

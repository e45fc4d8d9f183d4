"""Whole conversations by every medium; then every file, table, log, metric and trace is searched for what was said."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.conftest import Service, running
from tests.gateway.test_service import Web, words
from tests.privacy import search
from tests.privacy.collector import Collector
from tests.voice.conftest import TOKEN, Phone, code_of

KEY = "a key of kannel for tests"
NEW_PHONE, OTHER_PHONE, NEW_EMAIL = "+33639985544", "+33639987766", "jean.essai@exemple.fr"
ALICE_PHONE = "+33639980112"
NIRS = {"alice": "2870535238019", "david": "1790222278093", "chloe": "2951135288067"}
BORN = {"alice": date(1987, 5, 14), "david": date(1979, 2, 8), "chloe": date(1995, 11, 27)}
# Mails and texts leave here instead of by a carrier: they are what people get.
CARRIED = frozenset({"outbox"})


class Operator(ThreadingHTTPServer):
    """The side of Kannel: takes every text message."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taken)
        self.sent: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/cgi-bin/sendsms"


class _Taken(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.sent.append((self.headers["X-Kannel-To"], text))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Texter:
    """A phone that writes by text message."""

    def __init__(self, service: Service, operator: Operator, number: str) -> None:
        self.service, self.operator, self.number, self.count = service, operator, number, 0

    def say(self, text: str, until: str) -> str:
        """Write, and wait for an answer that holds some words; returns what came."""
        before, self.count = len(self.operator.sent), self.count + 1
        url = f"{self.service.url}/sms/kannel?{urllib.parse.urlencode({'key': KEY, 'id': f'p{self.count}'})}"
        message = urllib.request.Request(url, text.encode(), {"X-Kannel-From": self.number})
        with urllib.request.urlopen(message, timeout=10):
            pass
        end = time.monotonic() + 30
        while time.monotonic() < end:
            came = " ".join(t for to, t in self.operator.sent[before:] if to == self.number)
            if until in came:
                return came
            time.sleep(0.1)
        raise AssertionError(f"no “{until}” in: {came}")

    def code(self) -> str:
        """The code of the message just received."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            for to, text in reversed(self.operator.sent):
                if to == self.number and (found := re.search(r"code est (\d{6})", text)):
                    return found[1]
            time.sleep(0.1)
        raise AssertionError("no code came")


@contextmanager
def listening(server: ThreadingHTTPServer) -> Iterator[None]:
    """It serves in a thread."""
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    server = Operator()
    with listening(server):
        yield server


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    server = Collector()
    with listening(server):
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, operator: Operator, collector: Collector) -> Iterator[Service]:
    """The whole service with every medium."""
    media = {
        "RDV_TWILIO_AUTH_TOKEN": TOKEN,
        "RDV_SMS": "kannel",
        "RDV_SMS_URL": operator.url,
        "RDV_SMS_USER": "rdv",
        "RDV_SMS_PASSWORD": "a password",
        "RDV_SMS_NUMBER": "+33939390001",
        "RDV_SMS_KEY": KEY,
    }
    with running(tmp_path_factory.mktemp("privacy"), media | collector.environment) as service:
        yield service


def by_web(service: Service) -> list[str]:
    """Signed in, a person changes a number and an address, and says much more than was asked."""
    web = Web(service, "david")
    web.say("bonjour, mon numéro de sécu c'est le 1 79 02 22 278 093 et je suis né le 08/02/1979")
    web.say("je suis pas joignable au zéro six trente-neuf quatre-vingt-dix-huit soixante-dix-sept soixante-six")
    web.say("je veux changer mon numéro de portable pour le 06.39.98.55.44")
    assert "06 39 98 55 44" in words(web.say("non attendez, mon nouveau numéro c'est bien 0639985544")).replace(
        "\u202f", " "
    ).replace("\u00a0", " ")
    web.say("oui")
    web.say(f"mon mail est {NEW_EMAIL}")
    web.say("oui")
    assert "3646" in words(web.say("je veux parler à un conseiller"))
    web.say("rendez-vous par téléphone jeudi matin pour un capital décès, né le 8 février 1979")
    assert "Rien n’est encore réservé" in words(web.say("le premier"))
    assert "confirmé" in words(web.say("oui"))
    contact = service.core.contact(service.person("david"))
    assert (contact.mobile, contact.email) == (NEW_PHONE, NEW_EMAIL)
    return [
        *search.nir(NIRS["david"]),
        *search.birth(BORN["david"]),
        *search.phone(NEW_PHONE),
        *search.phone(OTHER_PHONE),
        *search.email(NEW_EMAIL),
        "zéro six trente-neuf quatre-vingt-dix-huit",
    ]


def by_text(service: Service, operator: Operator) -> list[str]:
    """Nobody is signed in: the number, the date, the code."""
    phone = Texter(service, operator, ALICE_PHONE)
    phone.say("bjr jvoudrais un rdv tel pour mon arret de travail", "sécurité sociale")
    phone.say("2 87 05 35 238 019", "naissance")
    phone.say("14/05/1987", "code")
    one = phone.code()
    assert "1." in phone.say(one, "c'est bien vous")
    phone.say("1", "réservé")
    phone.say("oui", "confirmé")
    assert [a.reason for a in service.booked("alice")] == ["arret_travail"]
    return [*search.nir(NIRS["alice"]), *search.birth(BORN["alice"]), *search.phone(ALICE_PHONE), *search.code(one)]


def by_phone(service: Service) -> list[str]:
    """Spoken, and by keys."""
    phone = Phone(service.url, "privacy-1")
    phone.dial()
    phone.say("bonjour je voudrais un rendez-vous en agence pour une pension d'invalidité")
    phone.say("deux quatre-vingt-quinze onze trente-cinq deux cent quatre-vingt-huit zéro soixante-sept")
    phone.say("oui")
    phone.press("27111995")
    one = code_of(service, "chloe")
    phone.say(" ".join(one))
    phone.say("à Fougères")
    phone.say("le premier")
    phone.say("oui")
    assert [a.reason for a in service.booked("chloe")] == ["invalidite"]
    return [
        *search.nir(NIRS["chloe"]),
        *search.birth(BORN["chloe"]),
        *search.code(one),
        "deux cent quatre-vingt-huit zéro soixante-sept",
        "chloe@exemple.fr",
        "+33199005678",
    ]


def test_nothing_personal_outside_what_the_core_seals(
    service_files: tuple[Service, list[str]], collector: Collector
) -> None:
    service, said = service_files
    everywhere = [*search.places(service.var, CARRIED), ("metrics", metrics(service))]
    everywhere += [("traces", str(one)) for one in collector.spans]
    assert {value: where for value in said if (where := search.found(value, everywhere))} == {}


def test_what_was_searched_holds_the_conversations(service_files: tuple[Service, list[str]]) -> None:
    """The search looked where things are: the references, the intents, the rows, the log lines."""
    service, _ = service_files
    everywhere = search.places(service.var, CARRIED)
    names = {where for where, _ in everywhere}
    assert {
        "rdv.log",
        "rasa.log",
        "tracker.db:events",
        "rdv.db:vault",
        "rdv.db:text_message",
        "rdv.db:journal",
    } <= names
    with sqlite3.connect(service.var / "tracker.db") as connection:
        events = " ".join(data for (data,) in connection.execute("SELECT data FROM events"))
    connection.close()
    for kind in ("nir:1", "phone:1", "email:1", "birth_date:1", "code:1"):
        assert f"⟦{kind}⟧" in json.loads(f'"{events.replace(chr(34), "")}"'.replace("\\\\", "\\")), kind
    assert 'rdv_turns_total{medium="sms",outcome="answered"}' in metrics(service)


def test_a_trace_follows_a_turn_into_its_actions(
    service_files: tuple[Service, list[str]], collector: Collector
) -> None:
    """The gateway's stages, and inside Rasa's the action that it called, in one trace; named as in the logs."""
    service, _ = service_files
    before = len(collector.spans)
    Web(service, "bruno").say("quels sont mes rendez-vous")
    end = time.monotonic() + 10
    while not (turns := [s for s in collector.spans[before:] if s.name == "turn" and told(s)["medium"] == "web"]):
        assert time.monotonic() < end, [s.name for s in collector.spans[before:]]
        time.sleep(0.1)
    [turn] = turns
    assert {s.name for s in collector.within(turn)} == {"mask", "rasa", "render"}
    assert told(turn).keys() == {"medium", "conversation", "outcome"}
    assert told(turn)["outcome"] == "answered"
    assert {s.name for s in acted(collector, turn)} == {"action_list_appointments"}
    assert all(s.trace_id == turn.trace_id for s in acted(collector, turn))


def told(span: Span) -> dict[str, str]:
    """The attributes of a span."""
    return {a.key: a.value.string_value for a in span.attributes}


def acted(collector: Collector, turn: Span) -> list[Span]:
    """The actions called in a turn."""
    return [s for stage in collector.within(turn) if stage.name == "rasa" for s in collector.within(stage)]


@pytest.mark.parametrize(
    ("planted", "value"),
    [
        ("tel 06 39 98 55 44.", search.phone(NEW_PHONE)[0]),
        ('{"p": "+33 6 39 98 55 44"}', search.phone(NEW_PHONE)[1]),
        ("SELECT '2.87.05.35 238 019'", search.nir(NIRS["alice"])[0]),
        ("born 1987-05-14T00:00", search.birth(BORN["alice"])[1]),
        ("n\\u00e9 le 14 mai 1987", search.birth(BORN["alice"])[3]),
        ("code=482915;", search.code("482915")[0]),
        ("To: JEAN.ESSAI@EXEMPLE.FR", search.email(NEW_EMAIL)[0]),
        ("z\\u00e9ro six trente-neuf", "zéro six trente neuf"),
    ],
)
@pytest.mark.parametrize("database", [False, True])
def test_the_search_finds_what_is_planted(tmp_path: Path, planted: str, value: str, database: bool) -> None:
    if database:
        with sqlite3.connect(tmp_path / "x.db") as connection:
            connection.execute("CREATE TABLE t (a)")
            connection.execute("INSERT INTO t VALUES (?)", [planted])
        connection.close()
    else:
        (tmp_path / "x.log").write_text(planted)
    assert search.found(value, list(search.places(tmp_path)))
    assert not search.found(search.code("482916")[0], list(search.places(tmp_path)))


@pytest.fixture(scope="module")
def service_files(served: Service, operator: Operator) -> tuple[Service, list[str]]:
    """The service after the three conversations, and the values said in them."""
    return served, [*by_web(served), *by_text(served, operator), *by_phone(served)]


def metrics(service: Service) -> str:
    """What /metrics shows."""
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
        return text

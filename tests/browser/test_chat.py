"""The chat in a real browser: on screen and in the database."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from datetime import time as clock
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import icalendar
import pytest
from playwright.sync_api import Page, Route, expect

from booking_core import Range, Wanted
from tests import portals
from tests.browser.conftest import Chat, Someone, picture, restart_gateway, time_of
from tests.conftest import Service

WISH = "je voudrais un rdv téléphonique mardi matin pour mon arrêt de travail"


def test_everything_by_chat(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    picture(page, "slots")
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    expect(chat.log.get_by_role("group", name="À confirmer")).to_contain_text("Arrêt de travail")
    picture(page, "recap")
    assert someone.booked == []
    chat.pick("Oui, je confirme", "est confirmé")
    [booked] = someone.booked
    assert (booked.reason, booked.channel, booked.start.date()) == ("arret_travail", "phone", date(2026, 11, 24))
    card = chat.log.get_by_role("group", name="Rendez-vous confirmé")
    expect(card).to_contain_text(booked.reference)
    with page.expect_download() as download:
        card.get_by_role("button", name="Ajouter à mon agenda").click()
    [event] = icalendar.Calendar.from_ical(Path(download.value.path()).read_bytes()).events
    assert event["DTSTART"].dt == booked.start

    chat.say("un rendez-vous par téléphone pour mon arrêt de travail", "déjà un rendez-vous")
    chat.pick("Le déplacer", "Quel")
    chat.say("jeudi de la semaine prochaine", "jeudi 26 novembre")
    chat.slot("jeudi 26 novembre").click()
    chat.expect(re.compile("À confirmer.*Au lieu de", re.DOTALL))
    chat.pick("Oui", "déplacé")
    assert [(a.id, a.start.date()) for a in someone.booked] == [(booked.id, date(2026, 11, 26))]

    chat.say("annuler mon rendez-vous", "Oui, l’annuler")
    assert len(someone.booked) == 1
    chat.pick("Oui, l’annuler", "est annulé")
    assert someone.booked == []


def test_another_date_by_the_calendar_and_the_keyboard_alone(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    expect(page.get_by_label("Votre message")).to_be_focused()
    page.keyboard.type(WISH)
    page.keyboard.press("Enter")
    chat.expect("Lequel vous convient")
    back_to(page, "Choisir une autre date")
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid", name="Choisir une date")
    expect(grid.get_by_role("button", name=re.compile("mardi 24 novembre, créneaux"))).to_be_focused()
    picture(page, "calendar")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Choisir une autre date")).to_be_focused()
    page.keyboard.press("Enter")
    expect(grid.get_by_role("button", name=re.compile("mardi 24 novembre"))).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(grid.get_by_role("button", name=re.compile("dimanche 22 novembre, aucun"))).to_be_focused()
    page.keyboard.press("Enter")
    for key, name in (
        ("End", "dimanche 22"),
        ("PageDown", "mardi 22 décembre"),
        ("ArrowRight", "mercredi 23 décembre"),
    ):
        page.keyboard.press(key)
        expect(grid.get_by_role("button", name=re.compile(name))).to_be_focused()
    page.keyboard.press("Enter")
    chat.expect("mercredi 23 décembre")
    expect(chat.log.get_by_role("group", name="mercredi 23 décembre", exact=True)).to_be_visible()
    back_to(page, re.compile("mercredi 23 décembre à"))
    page.keyboard.press("Enter")
    chat.expect("Rien n’est encore réservé")
    back_to(page, "Oui, je confirme")
    page.keyboard.press("Enter")
    chat.expect("est confirmé")
    assert [a.start.date() for a in someone.booked] == [date(2026, 12, 23)]


def back_to(page: Page, name: str | re.Pattern[str]) -> None:
    """Shift and Tab from the message until a button has the focus, as somebody without a mouse does."""
    wanted = page.locator("rdv-chat #log").get_by_role("button", name=name).last
    expect(page.get_by_label("Votre message")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if wanted.evaluate("node => node.getRootNode().activeElement === node"):
            return
    raise AssertionError(f"the keyboard never reaches {name}")


def test_a_slot_taken_while_it_is_on_screen(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    taken = chat.slot("mardi 24 novembre")
    title = taken.get_attribute("aria-label") or ""
    hour, minute = (int(part or 0) for part in re.findall(r"à (\d+)\s?h\s?(\d*)", title)[0])
    agencies = service.core.phone_agencies(someone.id)
    wanted = Wanted((Range(first=date(2026, 11, 24), last=date(2026, 11, 24), at=clock(hour, minute)),))
    while True:  # as many advisers as receive at that time
        found = service.core.search(reason="arret_travail", channel="phone", agency_ids=agencies, wanted=wanted).slots
        same = [s for s in found if (s.start.hour, s.start.minute) == (hour, minute)]
        if not same:
            break
        other = Someone(service.core)
        service.core.book(other.id, same[0].id, "arret_travail", holder=other.key, key=other.key, medium="web")
    taken.click()
    chat.expect("vient d’être pris")
    assert someone.booked == []
    expect(chat.slot()).to_be_enabled()
    assert chat.log.locator(f"button.slot:enabled[aria-label='{title}']").count() == 0
    chat.slot().click()
    chat.expect("Rien n’est encore réservé")
    chat.pick("Oui, je confirme", "est confirmé")
    assert len(someone.booked) == 1


def test_reload_and_a_second_tab(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    before = chat.text
    page.reload()
    chat.expect("Lequel vous convient")
    assert chat.text == before
    second = page.context.new_page()
    second.goto(f"{service.url}/demo")
    second.evaluate("key => sessionStorage.setItem('demo', key)", someone.key)
    second.reload()
    other = Chat(second)
    other.expect("Lequel vous convient")
    assert other.text == before
    other.slot("mardi 24 novembre").click()
    other.expect("Rien n’est encore réservé")
    chat.expect("Rien n’est encore réservé")
    chat.pick("Oui, je confirme", "est confirmé")
    other.expect("est confirmé")
    assert len(someone.booked) == 1
    assert chat.text == other.text


def test_what_the_service_has_to_tell_comes_by_itself(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    assert service.core.tell(someone.id, {"from": "assistant", "text": "Un créneau s’est libéré.", "choices": []}) == 1
    chat.expect("Un créneau s’est libéré.")


def test_without_events_the_service_is_asked(page: Page, service: Service, someone: Someone) -> None:
    page.route("**/web/events*", lambda route: route.abort())
    chat = Chat.open(page, service, someone.key)
    service.core.tell(someone.id, {"from": "assistant", "text": "Un créneau s’est libéré.", "choices": []})
    chat.expect("Un créneau s’est libéré.")
    chat.say("mes rendez-vous", "aucun rendez-vous")


def test_the_gateway_killed_in_the_middle(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    restart_gateway(service)
    chat.pick("Oui, je confirme", "est confirmé")
    assert len(someone.booked) == 1
    expect(page.locator("rdv-chat #status")).to_have_text(re.compile("^$|rétablie"), timeout=20_000)


def test_off_line_is_told_and_nothing_is_lost(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    page.context.set_offline(True)
    page.get_by_label("Votre message").fill("mes rendez-vous")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("rdv-chat #status")).to_contain_text("plus connecté")
    page.context.set_offline(False)
    chat.expect("aucun rendez-vous")
    assert chat.text.count("mes rendez-vous") == 1


def test_an_answer_that_gets_lost_books_once(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if not lost and route.request.method == "POST":
            lost.append(route.fetch().text())
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/web/messages", lose)
    chat.pick("Oui, je confirme", "est confirmé")
    assert lost
    assert len(someone.booked) == 1
    assert chat.text.count("est confirmé") == 1


def test_a_session_that_ends_is_told(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    page.evaluate("document.querySelector('rdv-chat').client.json('/web/session', {method: 'DELETE'})")
    expect(page.locator("rdv-chat #problem")).to_contain_text("session est terminée")
    assert chat.log.locator("button:enabled").count() == 0


def test_what_people_type_stays_text(page: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(page, service, someone.key)
    nasty = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    chat.say(nasty, "onerror")
    page.reload()
    chat.expect("onerror")
    assert page.title() != "owned"
    assert chat.log.locator("img, script").count() == 0


def test_a_phone_in_the_dark(phone: Page, service: Service, someone: Someone) -> None:
    chat = Chat.open(phone, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    phone.get_by_role("button", name="Choisir une autre date").click()
    expect(phone.get_by_role("grid")).to_be_visible()
    picture(phone, "phone")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert phone.locator("rdv-chat #log").evaluate("node => node.scrollWidth <= node.clientWidth")
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    chat.pick("Oui, je confirme", "est confirmé")
    assert len(someone.booked) == 1


class Host:
    """A portal of another origin: one page with the script tag and the element."""

    def __init__(self, address: str, service: str) -> None:
        self.body, self.service = "", service
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header(
                    "Content-Security-Policy", f"default-src 'none'; script-src {service}; connect-src {service}"
                )
                self.end_headers()
                self.wfile.write(host.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", urlsplit(address).port or 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def embed(self, token: str) -> None:
        self.body = (
            '<!doctype html><html lang="fr"><title>Portail</title><h1>Portail</h1>'
            f'<script type="module" src="{self.service}/static/rdv-chat.js"></script>'
            f'<rdv-chat src="{self.service}" token="{token}"></rdv-chat></html>'
        )


@pytest.fixture
def host(service: Service) -> Iterator[Host]:
    host = Host(service.host, service.url)
    yield host
    host.server.shutdown()
    host.server.server_close()


def test_a_portal_of_another_origin_embeds_it(page: Page, service: Service, someone: Someone, host: Host) -> None:
    host.embed(portals.token(someone.id, time_of(service, someone)))
    page.goto(service.host)
    chat = Chat(page)
    chat.expect("Que puis-je faire")
    chat.say(WISH, "Lequel vous convient")
    page.reload()
    chat.expect("Lequel vous convient")
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    chat.pick("Oui, je confirme", "est confirmé")
    assert len(someone.booked) == 1


def test_an_origin_that_is_not_allowed_gets_nothing(page: Page, service: Service, someone: Someone) -> None:
    from tests.stack import free_port

    other = Host(f"http://127.0.0.1:{free_port()}", service.url)
    try:
        other.embed(portals.token(someone.id, time_of(service, someone)))
        page.goto(f"http://127.0.0.1:{other.server.server_port}")
        expect(page.locator("rdv-chat #problem")).to_contain_text("ne répond pas")
        assert page.locator("rdv-chat #log").inner_text() == ""
    finally:
        other.server.shutdown()
        other.server.server_close()

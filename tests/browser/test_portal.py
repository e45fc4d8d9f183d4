"""The portal in a real browser: from the forgotten code to the agenda; asserted on screen and in the database."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import Page, expect

from booking_core import Range, Wanted
from tests.browser.conftest import (
    BIRTH,
    CODE,
    Chat,
    Someone,
    accessible,
    booked,
    picture,
    received,
    sign_in,
    to,
)
from tests.conftest import Service


def account(page: Page, service: Service, someone: Someone) -> None:
    """Through « code oublié » to a personal code, as on a first visit."""
    page.goto(service.url)
    accessible(page)
    picture(page, "sign-in")
    page.get_by_role("link", name="Première visite ou code oublié").click()
    accessible(page)
    page.get_by_label("Numéro de sécurité sociale").fill(someone.nir)
    page.get_by_label("Date de naissance").fill(BIRTH.isoformat())
    page.get_by_role("button", name="Recevoir le code").click()
    expect(page.locator("#sent")).to_contain_text("p****@exemple.fr")
    accessible(page)
    code = received(service, someone, r"code provisoire est (\d{4})")
    page.get_by_role("link", name="Se connecter avec ce code").click()
    page.get_by_label("Numéro de sécurité sociale").fill(someone.nir)
    page.get_by_label("Code personnel ou provisoire").fill(code)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/nouveau-code")
    page.get_by_label("Nouveau code personnel").fill("bretagne1203")
    expect(page.locator("#rules .met")).to_have_count(3)
    expect(page.locator("[data-rule=personal]")).not_to_have_class("met")
    accessible(page)
    picture(page, "code")
    page.get_by_label("Nouveau code personnel").fill(CODE)
    expect(page.locator("#rules .met")).to_have_count(5)
    page.get_by_label("Le même code, encore une fois").fill(CODE)
    page.get_by_role("button", name="Valider ce code").click()
    page.wait_for_url("**/agenda")
    expect(page.get_by_text("Vous n’avez aucun rendez-vous à venir.")).to_be_visible()


@pytest.mark.parametrize("screen", ["page", "phone"])
def test_from_account_creation_to_a_booked_appointment(
    screen: str, request: pytest.FixtureRequest, service: Service, someone: Someone
) -> None:
    page: Page = request.getfixturevalue(screen)
    account(page, service, someone)
    accessible(page)
    page.get_by_role("link", name="Prendre un rendez-vous").click()
    chat = Chat(page)
    chat.expect("Que puis-je faire")
    accessible(page)
    chat.say("un rendez-vous par téléphone pour mon arrêt de travail mardi matin", "Lequel vous convient")
    accessible(page)
    page.get_by_role("button", name="Choisir une autre date").click()
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page.locator("rdv-chat td .free").first).to_be_visible()
    accessible(page)
    chat.slot("mardi 24 novembre").click()
    chat.expect("Rien n’est encore réservé")
    accessible(page)
    assert someone.booked == []
    chat.pick("Oui, je confirme", "est confirmé")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    [one] = someone.booked
    page.get_by_role("link", name="Mon agenda").click()
    expect(page.locator(f"[data-id='{one.id}']")).to_contain_text("mardi 24 novembre")
    accessible(page)
    picture(page, f"agenda-{screen}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Messagerie").click()
    expect(page.locator("#letters summary").first).to_be_visible(timeout=15_000)
    chat.expect("est confirmé")


def test_the_pencil_and_the_cross_by_the_keyboard_alone(page: Page, service: Service, someone: Someone) -> None:
    sign_in(page, service, someone)
    one = booked(service, someone)
    page.reload()
    item = page.locator(f"[data-id='{one}']")
    expect(item).to_contain_text("jeudi 26 novembre")
    before = someone.booked[0].start
    to(page, "Déplacer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").locator(".slot").first).to_be_visible()
    accessible(page)
    picture(page, "move")
    to(page, "Choisir une autre date")
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid", name="Choisir une date")
    expect(grid.get_by_role("button", name=re.compile("mercredi 18 novembre"))).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Choisir une autre date")).to_be_focused()
    page.keyboard.press("Enter")
    expect(grid.get_by_role("button", name=re.compile("mercredi 18 novembre"))).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="vendredi 20 novembre", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^vendredi 20 novembre à")).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Au lieu de")
    accessible(page)
    assert someone.booked[0].start == before
    to(page, "Confirmer le déplacement")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("déplacé au vendredi 20 novembre")
    expect(page.get_by_role("heading", name="Rendez-vous à venir")).to_be_focused()
    assert [(a.id, a.start.date()) for a in someone.booked] == [(one, date(2026, 11, 20))]

    to(page, "Annuler")
    page.keyboard.press("Enter")
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Annuler"))).to_be_focused()
    assert len(someone.booked) == 1
    page.keyboard.press("Enter")
    to(page, "Oui, annuler ce rendez-vous")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("est annulé")
    assert someone.booked == []


def test_a_slot_taken_while_the_pencil_s_page_is_open(page: Page, service: Service, someone: Someone) -> None:
    sign_in(page, service, someone)
    one = booked(service, someone, "c2s", "in_person")
    page.reload()
    before = someone.booked[0].start
    page.get_by_role("button", name=re.compile("^Déplacer")).click()
    page.get_by_role("button", name="Choisir une autre date").click()
    page.get_by_role("grid").get_by_role("button", name=re.compile("lundi 30 novembre")).click()
    choice = page.get_by_role("dialog").get_by_role("button", name=re.compile("^lundi 30 novembre à")).first
    title = choice.get_attribute("aria-label") or ""
    choice.click()
    day = Range(first=date(2026, 11, 30), last=date(2026, 11, 30))
    agencies = [a.id for a in service.core.agencies() if a.code == "rennes"]
    first = None
    while True:
        found = service.core.search(reason="c2s", channel="in_person", agency_ids=agencies, wanted=Wanted((day,))).slots
        first = first or found[0].start
        if found[0].start != first:
            break
        other = Someone(service.core)
        service.core.book(other.id, found[0].id, "c2s", holder=other.key, key=other.key, medium="web")
    page.get_by_role("button", name="Confirmer le déplacement").click()
    expect(page.locator("#refused")).to_contain_text("vient d’être pris")
    assert [(a.id, a.start) for a in someone.booked] == [(one, before)]
    expect(page.get_by_role("dialog").locator(".slot").first).to_be_visible()
    assert page.get_by_role("dialog").get_by_role("button", name=title, exact=True).count() == 0


def test_the_number_and_the_calendar_file(page: Page, service: Service, someone: Someone) -> None:
    sign_in(page, service, someone)
    one = booked(service, someone)
    page.reload()
    page.locator(f"[data-id='{one}'] summary").click()
    accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Ajouter à mon agenda").click()
    [event] = icalendar.Calendar.from_ical(Path(download.value.path()).read_bytes()).events
    assert event["DTSTART"].dt == someone.booked[0].start
    page.get_by_role("link", name="Changer de numéro").click()
    accessible(page)
    page.get_by_label("Nouveau numéro de téléphone").fill("06 39")
    page.get_by_role("button", name="Enregistrer le numéro").click()
    expect(page.locator("#problem")).to_contain_text("pas complet")
    page.get_by_label("Nouveau numéro de téléphone").fill("06 39 98 00 99")
    page.get_by_role("button", name="Enregistrer le numéro").click()
    expect(page.locator("#contact")).to_contain_text("06 39 98 00 99")
    assert someone.booked[0].phone == "+33639980099"


def test_a_session_that_ended_leads_back(page: Page, service: Service, someone: Someone) -> None:
    sign_in(page, service, someone)
    other = page.context.new_page()
    other.goto(f"{service.url}/informations")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{service.url}/")
    other.get_by_label("Nouvelle adresse e-mail").fill("autre@exemple.fr")
    other.get_by_role("button", name="Enregistrer l’adresse").click()
    other.wait_for_url("**/?fin=1")
    expect(other.locator("#done")).to_contain_text("session est terminée")
    assert service.core.contact(someone.id).email == someone.email


def test_a_call_under_way_does_not_undo_a_farewell(page: Page, service: Service, someone: Someone) -> None:
    """The click that signs out also says that the page is in use: that call comes too late, and is refused."""
    sign_in(page, service, someone)
    page.route("**/api/me", lambda route: route.fulfill(status=401, json={"error": "signed_out"}))
    page.route("**/api/session", lambda route: (page.wait_for_timeout(300), route.continue_()))
    left: list[str] = []
    page.on("framenavigated", lambda frame: left.append(frame.url))
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{service.url}/")
    assert left == [f"{service.url}/"]


def test_a_wrong_code_is_told_the_same_way(page: Page, service: Service, someone: Someone) -> None:
    page.goto(service.url)
    for nir in (someone.nir, "1850335238999"):
        page.get_by_label("Numéro de sécurité sociale").fill(nir)
        page.get_by_label("Code personnel ou provisoire").fill("pas-le-bon-1A")
        page.get_by_role("button", name="Se connecter").click()
        expect(page.locator("#problem")).to_have_text(re.compile("ne correspondent pas"))
        expect(page.get_by_label("Code personnel ou provisoire")).to_be_focused()
        accessible(page)

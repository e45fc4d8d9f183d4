"""A person in a real browser, from the sign-in to the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from booking_core import Core
from tests.conftest import Service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "chat.png"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing; type: apt install chromium")


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 900, "height": 900}, locale="fr-FR")
        yield page
        browser.close()


class Chat:
    """What a person does on the page."""

    def __init__(self, page: Page, service: Service, person: str) -> None:
        self.page = page
        page.goto(service.url)
        page.get_by_role("button", name=person, exact=True).click()
        expect(page.locator("#log")).to_contain_text("Que puis-je faire", timeout=10_000)
        self.answer()

    def say(self, text: str) -> str:
        self.page.get_by_label("Votre message").fill(text)
        self.page.get_by_role("button", name="Envoyer").click()
        return self.answer()

    def pick(self, title: str) -> str:
        self.page.locator("#log button:enabled", has_text=title).last.click()
        return self.answer()

    def answer(self) -> str:
        expect(self.page.locator("#typing")).to_be_hidden(timeout=10_000)
        return self.page.locator("#log").inner_text().replace("\u00a0", " ").replace("\u202f", " ")


def number(core: Core, person: str) -> str | None:
    return core.contact(person).mobile


def test_alice_does_everything(page: Page, service: Service) -> None:
    alice = service.person("alice")
    chat = Chat(page, service, "alice")

    chat.say("je voudrais un rdv téléphonique mardi matin pour mon arrêt de travail")
    chat.pick("mardi 24 novembre")
    page.screenshot(path=PICTURE)
    assert service.booked("alice") == []
    assert "Rien n’est encore réservé" in chat.page.locator("#log").inner_text()
    assert "confirmé" in chat.pick("Oui, je confirme")
    [booked] = service.booked("alice")
    assert (booked.reason, booked.channel, booked.start.date()) == ("arret_travail", "phone", date(2026, 11, 24))
    assert booked.start.hour < 12

    assert "déjà un rendez-vous" in chat.say("un rendez-vous par téléphone pour mon arrêt de travail")
    chat.pick("Le déplacer")
    chat.say("jeudi de la semaine prochaine")
    chat.pick("jeudi 26 novembre")
    assert "déplacé" in chat.pick("Oui, je confirme")
    [moved] = service.booked("alice")
    assert (moved.id, moved.reason, moved.start.date()) == (booked.id, "arret_travail", date(2026, 11, 26))

    chat.say("je voudrais prendre un rendez-vous")
    chat.pick("Complémentaire")
    chat.pick("En agence")
    chat.say("à Fougères")
    chat.say("le premier")
    chat.pick("Oui, je confirme")
    in_person = next(a for a in service.booked("alice") if a.channel == "in_person")
    assert (in_person.reason, in_person.agency.town) == ("c2s", "Fougères")

    listed = chat.say("quels sont mes rendez-vous ?")
    assert "Vous avez 2 rendez-vous" in listed

    chat.say("j'ai changé de numéro de téléphone")
    chat.say("c'est le 06 39 98 77 01")
    chat.pick("Oui, c’est ça")
    assert number(service.core, alice) == "+33639987701"

    chat.say("annuler mon rendez-vous pour la complémentaire santé solidaire")
    assert len(service.booked("alice")) == 2
    assert "est annulé" in chat.pick("Oui, l’annuler")
    assert [a.reason for a in service.booked("alice")] == ["arret_travail"]


def test_the_keyboard_alone_and_the_reload(page: Page, service: Service) -> None:
    page.goto(service.url)
    page.get_by_role("button", name="chloe", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#log")).to_contain_text("Que puis-je faire", timeout=10_000)
    expect(page.locator("#typing")).to_be_hidden(timeout=10_000)
    expect(page.get_by_label("Votre message")).to_be_focused()
    page.keyboard.type("mes rendez-vous")
    page.keyboard.press("Enter")
    expect(page.locator("#log")).to_contain_text("aucun rendez-vous", timeout=10_000)
    page.reload()
    expect(page.get_by_label("Votre message")).to_be_visible()


def test_a_phone_screen_has_no_sideways_scroll(page: Page, service: Service) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    chat = Chat(page, service, "david")
    chat.say("mes rendez-vous")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

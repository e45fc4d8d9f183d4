"""Everybody: axe-core on each page and state in both themes, the keyboard alone, large letters, no motion."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BIRTH, CODE, Chat, Someone, accessible, booked, received, sign_in, to
from tests.conftest import Service

WISH = "un rendez-vous par téléphone mardi matin pour mon arrêt de travail"
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def test_every_state_of_the_chat(page: Page, service: Service, someone: Someone) -> None:
    """Those of a booking are in test_portal; here lists, cancelling, and what goes wrong."""
    chat = Chat.open(page, service, someone.key)
    accessible(page)
    booked(service, someone)
    chat.say("mes rendez-vous", "26 novembre")
    accessible(page)
    chat.say("annuler mon rendez-vous", "Oui, l’annuler")
    accessible(page)
    page.context.set_offline(True)
    page.get_by_label("Votre message").fill("bonjour")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("rdv-chat #status")).to_contain_text("plus connecté")
    accessible(page)
    page.context.set_offline(False)
    expect(page.locator("rdv-chat #status")).not_to_contain_text("plus connecté")
    page.route("**/web/messages", lambda route: route.fulfill(status=429))
    page.get_by_label("Votre message").fill("bonjour")
    expect(page.get_by_label("Votre message")).to_be_enabled()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("rdv-chat #problem")).to_contain_text("Réessayer")
    accessible(page)
    page.unroute("**/web/messages")
    page.evaluate("document.querySelector('rdv-chat').client.json('/web/session', {method: 'DELETE'})")
    expect(page.locator("rdv-chat #problem")).to_contain_text("session est terminée")
    accessible(page)


def test_every_state_of_the_account(page: Page, service: Service, someone: Someone) -> None:
    """Those of the first visit, of moving and of cancelling are in test_portal."""
    for path in ("/demo", "/?fin=1"):
        page.goto(f"{service.url}{path}")
        expect(page.get_by_role("button", name="alice")).to_be_visible()
        accessible(page)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_label("Numéro de sécurité sociale")).to_be_focused()
    expect(page.locator("#problem")).to_be_visible()
    accessible(page)

    sign_in(page, service, someone)
    page.goto(f"{service.url}/nouveau-code")
    page.get_by_label("Nouveau code personnel").fill(CODE)
    page.get_by_label("Le même code, encore une fois").fill("autre")
    page.get_by_role("button", name="Valider ce code").click()
    expect(page.locator("#problem")).to_contain_text("pas les mêmes")
    accessible(page)

    page.goto(f"{service.url}/informations")
    expect(page.locator("#contact")).to_contain_text(someone.email)
    accessible(page)
    # The demo takes an address at its word; where it does not, a code is asked for.
    contact = {"mobile": someone.mobile, "landline": None, "email": someone.email}
    page.route("**/api/contact", lambda route: route.fulfill(json={"done": False, "contact": contact}))
    page.get_by_label("Nouvelle adresse e-mail").fill("autre@exemple.fr")
    page.get_by_role("button", name="Enregistrer l’adresse").click()
    expect(page.get_by_label("Code reçu")).to_be_focused()
    accessible(page)
    page.get_by_label("Code reçu").fill("0000")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator("#problem")).to_be_visible()
    accessible(page)

    booked(service, someone)
    page.goto(f"{service.url}/messagerie")
    page.locator("#letters summary").first.click(timeout=20_000)
    expect(page.locator(".letter").first).to_be_visible()
    accessible(page)


def test_from_the_first_visit_to_the_agenda_by_the_keyboard_alone(
    page: Page, service: Service, someone: Someone
) -> None:
    """Account, chat, agenda: only keys, and the focus is always seen."""
    page.goto(service.url)
    to(page, "Première visite ou code oublié")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code-oublie")
    to(page, "Numéro de sécurité sociale")
    page.keyboard.type(someone.nir)
    to(page, "Date de naissance")
    type_the_birth_date(page)
    page.keyboard.press("Enter")
    expect(page.locator("#sent")).to_be_focused()
    code = received(service, someone, r"code provisoire est (\d{4})")
    to(page, "Se connecter avec ce code")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{service.url}/")
    to(page, "Numéro de sécurité sociale")
    page.keyboard.type(someone.nir)
    to(page, "Code personnel ou provisoire")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nouveau-code")
    for field in ("Nouveau code personnel", "Le même code"):
        to(page, field)
        page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda")
    to(page, "Prendre un rendez-vous")
    page.keyboard.press("Enter")
    chat = Chat(page)
    chat.expect("Que puis-je faire")
    expect(page.get_by_label("Votre message")).to_be_focused()
    page.keyboard.type(WISH)
    page.keyboard.press("Enter")
    chat.expect("Lequel vous convient")
    expect(page.get_by_label("Votre message")).to_be_focused()
    to(page, "mardi 24 novembre à", back=True)
    page.keyboard.press("Enter")
    chat.expect("Rien n’est encore réservé")
    expect(page.get_by_label("Votre message")).to_be_focused()
    to(page, "Oui, je confirme", back=True)
    page.keyboard.press("Enter")
    chat.expect("est confirmé")
    [one] = someone.booked
    to(page, "Mon agenda", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda")
    expect(page.locator(f"[data-id='{one.id}']")).to_contain_text("mardi 24 novembre")
    to(page, "Détail")
    page.keyboard.press("Enter")
    expect(page.get_by_text(one.reference)).to_be_visible()
    to(page, "Se déconnecter", back=True)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{service.url}/")


def type_the_birth_date(page: Page) -> None:
    """The browser asks for day and month in the order of its own language, which is not the page's."""
    for order in ("%d%m%Y", "%m%d%Y"):
        page.keyboard.type(BIRTH.strftime(order))
        if page.get_by_label("Date de naissance").input_value() == BIRTH.isoformat():
            return
        to(page, "Numéro de sécurité sociale", back=True)
        to(page, "Date de naissance")
    raise AssertionError("the date cannot be typed")


def test_the_way_to_the_content_and_the_order_of_titles(page: Page, service: Service, someone: Someone) -> None:
    sign_in(page, service, someone)
    booked(service, someone)
    for path in ("/agenda", "/messagerie", "/informations"):
        page.goto(f"{service.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        to(page, "Aller au contenu")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        levels = [int(tag[1]) for tag in page.locator("h1, h2, h3").evaluate_all("all => all.map((h) => h.tagName)")]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


@pytest.mark.parametrize("way", ["zoom", "letters"])
def test_twice_as_large(way: str, page: Page, service: Service, someone: Someone) -> None:
    """Nothing cut, nothing sideways: at 320 CSS pixels (WCAG 1.4.10), and with letters of 200 % (1.4.4)."""
    if way == "zoom":
        page.set_viewport_size({"width": 320, "height": 512})

    def fits() -> None:
        if way == "letters":
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(NARROW), page.url

    for path in ("/", "/code-oublie"):
        page.goto(f"{service.url}{path}")
        page.wait_for_load_state("networkidle")
        fits()
    sign_in(page, service, someone)
    booked(service, someone)
    for path in ("/agenda", "/nouveau-code", "/informations"):
        page.goto(f"{service.url}{path}")
        page.wait_for_load_state("networkidle")
        fits()
    page.goto(f"{service.url}/agenda")
    fits()
    page.get_by_role("button", name=re.compile("^Déplacer")).click()
    page.get_by_role("button", name="Choisir une autre date").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("td .free").first).to_be_visible()
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    dialog.locator(".slot").first.click()
    expect(dialog.get_by_role("button", name="Confirmer le déplacement")).to_be_visible()
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.goto(f"{service.url}/messagerie")
    chat = Chat(page)
    chat.expect("Que puis-je faire")
    fits()
    chat.say("déplacer mon rendez-vous", "Quel")
    chat.say("jeudi de la semaine prochaine", "jeudi 26 novembre")
    page.get_by_role("button", name="Choisir une autre date").last.click()
    expect(chat.log.locator("td .free").first).to_be_visible()
    assert chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert page.get_by_label("Votre message").evaluate("node => node.getBoundingClientRect().width") > 100
    chat.slot("jeudi 26 novembre").click()
    chat.expect("À confirmer")
    assert chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert page.evaluate(NARROW)


MOVING = """() => {
  const { shadowRoot } = document.querySelector("rdv-chat");
  const styles = [...shadowRoot.querySelectorAll("*")].map((node) => getComputedStyle(node));
  return styles.some((s) => s.animationName !== "none" || parseFloat(s.transitionDuration) > 0);
}"""


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_who_wants_no_motion(
    wish: str, moves: bool, page: Page, service: Service, someone: Someone
) -> None:
    page.emulate_media(reduced_motion=wish)  # type: ignore[arg-type]
    chat = Chat.open(page, service, someone.key)
    chat.say(WISH, "Lequel vous convient")
    assert page.evaluate(MOVING) is moves

"""The demo's telephone, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from gateway.settings import Settings
from gateway.voice.telephone import Telephone
from tests.browser.conftest import ARGUMENTS
from tests.conftest import Service
from tests.voice.conftest import send

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def page(service: Service) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 400, "height": 800}, locale="fr-FR")
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" and not icon(said) else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{service.url}/telephone")
        yield page
        browser.close()
        # A script or style that the policy forbids, or a bug, shows here.
        assert problems == []


def icon(said: ConsoleMessage) -> bool:
    return said.location["url"].endswith("favicon.ico")


def heard(page: Page, text: str) -> None:
    expect(page.locator("#log .message").last).to_contain_text(text, timeout=15_000)


def press(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator("#keypad button", has_text=re.compile(rf"^{re.escape(digit)}$")).click()


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing; type: apt install chromium")
def test_chloe_books_by_words_and_keys_and_hangs_up(page: Page, service: Service) -> None:
    assert service.booked("chloe") == []
    page.get_by_role("button", name="Appeler").click()
    heard(page, "Que puis-je faire")
    page.get_by_label("Ce que vous dites").fill("un rendez-vous par téléphone pour mes indemnités journalières")
    page.get_by_label("Ce que vous dites").press("Enter")
    heard(page, "sécurité sociale")
    press(page, "2951135288067#")
    heard(page, "date de naissance")
    press(page, "27111995")
    heard(page, "Je viens d'envoyer un code")
    message = page.locator("#messages li", has_text="chloe@exemple.fr").first
    expect(message).to_contain_text("code", timeout=15_000)
    code = re.search(r"code est (\d+)", message.inner_text())
    assert code is not None
    press(page, f"{code[1]}#")
    heard(page, "numéro de téléphone")
    press(page, "0639980177")
    heard(page, "Lequel vous convient")
    press(page, "1")
    heard(page, "Est-ce que je confirme")
    press(page, "1")
    heard(page, "Votre rendez-vous est confirmé")
    page.get_by_role("button", name="Raccrocher").click()
    expect(page.locator("#state")).to_have_text("Téléphone raccroché.")
    assert [(a.reason, a.phone) for a in service.booked("chloe")] == [("arret_travail", "+33639980177")]
    page.get_by_role("button", name="Appeler").click()
    heard(page, "Que puis-je faire")
    press(page, "0")
    expect(page.locator("#log")).to_contain_text("être rappelé", timeout=15_000)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing; type: apt install chromium")
def test_silence_is_a_button_and_every_control_has_a_name(page: Page) -> None:
    page.get_by_role("button", name="Appeler").click()
    heard(page, "Que puis-je faire")
    page.get_by_role("button", name="Se taire").click()
    heard(page, "Je ne vous entends pas")
    page.get_by_role("button", name="étoile").click()
    heard(page, "Que puis-je faire pour vous ?")
    for control in page.locator("button:visible, input:visible").all():
        name = control.evaluate("e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent")
        assert name.strip()


def test_it_plays_nothing_but_the_webhooks_of_calls(service: Service) -> None:
    def post(body: object) -> int:
        return send(f"{service.url}/telephone/events", json.dumps(body).encode(), {}).status

    for to in ("/metrics", "/voice/twilio/../../metrics", "http://elsewhere/web/session", "/voice/jambonz", ""):
        assert post({"call": "12345678", "to": to, "fields": {}}) == 400
    assert post({"call": "x", "to": "/voice/twilio", "fields": {}}) == 400
    assert post({"call": "12345678", "to": "/voice/twilio", "fields": []}) == 400
    assert post([]) == 400
    assert post({"call": "12345678", "to": "/voice/twilio", "fields": {}}) == 200
    with urllib.request.urlopen(f"{service.url}/telephone") as page:
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", page.read().decode())


def test_it_does_not_exist_outside_the_demo() -> None:
    assert Telephone(Settings(env="production")).routes() == []

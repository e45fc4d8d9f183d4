"""A real browser, people of their own for each test, and what they do on the page."""

from __future__ import annotations

import email
import itertools
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Playwright, expect, sync_playwright

from booking_core import Contact, Core, Range, Wanted
from tests.conftest import Service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 900, "height": 900}
PHONE = {"width": 360, "height": 740}
IMAGES = Path(__file__).parents[2] / "docs" / "images"
PATIENCE = 30_000
BIRTH = date(1985, 3, 12)
CODE = "Bretagne-est-belle"
# What is still fading in has no colour to judge yet.
STILL = """() => Promise.all([document, ...[...document.querySelectorAll("rdv-chat")].map((n) => n.shadowRoot)]
  .flatMap((root) => root.getAnimations()).map((animation) => animation.finished))"""
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SERIOUS = ("serious", "critical")
# What has the focus, inside the widget too: its name, and whether it shows.
FOCUS = """() => {
  let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  const name = node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent;
  return { name: name.trim(), tag: node.tagName, shown: getComputedStyle(node).outlineStyle !== "none" };
}"""

numbers = itertools.count(100)


# Its event loop runs in this thread: it starts after the service and ends with the module, out of others' way.
@pytest.fixture(scope="module")
def playwright(service: Service) -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip("chromium is missing; type: apt install chromium")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


def context_of(browser: Browser, viewport: dict[str, int], **options: Any) -> BrowserContext:
    context = browser.new_context(viewport=viewport, locale="fr-FR", accept_downloads=True, **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a desktop screen; what it logs as an error fails the test, refused connections apart."""
    context = context_of(browser, DESKTOP)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a phone."""
    context = context_of(browser, PHONE, has_touch=True, is_mobile=True, color_scheme="dark", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def picture(page: Page, name: str) -> None:
    """Take the README's picture of this moment; one that is there stays unless RDV_PICTURES=1."""
    path = IMAGES / f"{name}.png"
    if os.environ.get("RDV_PICTURES") or not path.exists():
        page.evaluate(STILL)
        page.screenshot(path=path)


class Someone:
    """A person registered for one test, with nothing booked."""

    def __init__(self, core: Core) -> None:
        number = next(numbers)
        self.key, self.nir, self.birth = f"person-{number}", f"1850335238{number}", BIRTH
        self.mobile, self.email = f"+336399821{number % 90 + 10}", f"personne.{number}@exemple.fr"
        agency = next(a.id for a in core.agencies() if a.code == "rennes")
        self.core = core
        contact = Contact(mobile=self.mobile, email=self.email)
        self.id = core.register(self.nir, self.birth, agency, contact, key=self.key).id

    @property
    def booked(self) -> list[Any]:
        return self.core.upcoming(self.id)


@pytest.fixture
def someone(service: Service) -> Someone:
    return Someone(service.core)


class Chat:
    """The widget on a page, as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.locator("rdv-chat #log")

    @classmethod
    def open(cls, page: Page, service: Service, key: str) -> Chat:
        page.goto(f"{service.url}/demo")
        page.evaluate("key => sessionStorage.setItem('demo', key)", key)
        page.reload()
        chat = cls(page)
        chat.expect("Que puis-je faire")
        return chat

    def expect(self, text: str | re.Pattern[str]) -> None:
        said = re.compile(re.escape(text).replace("\\ ", r"\s")) if isinstance(text, str) else text
        expect(self.log).to_contain_text(said, timeout=PATIENCE)
        expect(self.page.locator("rdv-chat #typing")).to_be_hidden(timeout=PATIENCE)

    def say(self, text: str, expected: str) -> None:
        self.page.get_by_label("Votre message").fill(text)
        self.page.get_by_role("button", name="Envoyer").click()
        self.expect(expected)

    def pick(self, title: str, expected: str) -> None:
        self.log.get_by_role("button", name=title).and_(self.log.locator(":enabled")).last.click()
        self.expect(expected)

    def slot(self, day: str | None = None, n: int = 0) -> Locator:
        """An hour among those last offered, on a day."""
        place = self.log.get_by_role("group", name=day, exact=True).last if day else self.log.locator(".slots").last
        return place.locator("button.slot:enabled").nth(n)

    @property
    def text(self) -> str:
        return self.log.inner_text().replace("\u00a0", " ").replace("\u202f", " ")


def accessible(page: Page) -> None:
    """Nothing serious or critical for axe-core, light and dark: WCAG 2.2 A and AA, open shadow roots included."""
    page.evaluate(STILL)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for scheme in ("light", "dark") if dark else ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page, options={"runOnly": RULES}).response
        assert found["passes"]
        bad = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"] if v["impact"] in SERIOUS]
        assert bad == [], (page.url, scheme)


def to(page: Page, name: str | re.Pattern[str], *, back: bool = False) -> None:
    """Press Tab (or Shift and Tab) until what is named so has the focus, and shows it."""
    pattern = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}")
    for _ in range(300):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        try:
            focus = page.evaluate(FOCUS)
        except Error:
            # The page that a key just left.
            page.wait_for_load_state()
            continue
        if pattern.search(re.sub(r"\s", " ", focus["name"])) and focus["tag"] in ("BUTTON", "A", "INPUT", "SUMMARY"):
            assert focus["shown"], focus
            return
    raise AssertionError(f"the keyboard never reaches {name}")


def received(service: Service, someone: Someone, pattern: str) -> str:
    """What the newest e-mail to somebody says, found by a pattern."""
    for _ in range(60):
        mails = [email.message_from_bytes(p.read_bytes(), policy=default) for p in outbox(service)]
        for mail in mails:
            body = mail.get_body(("plain",))
            found = re.search(pattern, body.get_content() if body else "")
            if mail["To"] == someone.email and found:
                return found[1]
        time.sleep(0.5)
    raise AssertionError("no e-mail came")


def outbox(service: Service) -> list[Path]:
    return sorted((service.var / "outbox").glob("*.eml"), key=lambda p: p.stat().st_mtime, reverse=True)


def sign_in(page: Page, service: Service, someone: Someone) -> None:
    """Sign in with a personal code, chosen before through the core."""
    token = service.core.sign_in_as(someone.id)
    service.core.choose_code(token, CODE)
    page.goto(service.url)
    page.get_by_label("Numéro de sécurité sociale").fill(someone.nir)
    page.get_by_label("Code personnel ou provisoire").fill(CODE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/agenda")


def booked(service: Service, someone: Someone, reason: str = "arret_travail", channel: str = "phone") -> str:
    """An appointment on Thursday the 26th; its id."""
    agencies = [a.id for a in service.core.agencies() if a.code == "rennes"]
    wanted = Wanted((Range(first=date(2026, 11, 26)),))
    slot = service.core.search(reason=reason, channel=channel, agency_ids=agencies, wanted=wanted).slots[0]
    key = f"{someone.key}:{reason}"
    return service.core.book(someone.id, slot.id, reason, holder=key, key=key, medium="web").id


def time_of(service: Service, someone: Someone) -> datetime:
    """The service's own time: its clock starts at NOW again with each of its processes."""
    with httpx2.Client(base_url=service.url, headers={"Origin": service.url}) as client:
        client.post("/api/session", json={"demo": someone.key}).raise_for_status()
        ends = datetime.fromisoformat(client.get("/api/me").json()["ends"])
    return ends - timedelta(minutes=service.core.settings.session_minutes)


def restart_gateway(service: Service) -> None:
    """Kill the gateway's process, as a crash would: its supervisor starts another one."""
    [supervisor] = children(service.process.pid, "supervisord")
    [gateway] = children(supervisor, "gateway serve")
    os.kill(gateway, 9)


def children(parent: int, pattern: str) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent), "-f", pattern], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]

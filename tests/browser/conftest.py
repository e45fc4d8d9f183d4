"""A real browser, people of their own for each test, and what they do on the page."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from booking_core import Contact, Core
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

"""The other way in, in a real browser: to a provider of another site and back, linked once by code, then enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import accessible
from tests.portal.conftest import CODE, Front, new_person, providing, serving

# The provider's own thread warns of what it is built on.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    for issuer in providing():
        folder = tmp_path_factory.mktemp("oidc")
        yield from serving(folder, oidc_issuer=issuer, oidc_client="rdv", oidc_secret="s")


@pytest.fixture(scope="module")
def service(front: Front) -> Front:
    """What starts before the browser's loop: the gateway alone, no Rasa."""
    return front


def at_the_provider(page: Page, front: Front, subject: str) -> None:
    """Go there by the page's own button, and sign in."""
    page.goto(front.url)
    accessible(page)
    page.get_by_role("link", name="Continuer avec mon fournisseur d’identité").click()
    page.wait_for_url("http://localhost:*/**")
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def at_home_only(route: Route) -> None:
    """The provider's page asks a style of the Internet."""
    if any(route.request.url.startswith(f"http://{host}:") for host in ("127.0.0.1", "localhost")):
        route.continue_()
    else:
        route.abort()


def test_linked_once_by_code_then_enough_alone(page: Page, front: Front) -> None:
    page.route("**/*", at_home_only)
    person = new_person(front)
    person.signed_in().close()
    at_the_provider(page, front, "subject-of-a-browser")
    page.wait_for_url("**/?relier=oidc")
    expect(page.locator("#done")).to_contain_text("Connectez-vous une fois avec votre code")
    accessible(page)
    page.get_by_label("Numéro de sécurité sociale").fill(person.nir)
    page.get_by_label("Code personnel ou provisoire").fill(CODE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/agenda")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{front.url}/")

    at_the_provider(page, front, "subject-of-a-browser")
    page.wait_for_url("**/agenda")
    expect(page.get_by_text("Vous n’avez aucun rendez-vous à venir.")).to_be_visible()
    page.goto(f"{front.url}/informations")
    expect(page.locator("#contact")).to_contain_text(person.core.contact(person.id).email or "?")
    [cookie] = [c for c in page.context.cookies(front.url) if c["name"] == "rdv"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_somebody_who_refuses_at_the_provider_is_told(page: Page, front: Front) -> None:
    page.route("**/*", at_home_only)
    page.goto(front.url)
    page.get_by_role("link", name="Continuer avec mon fournisseur d’identité").click()
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url("**/?refus=oidc")
    expect(page.locator("#problem")).to_be_visible()
    accessible(page)

"""OpenID Connect against a real provider on the loopback: linked once by code, then enough alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.portal.conftest import CODE, Front, Person, new_person, providing, serving

# The provider's own thread warns of what it is built on.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")
SUBJECT = "sub-of-the-provider"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    yield from providing()


@pytest.fixture(scope="module")
def one_front(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[Front]:
    yield from serving(
        tmp_path_factory.mktemp("oidc"), proxies=1, oidc_issuer=provider, oidc_client="rdv", oidc_secret="s"
    )


def at_the_provider(client: httpx2.Client, subject: str = SUBJECT) -> str:
    """Go to the provider and sign in there; the address that it sends the person back to."""
    go = client.get("/api/oidc/start")
    assert go.status_code == 302
    asked = parse_qs(urlsplit(go.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"]
    assert asked["state"]
    back = httpx2.post(go.headers["Location"], data={"sub": subject})
    assert back.status_code == 302, back.text
    return str(back.headers["Location"])


def test_linked_once_then_enough_alone(front: Front, person: Person) -> None:
    person.signed_in()
    client = front.client()
    back = client.get(at_the_provider(client))
    assert (back.status_code, back.headers["Location"]) == (303, "/?relier=oidc")
    assert client.get("/api/me").status_code == 401
    assert client.post("/api/session", json={"nir": person.nir, "code": CODE}).json() == {"fresh": False}
    assert client.post("/api/oidc/link", json={}).json() == {"linked": True}
    other = front.client()
    back = other.get(at_the_provider(other))
    assert (back.status_code, back.headers["Location"]) == (303, "/agenda")
    assert other.get("/api/me").json()["contact"]["email"] == front.core.contact(person.id).email


def test_someone_else_of_the_provider_is_nobody_here(front: Front) -> None:
    client = front.client()
    assert client.get(at_the_provider(client, "someone-else")).headers["Location"] == "/?relier=oidc"
    assert client.get("/api/appointments").status_code == 401


def tampered(url: str, **changed: str) -> str:
    for name, value in changed.items():
        url = re.sub(rf"(?<=[?&]){name}=[^&]*", f"{name}={value}", url)
    return url


@pytest.mark.parametrize("changed", [{"state": "forged"}, {"code": "forged"}], ids=str)
def test_a_forged_way_back_signs_nobody_in(front: Front, changed: dict[str, str]) -> None:
    client = front.client()
    back = client.get(tampered(at_the_provider(client), **changed))
    assert back.headers["Location"] == "/?refus=oidc"
    assert client.get("/api/me").status_code == 401


def test_the_way_back_works_once_and_in_one_browser(front: Front) -> None:
    client = front.client()
    url = at_the_provider(client, "known-to-nobody")
    # Somebody else's browser, as in login CSRF.
    assert front.client().get(url).headers["Location"] == "/?refus=oidc"
    assert client.get(url).headers["Location"] == "/?relier=oidc"
    assert client.get(url).headers["Location"] == "/?refus=oidc"


def test_an_identity_token_of_another_moment_is_refused(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nonce ties the token to this browser's request."""
    import gateway.oidc

    client, subject = front.client(), gateway.oidc._subject

    async def with_another_nonce(request: Any, pending: dict[str, str]) -> str:
        return await subject(request, {**pending, "nonce": "another"})

    monkeypatch.setattr(gateway.oidc, "_subject", with_another_nonce)
    assert client.get(at_the_provider(client)).headers["Location"] == "/?refus=oidc"


def test_there_is_nothing_to_link_without_the_provider(front: Front) -> None:
    answer = new_person(front).signed_in().post("/api/oidc/link", json={})
    assert (answer.status_code, answer.json()) == (409, {"error": "nothing_to_link"})


def test_a_provider_that_does_not_answer_is_told(tmp_path: Any) -> None:
    for front in serving(tmp_path, oidc_issuer="http://127.0.0.1:9", oidc_client="rdv"):
        assert front.client().get("/api/oidc/start").status_code == 503

"""What an attacker tries: forged, stolen, expired and replayed tokens, other origins, injection, floods."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from tests import portals
from tests.conftest import NOW
from tests.portal.conftest import BIRTH, CODE, Front, Person, new_person, serving

PAGES = ("/", "/code-oublie", "/nouveau-code", "/agenda", "/messagerie", "/informations", "/static/rdv-chat.js")


def opened(front: Front, token: str) -> int:
    return front.client().post("/web/session", json={"token": token}).status_code


@pytest.mark.parametrize("issuer", [portals.RSA, portals.EC])
def test_a_portal_vouches_once(front: Front, person: Person, issuer: str) -> None:
    now = front.clock.now()
    token = portals.token(person.id, now, issuer=issuer)
    answer = front.client().post("/web/session", json={"token": token})
    chat = front.client(Authorization=f"Bearer {answer.json()['token']}")
    assert chat.get("/api/appointments").json() == {"appointments": []}
    assert opened(front, token) == 401


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://inconnu.exemple.fr"},
        {"iss": None},
        {"jti": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"exp": NOW - timedelta(minutes=1), "iat": NOW - timedelta(minutes=6)},
        {"exp": NOW + timedelta(hours=5)},
        {"iat": NOW + timedelta(minutes=5), "exp": NOW + timedelta(minutes=10)},
        {"nbf": NOW + timedelta(minutes=5)},
        {"exp": "soon"},
        {"sub": "999999"},
        {"sub": "1 OR 1=1"},
        {"iss": portals.EC},
        {"headers": {"kid": "k2"}},
    ],
    ids=str,
)
def test_a_portal_s_token_that_is_not_right(front: Front, person: Person, changed: dict[str, Any]) -> None:
    front.clock.set(NOW)
    assert opened(front, portals.token(person.id, NOW)) == 200
    if changed.get("exp") == "soon":
        return_code = opened(front, forged({"alg": "RS256", "kid": "k1"}, claims(person.id) | changed))
    else:
        return_code = opened(front, portals.token(person.id, NOW, **changed))
    assert return_code == 401


def claims(person: str) -> dict[str, Any]:
    now = int(NOW.timestamp())
    return {"iss": portals.RSA, "aud": "rdv", "sub": person, "iat": now, "exp": now + 300, "jti": "j"}


def forged(header: dict[str, str], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)


def test_no_algorithm_and_the_public_key_as_a_secret(front: Front, person: Person) -> None:
    front.clock.set(NOW)
    assert opened(front, forged({"alg": "none", "typ": "JWT", "kid": "k1"}, claims(person.id))) == 401
    assert opened(front, forged({"alg": "None", "kid": "k1"}, claims(person.id))) == 401
    numbers = portals.key(portals.RSA).public_key().public_numbers()
    public = str(numbers.n).encode()
    assert opened(front, jwt.encode(claims(person.id), public, "HS256", headers={"kid": "k1"})) == 401
    assert (
        opened(front, jwt.encode(claims(person.id), front.settings.secret * 2, "HS256", headers={"kid": "k1"})) == 401
    )
    good = portals.token(person.id, NOW)
    head, _, signature = good.split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims("1")).encode()).rstrip(b"=").decode()
    assert opened(front, f"{head}.{other}.{signature}") == 401


def test_the_session_of_one_person_gives_nothing_of_another(front: Front, person: Person) -> None:
    client, other = person.signed_in(), new_person(front)
    booked = other.book("c2s", "in_person")
    chat = client.post("/api/chat", json={}).json()["session"]
    assert front.client(Authorization=f"Bearer {chat}").get(f"/web/appointments/{booked.id}.ics").status_code == 404
    # The cookie is no bearer token, the chat's token no cookie.
    assert front.client(Authorization=f"Bearer {client.cookies['rdv']}").get("/api/me").status_code == 401
    assert front.client(Cookie=f"rdv={chat}").get("/api/me").status_code == 401


@pytest.mark.parametrize("origin", ["https://mechant.exemple.fr", "null", "https://portail.exemple.fr", None])
def test_a_forged_write_from_elsewhere_is_refused(front: Front, person: Person, origin: str | None) -> None:
    """The portal that may embed the chat may not use the cookie either."""
    booked, client = person.book(), person.signed_in()
    headers = {} if origin is None else {"Origin": origin}
    for name in list(client.headers):
        if name.lower() == "origin":
            del client.headers[name]
    for path, body in (
        (f"/api/appointments/{booked.id}/cancel", {}),
        ("/api/contact", {"kind": "email", "value": "mechant@exemple.fr"}),
        ("/api/code", {"code": "Autre-code-plus-long"}),
    ):
        assert client.post(path, json=body, headers=headers).status_code == 403
    assert client.request("DELETE", "/api/session", headers=headers).status_code == 403
    assert [a.id for a in front.core.upcoming(person.id)] == [booked.id]


def test_only_the_origins_allowed_read_the_chat(front: Front) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed, other = "https://portail.exemple.fr", "https://mechant.exemple.fr"
    fine = front.client(Origin=allowed).options("/web/messages", headers=ask)
    assert (fine.status_code, fine.headers["Access-Control-Allow-Origin"]) == (204, allowed)
    assert "Access-Control-Allow-Credentials" not in fine.headers
    for origin, path in ((other, "/web/messages"), (allowed, "/api/session"), (allowed, "/api/appointments")):
        answer = front.client(Origin=origin).options(path, headers=ask)
        assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (403, None)
    assert "Access-Control-Allow-Origin" not in front.client(Origin=other).get("/web/messages").headers


def test_headers_on_every_page(front: Front) -> None:
    for path in (*PAGES, "/api/me", "/healthz", "/nulle-part"):
        headers = front.client().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in headers or "aiohttp" not in headers["Server"].lower()
        assert ("no-store" in headers["Cache-Control"]) != path.startswith("/static/")
    for path in PAGES[:-1]:
        text = front.client().get(path).text
        assert "<script>" not in text
        assert " style=" not in text
        assert " onclick" not in text


def test_in_production_the_cookie_is_for_https_and_this_host(tmp_path: Any) -> None:
    for front in serving(tmp_path, env="production", secret="not the secret of the demo, and long enough"):
        person = new_person(front)
        front.core.forgot_code(person.nir, BIRTH)
        [code] = [o.code for o in front.sent() if o.person_id == person.id]
        answer = front.client().post("/api/session", json={"nir": person.nir, "code": code})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-rdv=")
        assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"))
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert front.client().get("/demo").status_code == 404
        assert front.client().post("/api/session", json={"demo": "alice"}).status_code == 400
        assert front.client().post("/web/session", json={"demo": "alice"}).status_code == 401
        assert front.client().get("/web/people").json()["people"] == []


def test_the_cookie_is_out_of_reach_of_scripts(front: Front, person: Person) -> None:
    person.signed_in()
    cookie = front.client().post("/api/session", json={"nir": person.nir, "code": CODE}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "value", ["' OR '1'='1", "1; DROP TABLE person", "../../etc/passwd", "\x00", "a" * 70_000, "💥"]
)
def test_injection_and_nonsense(front: Front, person: Person, value: str) -> None:
    client = person.signed_in()
    answers = [
        client.post("/api/session", json={"nir": value, "code": value}),
        client.post("/api/code/forgotten", json={"nir": value, "birth_date": value}),
        client.post("/api/contact", json={"kind": "email", "value": value}),
        client.post("/api/appointments/1/move", json={"slot": value}),
        client.post("/api/contact/confirm", json={"code": value}),
        client.post("/web/session", json={"token": value}),
        client.post("/api/session", content=value.encode()),
    ]
    assert all(400 <= a.status_code < 500 for a in answers), [a.status_code for a in answers]
    assert client.get("/static/../app.py").status_code in (403, 404)
    assert client.get("/static/%2e%2e/app.py").status_code in (403, 404)
    assert len(front.core.agencies()) == 5


def test_wrong_answers_from_one_address_are_limited(tmp_path: Any) -> None:
    for front in serving(tmp_path):
        tried = [
            front.client().post("/api/session", json={"nir": f"18503352410{n:02}", "code": "faux"}).status_code
            for n in range(25)
        ]
        assert tried[:20] == [401] * 20
        assert tried[20:] == [429] * 5


def test_requests_of_one_session_are_limited(front: Front, person: Person) -> None:
    client = person.signed_in()
    answers = [client.get("/api/me") for _ in range(260)]
    assert answers[0].status_code == 200
    assert (answers[-1].status_code, answers[-1].json()) == (429, {"error": "too_many_requests"})
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_nothing_personal_is_logged(front: Front, person: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    person.signed_in()
    opened(front, portals.token(person.id, NOW, aud="another"))
    front.client().post("/api/session", json={"nir": person.nir, "code": "faux-code-1A"})
    assert person.nir not in caplog.text
    assert CODE not in caplog.text
    assert "faux-code-1A" not in caplog.text
    assert "@exemple.fr" not in caplog.text

"""A public Rasa client that we did not write: rasa-webchat 1.0.1 from npm (tests/browser/vendor), over Socket.IO."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests import portals
from tests.browser.conftest import Someone, time_of
from tests.conftest import Service

CLIENT = Path(__file__).with_name("vendor") / "rasa-webchat-1.0.1.js"


def serve(service: Service, token: str) -> HTTPServer:
    """A page of the host's origin with the client, set up as its README says."""
    options = {
        "socketUrl": service.url,
        "socketPath": "/socket.io/",
        "initPayload": "Bonjour",
        "customData": {"token": token},
        "embedded": True,
        "params": {"storage": "session"},
    }
    body = (
        '<!doctype html><meta charset="utf-8"><div id="chat"></div><script src="/client.js"></script>'
        f"<script>WebChat.default({json.dumps(options)}, document.querySelector('#chat'));</script>"
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/": ("text/html", body), "/client.js": ("text/javascript", CLIENT.read_bytes())}.get(self.path)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", found[0] if found else "text/plain")
            self.end_headers()
            self.wfile.write(found[1] if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", urlsplit(service.host).port or 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_it_books_unchanged(page: Page, service: Service, someone: Someone) -> None:
    server = serve(service, portals.token(someone.id, time_of(service, someone)))
    try:
        page.goto(service.host)
        messages = page.locator(".rw-messages-container")
        expect(messages).to_contain_text("Que puis-je faire", timeout=30_000)
        box = page.locator(".rw-new-message")
        box.fill("un rendez-vous par téléphone mardi matin pour mon arrêt de travail")
        page.locator(".rw-send").click()
        reply = page.locator(".rw-reply", has_text=re.compile("mardi 24 novembre")).first
        reply.click(timeout=30_000)
        expect(messages).to_contain_text("Rien n’est encore réservé", timeout=30_000)
        assert someone.booked == []
        page.locator(".rw-reply", has_text="Oui, je confirme").click()
        expect(messages).to_contain_text("est confirmé", timeout=30_000)
        [booked] = someone.booked
        assert (booked.reason, booked.start.date().isoformat()) == ("arret_travail", "2026-11-24")
    finally:
        server.shutdown()
        server.server_close()

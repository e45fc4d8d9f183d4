"""The portal's pages: static files that speak to the API; nothing of anybody is in them."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path

import yaml
from aiohttp import web

from gateway.http import SETTINGS, Handler

FILES = Path(__file__).parent / "web"
PEOPLE = ("alice", "bruno", "chloe", "david")
PAGES = {
    "/": "sign-in",
    "/code-oublie": "forgotten",
    "/nouveau-code": "code",
    "/agenda": "agenda",
    "/messagerie": "inbox",
    "/informations": "profile",
}


def add_routes(app: web.Application) -> None:
    """The pages, the files that they and the widget are made of, and the description of the API."""
    for path, name in PAGES.items():
        app.router.add_get(path, page(name))
    if app[SETTINGS].demo:
        app.router.add_get("/demo", page("demo"))
    app.router.add_get("/web/people", people)
    app.router.add_get("/api/openapi.json", openapi)
    app.router.add_static("/static", FILES)


def page(name: str) -> Handler:
    """One page."""

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(FILES / "portal" / f"{name}.html")

    return handler


async def people(request: web.Request) -> web.Response:
    """Whom one can sign in as: the demo's people, nobody elsewhere; and the other way in, where there is one."""
    settings = request.app[SETTINGS]
    return web.json_response({"people": list(PEOPLE) if settings.demo else [], "oidc": bool(settings.oidc_issuer)})


async def openapi(_: web.Request) -> web.Response:
    """The description of the API (OpenAPI 3.1)."""
    return web.Response(text=await asyncio.to_thread(description), content_type="application/json")


@cache
def description() -> str:
    """gateway/openapi.yml as JSON."""
    return json.dumps(yaml.safe_load(Path(__file__).with_name("openapi.yml").read_text("utf8")), ensure_ascii=False)

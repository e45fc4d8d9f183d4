"""Rasa as a process of its own: its Python, its environment, the wait until it is ready."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp

from gateway.settings import ROOT

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "models" / "rdv.tar.gz"


def environment(*, secret: str, actions_url: str, tracker_url: str) -> dict[str, str]:
    """What Rasa reads from the environment: endpoints.yml and credentials.yml name these."""
    # Of our settings, which hold the keys of the database and of carriers, it gets these and no others.
    return {name: value for name, value in os.environ.items() if not name.startswith("RDV_")} | {
        "PYTHONPATH": str(ROOT),
        "RDV_SECRET": secret,
        "RDV_ACTIONS_URL": actions_url,
        "RDV_TRACKER_URL": tracker_url,
        "RASA_TELEMETRY_ENABLED": "false",
        # Seconds. A worker killed in a turn leaves its lock in Redis: it lapses before the next turn is given up.
        "TICKET_LOCK_LIFETIME": "10",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # Debug logs would hold what people write.
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
    }


def command(*, port: int, model: Path = MODEL) -> list[str]:
    """The command line of the Rasa server: loopback only, without its HTTP API."""
    return [
        str(PYTHON), "-m", "bot.light", "run", "-m", str(model), "--endpoints", str(ROOT / "endpoints.yml"),
        "--credentials", str(ROOT / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip


async def ready(url: str, *, page: str = "/webhooks/rdv/", seconds: float = 60) -> None:
    """Wait until our connector, or another page, answers; raises TimeoutError after that many `seconds`."""
    async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}{page}") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)

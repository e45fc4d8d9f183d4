"""Running: the gateway and the actions in one process; and everything under one supervisor."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from aiohttp import web

from actions import logs, traces
from actions.server import make_app as actions_app
from booking_core import Core
from gateway import rasa
from gateway.app import make_app
from gateway.notices import Words
from gateway.pages import PEOPLE
from gateway.ports import live, ports, texter_of
from gateway.settings import ROOT, Settings
from gateway.sms.desk import DESK
from gateway.timer import Timer

log = logging.getLogger(__name__)

SUPERVISOR = """
[supervisord]
nodaemon=true
silent=true
logfile={var}/supervisord.log
pidfile={var}/supervisord.pid
childlogdir={var}

[program:rasa]
command={python} -m gateway rasa
directory={root}
autorestart=true
stopasgroup=true
killasgroup=true
stdout_logfile={var}/rasa.log
redirect_stderr=true

[program:rdv]
command={python} -m gateway serve
directory={root}
autorestart=true
stdout_logfile={var}/rdv.log
redirect_stderr=true
"""


async def serve(settings: Settings, core: Core) -> None:
    """The gateway on its address, the action server on the loopback and the timer, until SIGINT or SIGTERM.

    Raises BadSettingsError when notices could not leave.
    """
    logs.configure()
    traces.configure()
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    texter = texter_of(settings)
    front, back = (
        web.AppRunner(make_app(settings, core)),
        web.AppRunner(actions_app(core, secret=settings.shared_secret)),
    )
    await back.setup()
    await web.TCPSite(back, settings.actions_host, settings.actions_port).start()
    await front.setup()
    words = Words(core)
    timer = Timer(core, live(ports(settings, texter or front.app[DESK]), core, words.line), words)
    await web.TCPSite(front, settings.host, settings.port).start()
    log.info("the gateway listens on http://%s:%d", settings.host, settings.port)
    ticking = asyncio.create_task(timer.run(settings.tick_seconds, stopped))
    await stopped.wait()
    await ticking
    await front.cleanup()
    await back.cleanup()


def become_rasa(settings: Settings) -> NoReturn:
    """Turn this process into the Rasa server, which learns no secret but the one it shares."""
    environment = rasa.environment(
        secret=settings.shared_secret,
        actions_url=f"http://127.0.0.1:{settings.actions_port}/webhook",
        tracker_url=settings.tracker_url,
    )
    os.chdir(settings.var)
    command = rasa.command(port=settings.rasa_port, model=Path(settings.model))
    os.execve(command[0], command, environment)  # noqa: S606 - our own interpreter


def _taken(settings: Settings) -> str | None:
    """The first address of ours where another program answers already."""
    ours = ((settings.host, settings.port), ("127.0.0.1", settings.actions_port), ("127.0.0.1", settings.rasa_port))
    for host, port in ours:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return f"{host}:{port}"
    return None


def up(settings: Settings) -> int:
    """Start Rasa and `rdv serve` under supervisor, say where to go, stop both on Ctrl-C."""
    if taken := _taken(settings):
        advice = "stop the other `make run`, or set RDV_PORT, RDV_ACTIONS_PORT and RDV_RASA_PORT"
        print(f"{taken} is taken: {advice}.", file=sys.stderr)  # noqa: T201
        return 1
    var = Path(settings.var)
    var.mkdir(exist_ok=True)
    config = var / "supervisord.conf"
    python = Path(sys.executable)
    config.write_text(SUPERVISOR.format(var=var, root=ROOT, python=python))
    supervisor = subprocess.Popen(  # noqa: S603 - our own interpreter and configuration
        [str(python), "-m", "supervisor.supervisord", "-n", "-c", str(config)], start_new_session=True
    )
    address = f"http://{settings.host}:{settings.port}"
    # Ended by another process it stops what it started too; started in the background it has Ctrl-C ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        asyncio.run(rasa.ready(address, page="/readyz", seconds=120))
        print(f"\n  Ready: {address}\n  Sign in as {', '.join(PEOPLE)}. Ctrl-C stops everything.\n", flush=True)  # noqa: T201
        return supervisor.wait()
    except KeyboardInterrupt:
        return 0
    except TimeoutError:
        print(f"It did not start: see {var / 'rasa.log'} and {var / 'rdv.log'}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        supervisor.terminate()
        supervisor.wait(30)

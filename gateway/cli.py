"""The rdv command."""

from __future__ import annotations

import json
import os
import sys
from email.utils import parseaddr
from pathlib import Path
from typing import IO, Any

import click

from booking_core import Core, open_core
from booking_core import Settings as CoreSettings
from gateway.operate import commands
from gateway.settings import BadSettingsError, Settings


def settings() -> Settings:
    """The settings of this environment, or the end of the command with what to mend."""
    try:
        return Settings.read(os.environ)
    except BadSettingsError as bad:
        raise click.ClickException(str(bad)) from None


def core_of(chosen: Settings) -> Core:
    """The core that the settings name."""
    if chosen.database_url.startswith("sqlite:///"):
        Path(chosen.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return open_core(
        chosen.database_url,
        chosen.clock(),
        secret=chosen.secret,
        also=chosen.secret_also,
        settings=CoreSettings(
            timezone=chosen.timezone, contact_proof=not chosen.demo, organizer=parseaddr(chosen.mail_from)[1]
        ),
    )


@click.group()
def main() -> None:
    """A French appointment assistant: serve it, talk to it, look into it."""


@main.command()
def serve() -> None:
    """Run the gateway and the action server (Rasa runs apart: see `rdv up`)."""
    import uvloop

    from gateway.serve import serve as run

    chosen = settings()
    try:
        uvloop.run(run(chosen, core_of(chosen)))
    except BadSettingsError as bad:
        raise click.ClickException(str(bad)) from None


@main.command()
def up() -> None:
    """Run everything under one supervisor: Rasa, the gateway and the actions. Ctrl-C stops it."""
    from gateway.serve import up as run

    sys.exit(run(settings()))


@main.command()
def rasa() -> None:
    """Run Rasa alone, as `rdv up` does: it learns none of the secrets but the one it shares."""
    from gateway.serve import become_rasa

    become_rasa(settings())


@main.command()
@click.option("--as", "person", default="alice", show_default=True, help="Who is signed in, among the demo's people.")
@click.option("--medium", type=click.Choice(["web", "app", "sms", "voice"]), default="web", show_default=True)
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Add the conversation to this file of tests."
)
def chat(person: str, medium: str, save: Path | None) -> None:
    """Talk with the assistant in the terminal; it needs `make run` in another one.

    A line is what is said; "#123" presses keys; an empty line is silence on voice; Ctrl-D ends. What is saved is a
    dialogue test (docs/dialogue.md): add what its answers must mention.
    """
    import asyncio

    from gateway.chat import chat as talk

    chosen = settings()
    asyncio.run(talk(chosen, core_of(chosen), person, medium, save))


@main.command()
@click.argument("lines", type=click.File("r", encoding="utf8"), default="-")
@click.option("--now", help="Local ISO time taken as now for lines that do not say it, e.g. 2026-11-21T09:00.")
def parse(lines: IO[str], now: str | None) -> None:
    """Print what the bot understands of each line, as JSON.

    LINES is a file (standard input by default). A line is a French text, or a JSON object {"text", "now"}
    whose "now" is a local ISO time. One JSON object a line comes back, in order.
    """
    from gateway.parse import parse as parse_lines

    for answer in parse_lines(lines, now):
        click.echo(json.dumps(answer, ensure_ascii=False))
        sys.stdout.flush()


@main.group()
def db() -> None:
    """The core's database."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to date; does nothing when they are."""
    core_of(settings()).upgrade()
    click.echo("The database is up to date.")


@db.command()
def rotate() -> None:
    """Bring what is sealed under RDV_SECRET_ALSO, the secret before, under RDV_SECRET.

    Works beside the running service; may be interrupted and run again. Afterwards RDV_SECRET_ALSO can go.
    """
    chosen = settings()
    if not chosen.secret_also:
        raise click.ClickException("RDV_SECRET_ALSO must hold the secret before")
    for table, rows in core_of(chosen).rotate().items():
        click.echo(f"{table}: {rows}")
    click.echo("Everything is under RDV_SECRET.")


@main.group()
def demo() -> None:
    """The demo: the fictitious caisse of Ille-et-Vilaine."""


@demo.command()
@click.option("--reset", is_flag=True, help="Empty the database first.")
def load(reset: bool) -> None:
    """Load agencies, twelve weeks of slots, and the people alice, bruno, chloe and david."""
    from booking_core import demo as data

    data.load(core_of(settings()), reset=reset)
    click.echo("The demo is loaded. Next: make run, or rdv chat --as alice")


@main.command()
@click.argument("person")
@click.option("--json", "as_json", is_flag=True, help="A list of {id, reason, channel, agency, start, status}.")
def appointments(person: str, as_json: bool) -> None:
    """Show all the appointments of a PERSON of the demo (alice, bruno, chloe, david)."""
    core = core_of(settings())
    found = core.person_by_key(person)
    if found is None:
        raise click.ClickException(f"no such person: {person}. Type: rdv demo load")
    rows: list[dict[str, Any]] = [
        {
            "id": a.id,
            "reason": a.reason,
            "channel": a.channel,
            "agency": a.agency.name,
            "start": a.start.isoformat(),
            "status": a.status,
        }
        for a in core.history(found.id)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(str(v) for v in row.values()))


@main.group()
def sms() -> None:
    """Text messages."""


@sms.command()
def kannel() -> None:
    """Print what Kannel's configuration needs to talk with this gateway, from the settings (RDV_SMS_…).

    Add it to /etc/kannel/kannel.conf, which has the operator's side and holds secrets: readable by kannel alone.
    """
    from gateway.sms.kannel import configuration

    click.echo(configuration(settings()))


for command in commands(lambda: core_of(settings())):
    main.add_command(command)

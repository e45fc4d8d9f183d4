"""The assistant in the terminal, through the same turns as every medium."""

from __future__ import annotations

import asyncio

from rich.console import Console

from booking_core import Core
from gateway.settings import Settings
from gateway.turns import Turn, Turns


async def chat(settings: Settings, core: Core, person: str, medium: str) -> None:
    """Read lines until the end of the input; see `rdv chat --help`."""
    console = Console()
    found = core.person_by_key(person)
    if found is None:
        console.print(f"[red]No such person: {person}.[/] Type: rdv demo load")
        return
    conversation = core.open_conversation(medium, person_id=found.id, level=2)
    turns = Turns(core, rasa_url=settings.rasa_url, secret=settings.shared_secret)
    choices: list[str] = []
    try:
        while True:
            try:
                said = await asyncio.to_thread(console.input, "[bold]> [/]")
            except (EOFError, KeyboardInterrupt):
                return
            reply = await turns.handle(_turn(conversation, medium, said))
            for message in reply.messages:
                console.print(message.text, style="cyan", highlight=False, markup=False)
                choices = [c.title for c in message.choices] if medium in ("web", "app") else []
                for number, title in enumerate(choices, 1):
                    console.print(f"  {number}. {title}", style="green", highlight=False, markup=False)
    finally:
        await turns.close()


def _turn(conversation: str, medium: str, said: str) -> Turn:
    if medium == "voice" and not said.strip():
        return Turn(conversation, medium, silence=True)
    if medium == "voice" and said.startswith("#"):
        return Turn(conversation, medium, digits=said[1:])
    return Turn(conversation, medium, text=said)

"""The assistant in the terminal, through the same turns as every medium."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from booking_core import Core
from gateway import export
from gateway.settings import Settings
from gateway.turns import Turn, Turns


async def chat(settings: Settings, core: Core, person: str, medium: str, save: Path | None = None) -> None:
    """Read lines until the end of the input; see `rdv chat --help`. `save`: where to add it as a dialogue test."""
    console = Console()
    found = core.person_by_key(person)
    if found is None:
        console.print(f"[red]No such person: {person}.[/] Type: rdv demo load")
        return
    conversation = core.open_conversation(medium, person_id=found.id, level=2)
    turns = Turns(core, rasa_url=settings.rasa_url, secret=settings.shared_secret)
    choices: list[str] = []
    said_so_far: list[dict[str, str]] = []
    before, contact, today = core.upcoming(found.id), core.contact(found.id), core.local_now().date()
    try:
        while True:
            try:
                said = await asyncio.to_thread(console.input, "[bold]> [/]")
            except (EOFError, KeyboardInterrupt):
                return
            turn = _turn(conversation, medium, said)
            said_so_far.append(_as_data(turn))
            reply = await turns.handle(turn)
            for message in reply.messages:
                console.print(message.text, style="cyan", highlight=False, markup=False)
                choices = [c.title for c in message.choices] if medium in ("web", "app") else []
                for number, title in enumerate(choices, 1):
                    console.print(f"  {number}. {title}", style="green", highlight=False, markup=False)
    finally:
        await turns.close()
        if save and said_so_far:
            after = core.upcoming(found.id)
            name = f"{save.stem}_{core.local_now():%Y%m%d_%H%M%S}"
            made = export.dialogue(
                name, medium, turns=said_so_far, before=before, after=after, contact=contact, today=today
            )
            export.append(save, made)


def _as_data(turn: Turn) -> dict[str, str]:
    """A turn as a dialogue test has it."""
    if turn.silence:
        return {"event": "silence"}
    return {"event": "digits", "digits": turn.digits} if turn.digits is not None else {"user": turn.text or ""}


def _turn(conversation: str, medium: str, said: str) -> Turn:
    if medium == "voice" and not said.strip():
        return Turn(conversation, medium, silence=True)
    if medium == "voice" and said.startswith("#"):
        return Turn(conversation, medium, digits=said[1:])
    return Turn(conversation, medium, text=said)

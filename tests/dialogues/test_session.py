"""Rasa ends a session by its own clock and forgets all that was said; what was cut is offered again all the same."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from booking_core import Contact, demo
from gateway import rasa
from tests.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")
# Rasa counts in minutes of the real clock: sixty in service, six seconds here: longer than a turn on a busy machine.
EXPIRES = 0.1
METADATA = "metadata.json"


def model_with_short_sessions(folder: Path) -> Path:
    """Our model, whose sessions end after `EXPIRES` minutes; nothing else in it differs."""
    path = folder / "short.tar.gz"
    with tarfile.open(rasa.MODEL) as ours, tarfile.open(path, "w:gz") as short:
        for member in ours.getmembers():
            content = ours.extractfile(member)
            if content and member.name.lstrip("/") == METADATA:
                metadata = json.load(content)
                assert metadata["domain"]["session_config"]["session_expiration_time"] == 60
                metadata["domain"]["session_config"]["session_expiration_time"] = EXPIRES
                told = json.dumps(metadata).encode()
                member.size, content = len(told), io.BytesIO(told)  # type: ignore[assignment]
            short.addfile(member, content)
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    started = Stack(model=model_with_short_sessions(tmp_path_factory.mktemp("model")))
    await started.start()
    demo.load(started.core)
    yield started
    await started.stop()


class Visit:
    """One person in one conversation, who may go and come back to it."""

    def __init__(self, stack: Stack, number: int) -> None:
        self.stack, self.chat = stack, f"expiry-{number}"
        contact = Contact(mobile=f"+336399840{number:02}")
        self.person = stack.core.register(f"28705352{number:05}", date(1987, 5, 14), None, contact).id
        self.sign_in()

    def sign_in(self) -> None:
        """The portal opens the same conversation, now and when the person is back."""
        self.stack.core.open_conversation("web", person_id=self.person, level=2, conversation_id=self.chat)

    async def say(self, text: str) -> str:
        """What is answered with its choices, as one text with plain spaces."""
        reply = await self.stack.turn(self.chat, "web", text=text)
        shown = (line for m in reply.messages for line in (m.text, *(c.title for c in m.choices)))
        return " ".join(" ".join(shown).split())

    async def leave(self, *, hours: float) -> None:
        """Rasa's session ends by the real clock; ours goes on by so many hours."""
        await asyncio.sleep(EXPIRES * 60 + 0.5)
        self.stack.clock.tick(hours=hours)
        self.sign_in()


async def test_within_the_session_nothing_is_asked_again(stack: Stack) -> None:
    """What the other tests measure from: the booking under way is there, and nothing is offered again."""
    visit = Visit(stack, 1)
    assert "motif" in await visit.say("un rendez-vous par téléphone pour mon arrêt de travail")
    answer = await visit.say("le premier")
    assert "Rien n’est encore réservé" in answer
    assert "reprendre" not in answer


async def test_a_booking_cut_by_the_end_of_the_session_is_offered_again(stack: Stack) -> None:
    visit = Visit(stack, 2)
    await visit.say("un rendez-vous par téléphone jeudi de la semaine prochaine pour mon arrêt de travail")
    await visit.leave(hours=2)
    assert "reprendre" in await visit.say("bonjour")
    assert "jeudi 26" in await visit.say("oui")
    assert "Rien n’est encore réservé" in await visit.say("le premier")
    assert "confirmé" in await visit.say("oui")
    (booked,) = stack.core.upcoming(visit.person)
    assert (booked.reason, booked.channel) == ("arret_travail", "phone")


async def test_an_answer_to_a_question_of_the_session_before_confirms_nothing(stack: Stack) -> None:
    visit = Visit(stack, 3)
    await visit.say("un rendez-vous par téléphone jeudi de la semaine prochaine pour mon arrêt de travail")
    assert "Rien n’est encore réservé" in await visit.say("le premier")
    await visit.leave(hours=2)
    answer = await visit.say("oui")
    assert "confirmé" not in answer
    assert "reprendre" in answer
    assert stack.core.upcoming(visit.person) == []


async def test_after_a_day_it_is_not_offered_any_more(stack: Stack) -> None:
    visit = Visit(stack, 4)
    await visit.say("un rendez-vous par téléphone pour mon arrêt de travail")
    await visit.leave(hours=25)
    assert "reprendre" not in await visit.say("bonjour")
    assert "motif" in await visit.say("je voudrais un rendez-vous")

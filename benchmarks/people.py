"""Simulated people, each with a goal, patience and a way of writing, against the real Rasa and the real core.

    uv run python benchmarks/people.py                        500 people on each of web, SMS and voice
    uv run python benchmarks/people.py --medium sms --seed 7  other people, one medium
    uv run python benchmarks/people.py --quick                under a minute: 20 people on each medium

Success is read in the database: what was wanted is there, nothing else has changed. Turns are beside those of somebody
who says everything at once and is understood at once (3 to book or move, 2 to cancel or change the number, 1 to ask the
date), and one more for each question of their own, two for a change of mind. A quarter of the people confirm without
reading. Wrong: the database has changed, and not to what was wanted. Ends with one line of JSON: {"success",
"median_ratio", "wrong"}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import cast

sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.crowd.goals import Goal, reached, state  # noqa: E402
from benchmarks.crowd.person import Person  # noqa: E402
from booking_core import Contact, Core  # noqa: E402
from gateway.render import Reply  # noqa: E402
from tests.dialogues.runner import Play, Player  # noqa: E402
from tests.dialogues.world import CLOCK, StealingCore  # noqa: E402
from tests.stack import Stack  # noqa: E402

MEDIA = ("web", "sms", "voice")
# Worth a look: this many times the least turns.
SLOW = 2


@dataclass
class Result:
    """What became of one person; `why` is empty when they got what they came for."""

    medium: str
    kind: str
    number: int
    why: str = ""
    wrong: bool = False
    ratio: float = 0.0
    recaps: int = 0
    lines: list[str] = field(default_factory=list)


class Crowd:
    """People, one after the other on one agenda, so that a seed gives the same conversations each time."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self.stack, self.seed, self.player = stack, seed, Player(stack)

    async def run(self, medium: str, people: int) -> list[Result]:
        """That many people on a medium."""
        self.stack.clock.set(CLOCK)
        core = self.player.worlds.core(self.stack.clock, self.stack)
        await self.stack.use(core)
        try:
            return [await self.talk(core, medium, number) for number in range(people)]
        finally:
            core.close()

    async def talk(self, core: Core, medium: str, number: int) -> Result:
        """One person's conversation, judged by the database."""
        today = core.local_now().date()
        person = Person(medium, random.Random(f"{self.seed}:{medium}:{number}"), today)
        goal, result = person.goal, Result(medium, person.goal.kind, number)
        home = next(a for a in core.agencies() if a.town == "Rennes")
        mobile = f"+3363998{number % 5000:04d}"
        known = core.register(self.player.nir(), date(1980, 1, 1), home.id, Contact(mobile if goal.on_file else None))
        held = self.hold(core, known.id, goal)
        before = state(core.upcoming(known.id))
        target = held[goal.target] if held else ""
        conversation = core.open_conversation(medium, person_id=known.id, level=2)
        reply: Reply | None = None
        while True:
            said = person.act(reply, self.starts(core, reply))
            if said is None:
                break
            result.lines.append("> " + next(iter(said.values())))
            reply = await self.stack.turn(conversation, medium, **said)
            for message in reply.messages:
                result.lines.append(f"  {message.text}")
                if message.choices and medium != "sms":
                    result.lines.append(f"    [{' | '.join(c.title for c in message.choices)}]")
        goal = person.goal
        after = state(core.upcoming(known.id))
        contact = core.contact(known.id)
        right = reached(goal, target, before, after, contact.mobile, person.chosen)
        moved = after != before or (goal.kind == "number" and contact.mobile not in (mobile, "+33" + goal.number[1:]))
        if not (person.done and right):
            result.why = person.gave_up or "told it was done"
            result.wrong = not right and (moved or person.done)
        result.ratio = (person.turns - 1) / person.least
        result.recaps = person.wrong_recaps
        result.lines.insert(0, f"# {medium} {number}: {goal}")
        self.clear(core, known.id, conversation)
        return result

    def hold(self, core: Core, known: str, goal: Goal) -> list[str]:
        """Book what the person holds before; the ids, in the goal's order."""
        scene = Play(self.player, {"id": known, "medium": "web"})
        scene.core, scene.home = cast(StealingCore, core), core.agencies()[0]
        held = []
        for place, (reason, channel, start) in enumerate(goal.holds):
            slot = scene.slot_at(start.replace(tzinfo=None), channel)
            phone = "+33639988888" if channel == "phone" else None
            made = core.book(
                known, slot.id, reason, holder="scene", key=f"scene:{known}:{place}", medium="web", phone=phone
            )
            held.append(made.id)
        return held

    def starts(self, core: Core, reply: Reply | None) -> dict[str, datetime]:
        """The start of each slot offered, by the value of its choice."""
        values = [c.value for m in reply.messages for c in m.choices if c.value.startswith("slot:")] if reply else []
        ids = [v.removeprefix("slot:") for v in values]
        return {f"slot:{s.id}": s.start for s in core.slots(ids)} if ids else {}

    def clear(self, core: Core, person: str, conversation: str) -> None:
        """Give back what the person took, for those who come after."""
        core.release(conversation)
        for appointment in core.upcoming(person):
            core.cancel(person, appointment.id, key=f"clear:{appointment.id}", medium="web")


def report(results: list[Result], transcripts: bool) -> None:
    """A table by medium and goal, then why people failed, each with one conversation."""
    print(
        f"{'medium':7} {'goal':7} {'people':>6} {'success':>8} {'turns/least':>12} {'wrong':>6} {'recaps refused':>15}"
    )
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.medium, result.kind].append(result)
        groups[result.medium, "all"].append(result)
    for (medium, kind), group in sorted(groups.items()):
        ratios = [r.ratio for r in group if not r.why]
        print(
            f"{medium:7} {kind:7} {len(group):6} {sum(not r.why for r in group) / len(group):8.1%}"
            f" {statistics.median(ratios) if ratios else 0:12.2f} {sum(r.wrong for r in group):6}"
            f" {sum(r.recaps for r in group):15}"
        )
    failed = [r for r in results if r.why]
    seen: set[tuple[str, str, str]] = set()
    for (medium, kind, why), count in Counter((r.medium, r.kind, r.why) for r in failed).most_common():
        print(f"{count:4} {medium} {kind}: {why}")
    for result in failed:
        mark = (result.medium, result.kind, result.why)
        if transcripts or mark not in seen:
            print("\n".join(["", f"== {result.why}", *result.lines]))
        seen.add(mark)
    for result in (r for r in results if transcripts and not r.why and r.ratio >= SLOW):
        print("\n".join(["", f"== {result.ratio:.1f} times the least", *result.lines]))


async def play(media: list[str], people: int, seed: int) -> list[Result]:
    """Every person on every medium."""
    stack = Stack()
    await stack.start()
    try:
        crowd = Crowd(stack, seed)
        return [r for medium in media for r in await crowd.run(medium, people)]
    finally:
        await stack.stop()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500, help="on each medium")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--medium", choices=(*MEDIA, "all"), default="all")
    parser.add_argument("--quick", action="store_true", help="20 people on each medium")
    parser.add_argument("--transcripts", action="store_true", help="every conversation that failed or was long")
    chosen = parser.parse_args()
    media = list(MEDIA) if chosen.medium == "all" else [chosen.medium]
    results = asyncio.run(play(media, 20 if chosen.quick else chosen.people, chosen.seed))
    report(results, chosen.transcripts)
    right = [r for r in results if not r.why]
    last = {
        "success": round(len(right) / len(results), 4),
        "median_ratio": round(statistics.median(r.ratio for r in right), 3),
        "wrong": sum(r.wrong for r in results),
    }
    print(json.dumps(last))


if __name__ == "__main__":
    main()

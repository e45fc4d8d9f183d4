"""Simulated people: they read what the assistant asks, as a person would, and answer it in their own way."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from benchmarks.crowd.goals import Goal, changed, filled, goal, hour_said, number_said, sentences
from benchmarks.crowd.reading import LABELS, asked, plain, shapes
from benchmarks.crowd.writing import Hand, Voice
from french import say
from french.say import DAYS, MONTHS
from gateway.render import Choice, Reply
from tests.dialogues.world import PARIS


@dataclass
class Person:
    """One simulated person; `say` gives what they do next."""

    medium: str
    rng: random.Random
    today: date
    goal: Goal = field(init=False)
    chosen: datetime | None = None
    patience: int = 10
    least: int = 0
    wrong_recaps: int = 0
    gave_up: str = ""
    done: bool = False
    last: str = ""

    def __post_init__(self) -> None:
        rng = self.rng
        self.goal = goal(rng, self.today, self.medium)
        self.way: Hand | Voice = Voice.of(rng) if self.medium == "voice" else Hand.of(self.medium, rng)
        self.tells = rng.choices(("all", "some", "little"), (55, 25, 20))[0]
        self.hurried = rng.random() < 0.25  # confirms without reading
        self.clicks = self.medium == "web" and rng.random() < 0.4
        self.greets_first = rng.random() < 0.08
        self.question = rng.choice((2, 3)) if rng.random() < 0.12 else 0  # asked instead of this answer
        self.mind = self.goal.kind in ("book", "move") and rng.random() < 0.1  # thinks better of it at the recap
        self.slip = rng.random() < 0.08  # says another day first, and corrects it at once
        self.patience = rng.randint(8, 14)
        self.least = self.goal.least() + self.mind * 2 + bool(self.question)
        self.turns = 0

    # -- what is said ---------------------------------------------------------------------------

    def pick(self, *path: str) -> str:
        """One of the sentences at a path of sentences.yml."""
        found: Any = sentences()
        for name in path:
            found = found[name]
        return str(self.rng.choice(found))

    def when(self) -> str:
        """The wish, perhaps with a slip of the tongue before it."""
        assert self.goal.wish is not None
        right = self.goal.wish.words
        if self.slip and self.goal.wish.days and len(self.goal.wish.days) == 1:
            self.slip = False
            (day,) = self.goal.wish.days
            wrong = self.rng.choice([DAYS[d] for d in range(5) if d != day.weekday()])
            right = DAYS[day.weekday()] + right.removeprefix(DAYS[day.weekday()]) if right.startswith(DAYS) else right
            return self.pick("correction").format(wrong=wrong, right=right)
        return right

    def opening(self) -> str:
        """The request, with all of it, some of it or nothing but it."""
        goal, rng = self.goal, self.rng
        keep = {"all": 1.0, "some": 0.6, "little": 0.0}[self.tells]

        def told(text: str) -> str:
            return text if rng.random() < keep else ""

        if goal.kind == "book":
            story = rng.random() < 0.5 and bool(told("x"))
            template = rng.choice([t for t in sentences()["book"] if ("{story}" in t) == story])
            name = self.pick("reasons", goal.reason, "name")
            channel = told(self.pick("channels", goal.channel))
            if channel and goal.town:
                channel = rng.choice((f"à l'agence de {goal.town}", f"{channel} à {goal.town}"))
            return filled(template, story=self.pick("reasons", goal.reason, "story"), channel=channel,
                          when=told(self.when()), **{"for": told(self.pick("for").format(name=name))})  # fmt: skip
        template = self.pick(goal.kind)
        if goal.kind == "move":
            when = self.when() if rng.random() < keep else ""
            return filled(template, which=told(self.which(several=len(goal.holds) > 1)), to=towards(when))
        if goal.kind == "cancel":
            return filled(template, which=told(self.which(several=len(goal.holds) > 1)))
        if goal.kind == "number":
            number = self.pick("new_number").format(number=self.digits()) if rng.random() < keep else ""
            return filled(template, number=number)
        return template

    def which(self, *, several: bool, answer: bool = False) -> str:
        """One of the appointments held."""
        reason, _, start = self.goal.holds[self.goal.target]
        name = self.pick("reasons", reason, "name")
        alone = [h[2].weekday() for h in self.goal.holds].count(start.weekday()) == 1 and start.day != 1
        day, word = ("which_day", "which_answer") if alone else ("which_date", "which_dated")
        key = word if answer else self.rng.choice((day, day, "which_reason"))
        ranks = sorted(h[2] for h in self.goal.holds)
        return self.pick(key).format(
            weekday=DAYS[start.weekday()], number=number_said(start.date()), month=MONTHS[start.month - 1], name=name,
            ordinal=sentences()["ordinals"][ranks.index(start)],
        )  # fmt: skip

    def digits(self) -> str:
        """The number: by pairs, in one go, with dots; in words by voice."""
        number = self.goal.number
        if self.medium == "voice":
            return say.phone("+33" + number[1:], "voice").replace(",", "")
        pairs = [number[i : i + 2] for i in range(0, 10, 2)]
        return self.rng.choice((number, " ".join(pairs), ".".join(pairs), "+33" + number[1:]))

    # -- what is answered -----------------------------------------------------------------------

    def act(self, reply: Reply | None, starts: dict[str, datetime]) -> dict[str, str] | None:
        """What the person does after an answer: {"text": …} or {"value": …}; None when they leave.

        `starts`: the start of each slot offered, by the value of its choice.
        """
        self.turns += 1
        if reply is None:
            return {"text": self.written(self.pick("hello") if self.greets_first else self.opening())}
        self.last = ask = asked(reply, self.medium)
        if self.is_done(ask, reply):
            self.done = True
            return None
        if ask == "human" or self.turns > self.patience + 2 * (ask == "recap"):
            self.gave_up = f"after {self.last or 'an answer that asks nothing known'}"
            return None
        if self.question and self.turns >= self.question and ask not in ("done", ""):
            self.question = 0
            return {"text": self.written(self.pick("questions"))}
        choices = [c for m in reply.messages for c in m.choices]
        said = self.answer(ask, plain(reply.text), choices, starts)
        return said if isinstance(said, dict) else {"text": self.written(said)}

    def is_done(self, ask: str, reply: Reply) -> bool:
        """True when the person believes to have what they came for."""
        if self.goal.kind != "list":
            return any(a == "done" and shape.search(plain(reply.text)) for a, shape in shapes(self.medium))
        text = plain(reply.text)
        now = datetime(self.today.year, self.today.month, self.today.day, tzinfo=PARIS)
        return all(plain(say.moment(start, now, self.medium)) in text for _, _, start in self.goal.holds)

    def answer(
        self, ask: str, text: str, choices: Sequence[Choice], starts: dict[str, datetime]
    ) -> str | dict[str, str]:
        """The answer to a question: a plain sentence, or the choice that was clicked."""
        goal = self.goal
        if ask == "reason" and goal.reason:
            return self.click(choices, f"reason:{goal.reason}") or filled(
                self.pick("reason"),
                name=self.pick("reasons", goal.reason, "name"),
                story=self.pick("reasons", goal.reason, "story"),
            )
        if ask == "channel" and goal.channel:
            return self.click(choices, f"channel:{goal.channel}") or self.pick("prefer", goal.channel)
        if ask == "agency" and goal.town:
            value = next((c.value for c in choices if goal.town in c.title), "")
            return self.click(choices, value) or self.pick("towns").format(town=goal.town)
        if ask == "agency" and goal.channel:
            return self.pick("prefer", goal.channel)
        if ask in ("phone", "number") and goal.number:
            return self.digits()
        if ask == "time" and goal.wish:
            return filled(self.pick("day_answer"), when=self.when())
        if ask == "slot" and goal.wish:
            return self.choose(choices, starts)
        if ask == "recap" and goal.wish:
            return self.confirm(text, choices)
        if ask == "sure" and goal.kind == "cancel":
            right = self.hurried or self.shown(goal.holds[goal.target][2]) in text
            self.wrong_recaps += not right
            return (
                self.pick("agreed")
                if right
                else filled(self.pick("not_what_i_want"), wanted=self.which(several=True, answer=True))
            )
        if ask == "contact" and goal.kind == "number":
            right = self.hurried or plain(say.phone("+33" + goal.number[1:], self.medium)) in text
            self.wrong_recaps += not right
            return self.pick("agreed") if right else filled(self.pick("not_what_i_want"), wanted=self.digits())
        if ask == "yes":
            return self.pick("agreed")
        if ask == "change" and goal.wish:
            return filled(self.pick("day_answer"), when=self.when())
        if ask == "which" and goal.holds:
            shown = self.shown(goal.holds[goal.target][2])
            value = next((c.value for c in choices if shown in plain(c.title)), "")
            return self.click(choices, value) or self.which(several=True, answer=True)
        if ask in ("second", "existing"):
            return self.pick("refused")
        # Nothing that was to be answered: say it again, in other words.
        return self.opening()

    def choose(self, choices: Sequence[Choice], starts: dict[str, datetime]) -> str | dict[str, str]:
        """One of the slots offered that suits; what is wanted instead when none does."""
        assert self.goal.wish is not None
        offered = [c for c in choices if c.value in starts]
        fitting = [c for c in offered if self.goal.wish.fits(starts[c.value])]
        if not fitting:
            if self.rng.random() < 0.15:
                return self.pick("others")
            return filled(self.pick("none_of_them"), when=self.when())
        if self.goal.wish.hour is not None:
            target = self.goal.wish.hour * 60
            fitting = [min(fitting, key=lambda c: abs(minutes(starts[c.value]) - target))]
        taken = self.rng.choice(fitting)
        self.chosen = start = starts[taken.value]
        clicked = self.click(choices, taken.value)
        if clicked:
            return clicked
        how = self.rng.choices(("ordinal", "digit", "hour", "both"), (4, 5 if self.medium == "sms" else 1, 3, 2))[0]
        if how in ("hour", "both") and len({starts[c.value].date() for c in offered}) > 1:
            how = "dated"
        rank = offered.index(taken)
        return self.pick("choose", how).format(
            ordinal=sentences()["ordinals"][rank],
            digit=rank + 1,
            weekday=DAYS[start.weekday()],
            number=number_said(start.date()),
            hour=hour_said(minutes(start), self.rng, self.medium),
        )

    def confirm(self, text: str, choices: Sequence[Choice]) -> str | dict[str, str]:
        """Yes to what is wanted; no, and what is, to anything else."""
        goal = self.goal
        assert goal.wish is not None
        if self.mind:
            self.mind = False
            self.goal, self.chosen = changed(goal, self.rng, self.today, self.medium, self.chosen), None
            self.hurried = False  # who asked for something else looks whether it was heard
            assert self.goal.wish is not None
            return filled(self.pick("change_of_mind"), wanted=self.goal.wish.words)
        wrong = "" if self.hurried else self.amiss(text)
        if wrong:
            self.wrong_recaps += 1
            return filled(self.pick("not_what_i_want"), wanted=wrong)
        return self.click(choices, "intent:affirm") or self.pick("agreed")

    def amiss(self, text: str) -> str:
        """What a recap says that is not wanted, put right; nothing when all is."""
        goal = self.goal
        assert goal.wish is not None
        if goal.kind == "book":
            if ("par telephone" in text or "rdv tel" in text) != (goal.channel == "phone"):
                return self.pick("channels", goal.channel)
            if goal.town and plain(goal.town) not in text:
                return f"à {goal.town}"
            if not any(plain(word) in text for word in LABELS[goal.reason]):
                return self.pick("reasons", goal.reason, "name")
        if self.chosen is None or self.shown(self.chosen) not in text:
            return goal.wish.words
        return ""

    def shown(self, start: datetime) -> str:
        """A day and an hour as they are written on this medium."""
        now = datetime(self.today.year, self.today.month, self.today.day, tzinfo=PARIS)
        return plain(say.moment(start, now, self.medium))

    def click(self, choices: Sequence[Choice], value: str) -> dict[str, str] | None:
        """A choice clicked, by those who click."""
        if self.clicks and value and any(c.value == value for c in choices):
            return {"value": value}
        return None

    def written(self, text: str) -> str:
        """In this person's writing, with the politeness of some."""
        if self.turns == 1 and not self.greets_first and self.rng.random() < 0.4 and self.medium != "voice":
            text = f"{self.pick('hello')} {text}"
        if self.turns == 1 and self.rng.random() < 0.25:
            text = f"{text} {self.pick('thanks')}"
        return self.way.write(text, self.rng, first=self.turns == 1)


def towards(when: str) -> str:
    """A day as what something is moved to: "à jeudi", "au 4 décembre"."""
    if when.startswith("le "):
        return "au " + when.removeprefix("le ")
    return f"à {when}" if when.startswith((*DAYS, "ce ", "demain", "après-demain")) else when


def minutes(start: datetime) -> int:
    """Minutes since midnight in Paris."""
    local = start.astimezone(PARIS)
    return local.hour * 60 + local.minute

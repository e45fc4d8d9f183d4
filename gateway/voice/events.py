"""What happens in a call, what it plays, and what it must get before it goes on: plain values."""

from __future__ import annotations

from dataclasses import dataclass

# -- events ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    """The call was picked up; `caller` in E.164, None when the number is withheld. It proves nothing."""

    caller: str | None = None


@dataclass(frozen=True)
class Speech:
    """Words recognised; `confidence` from 0 to 1, None when unknown."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True)
class Digits:
    """Keys pressed, without the # that ends them."""

    digits: str


@dataclass(frozen=True)
class Silence:
    """Nothing was said nor typed."""


@dataclass(frozen=True)
class Noise:
    """Something was said, nothing was recognised."""


@dataclass(frozen=True)
class HungUp:
    """The caller is gone."""


@dataclass(frozen=True)
class Transferred:
    """How the transfer ended: `answered` by a human or not."""

    answered: bool


Event = Started | Speech | Digits | Silence | Noise | HungUp | Transferred


# -- verbs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Say:
    """Say it to the end."""

    text: str


@dataclass(frozen=True)
class Ask:
    """Say it, listen to words and keys meanwhile (barge-in) and after; at most `digits` keys."""

    text: str
    hints: tuple[str, ...] = ()
    digits: int = 1


@dataclass(frozen=True)
class Transfer:
    """Connect to a human, who first hears the summary."""

    summary: str


@dataclass(frozen=True)
class End:
    """Hang up."""


Verb = Say | Ask | Transfer | End


# -- what must be got before the call goes on -----------------------------------------------------


@dataclass(frozen=True)
class Tell:
    """One turn for the assistant: a text, the value of a choice, keys, or a one-time code."""

    text: str | None = None
    value: str | None = None
    digits: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class CallBack:
    """Have this number called by a human, at the time that these words say."""

    phone: str
    when: str

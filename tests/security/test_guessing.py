"""Guessing who somebody is: one-time codes tried at once from everywhere, numbers tried one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from booking_core import CodeExpired, CodeWrong, Contact, Core, Locked, Unknown
from booking_core.settings import Settings
from tests.booking_core.post import Box, words

NIR, BORN = "2870535238019", date(1987, 5, 14)
MOBILE = "+33639980112"


def code_sent(core: Core) -> str:
    """The code in the message that just left."""
    box = Box()
    core.dispatch({"sms": box, "email": box}, words)
    code = next(sent.code for sent in reversed(box.sent) if sent.code)
    assert code is not None
    return code


@pytest.fixture
def asked(core: Core) -> str:
    """A conversation in which a code was sent."""
    core.register(NIR, BORN, None, Contact(mobile=MOBILE))
    conversation = core.open_conversation("sms")
    core.identify(conversation, NIR, BORN)
    core.send_code(conversation)
    return conversation


def test_forty_guesses_at_once_are_five_tries(core: Core, asked: str) -> None:
    right = code_sent(core)
    wrong = [f"{n:06}" for n in range(41) if f"{n:06}" != right][:40]

    def guess(code: str) -> str:
        try:
            core.check_code(asked, code)
        except (CodeWrong, CodeExpired) as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, wrong))
    assert answers.count("code_wrong") == Settings().code_tries
    assert answers.count("code_expired") == 40 - Settings().code_tries
    # Worn out: the right one opens nothing any more.
    assert guess(right) == "code_expired"
    assert core.identity(asked).level == 1


def test_codes_asked_for_again_and_again_give_few_tries(core: Core, asked: str) -> None:
    codes = 1
    with pytest.raises(Locked):
        while codes < 20:
            core.send_code(asked)
            codes += 1
    # Six digits: what may be tried before the lock is one chance in forty thousand at most.
    assert codes * Settings().code_tries <= 25


def test_a_right_code_used_once_is_used_up(core: Core, asked: str) -> None:
    code = code_sent(core)
    assert core.check_code(asked, code).level == 2
    other = core.open_conversation("sms")
    core.identify(other, NIR, BORN)
    with pytest.raises(CodeExpired):
        core.check_code(other, code)
    with pytest.raises(CodeExpired):
        core.check_code(asked, code)


def test_many_numbers_from_one_conversation_lock_it(core: Core) -> None:
    core.register(NIR, BORN, None, Contact(mobile=MOBILE))
    conversation = core.open_conversation("voice")
    for n in range(Settings().identify_tries):
        with pytest.raises(Unknown):
            core.identify(conversation, f"28705352380{n:02}", BORN)
    with pytest.raises(Locked):
        core.identify(conversation, NIR, BORN)


def test_the_first_level_alone_shows_and_changes_nothing(core: Core, asked: str) -> None:
    """A date of birth is half written in the number: only the code proves anything."""
    assert core.identity(asked).level == 1
    with pytest.raises(Exception, match="not_identified"):
        core.require_person(asked)


def test_a_vault_opens_for_its_own_conversation_only(core: Core, tmp_path: Path) -> None:
    mine, other = core.open_conversation("web"), core.open_conversation("web")
    reference = core.vault_put(mine, "phone", MOBILE)
    assert core.vault_get(mine, reference) == MOBILE
    with pytest.raises(Exception, match="not_yours"):
        core.vault_get(other, reference)

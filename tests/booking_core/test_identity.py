"""Who is speaking: levels, one-time codes, lockout, equal answers."""

from __future__ import annotations

import statistics
import time
from datetime import date

import pytest

from booking_core import CodeExpired, CodeWrong, Contact, Core, FixedClock, Locked, NoAddress, NotIdentified, Unknown
from booking_core.identity import mask, nir_13
from tests.booking_core.test_contact import sent
from tests.booking_core.world import MOBILE

NIR = "2870535238019"
BORN = date(1987, 5, 14)


def registered(core: Core, **contact: str) -> str:
    return core.register(NIR, BORN, None, Contact(**(contact or {"mobile": MOBILE, "email": "remi@exemple.fr"}))).id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2 87 05 35 238 019", NIR),
        ("1 84 12 2A 004 123", "184122A004123"),
        ("1 84 12 2b 004 123", "184122B004123"),
        ("295109912611193", "2951099126111"),
        ("295109912611194", None),  # wrong key
        ("0870535238019", None),
        ("12345", None),
        ("", None),
    ],
)
def test_social_security_numbers(typed: str, kept: str | None) -> None:
    assert nir_13(typed) == kept


def test_two_levels(core: Core) -> None:
    person = registered(core)
    conversation = core.open_conversation("voice")
    with pytest.raises(NotIdentified):
        core.require_person(conversation)
    with pytest.raises(NotIdentified):
        core.send_code(conversation)
    assert core.identify(conversation, "2 87 05 35 238 019", BORN).level == 1
    with pytest.raises(NotIdentified) as refusal:
        core.require_person(conversation)
    assert (refusal.value.level, refusal.value.needed) == (1, 2)
    assert core.addresses(conversation) == {"mobile": "06 ** ** ** 07", "email": "r****@exemple.fr"}
    assert core.send_code(conversation) == "06 ** ** ** 07"
    (code,) = sent(core, "code")
    assert (code["port"], code["to"]) == ("sms", MOBILE)
    with pytest.raises(CodeWrong):
        core.check_code(conversation, f"{(int(code['code']) + 1) % 10**6:06d}")
    assert core.check_code(conversation, code["code"]).level == 2
    assert core.require_person(conversation) == person
    with pytest.raises(CodeExpired):
        core.check_code(conversation, code["code"])


def test_a_code_is_for_one_conversation(core: Core) -> None:
    registered(core)
    mine, other = core.open_conversation("voice"), core.open_conversation("sms")
    for conversation in (mine, other):
        core.identify(conversation, NIR, BORN)
    core.send_code(mine, "email")
    with pytest.raises(CodeExpired):
        core.check_code(other, sent(core, "code")[0]["code"])


def test_no_address_for_a_code(core: Core) -> None:
    registered(core, landline="+33199001234")
    conversation = core.open_conversation("voice")
    core.identify(conversation, NIR, BORN)
    assert core.addresses(conversation) == {}
    with pytest.raises(NoAddress):
        core.send_code(conversation)


def test_every_wrong_answer_is_the_same(core: Core) -> None:
    registered(core)
    for nir, born in ((NIR, date(1987, 5, 15)), ("2870535238020", BORN), ("nonsense", BORN)):
        conversation = core.open_conversation("voice")
        with pytest.raises(Unknown) as refusal:
            core.identify(conversation, nir, born)
        assert (str(refusal.value), vars(refusal.value)) == ("unknown", {"level": 0, "needed": 2})
        assert core.identity(conversation).level == 0


def test_known_and_unknown_take_the_same_time(core: Core) -> None:
    """The same statements run in both cases; the medians are compared within a wide margin."""
    registered(core)
    spent: dict[str, list[float]] = {NIR: [], "2870535238999": []}
    for n in range(120):
        nir = list(spent)[n % 2]
        conversation = core.open_conversation("voice")
        began = time.perf_counter()
        with pytest.raises((Unknown, Locked)):
            core.identify(conversation, nir, date(2000, 1, 1))
        spent[nir].append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.5 < known / unknown < 2


def test_five_wrong_tries_lock(core: Core, clock: FixedClock) -> None:
    registered(core)
    conversation = core.open_conversation("voice")
    for day in range(1, 6):
        with pytest.raises(Unknown):
            core.identify(conversation, NIR, date(1990, 1, day))
    with pytest.raises(Locked) as refusal:
        core.identify(conversation, NIR, BORN)
    # Calling again does not help: the number is locked too, for whoever tries it.
    with pytest.raises(Locked):
        core.identify(core.open_conversation("voice"), NIR, BORN)
    clock.set(refusal.value.until)
    assert core.identify(conversation, NIR, BORN).level == 1


def test_a_number_nobody_has_locks_alike(core: Core) -> None:
    for _ in range(5):
        with pytest.raises(Unknown):
            core.identify(core.open_conversation("voice"), "2870535238999", BORN)
    with pytest.raises(Locked):
        core.identify(core.open_conversation("voice"), "2870535238999", BORN)


def test_a_conversation_ends(core: Core, clock: FixedClock) -> None:
    person = registered(core)
    signed_in = core.open_conversation("web", person_id=person, level=2)
    assert core.require_person(signed_in) == person
    core.close_conversation(signed_in)
    assert core.identity(signed_in).person_id is None
    lapsed = core.open_conversation("web", person_id=person, level=2)
    clock.tick(hours=core.settings.conversation_hours)
    with pytest.raises(NotIdentified):
        core.require_person(lapsed)


def test_masks() -> None:
    assert mask("rose@hotmail.com") == "r****@hotmail.com"
    assert mask("+33612345678") == "06 ** ** ** 78"
    assert mask("+590690301234") == "+59 ** 34"

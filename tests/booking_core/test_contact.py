"""Numbers and addresses: checked, changed, proved by a code sent to the new one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from booking_core import CodeExpired, CodeWrong, Contact, Core, FixedClock, InvalidEmail, InvalidPhone, Locked
from booking_core.storage import outbox
from tests.booking_core.conftest import Opener
from tests.booking_core.world import MOBILE, opening, someone

NEW = "+33639980999"


@pytest.mark.parametrize(
    ("said", "kept", "mobile"),
    [
        ("01 30 30 40 40", "+33130304040", False),  # case 58
        ("04 300 32020", "+33430032020", False),
        ("06 12 34 56 78", "+33612345678", True),
        ("+33 7 56 12 34 56", "+33756123456", True),
        ("0033612345678", "+33612345678", True),
        ("0690 30 12 34", "+590690301234", True),  # Guadeloupe
        ("0692 12 34 56", "+262692123456", True),  # Réunion
        ("+33692123456", "+262692123456", True),  # the same, written as a mainland number
        ("0596 50 12 34", "+596596501234", False),  # Martinique
        ("+41 22 767 61 11", "+41227676111", False),
        ("+32 470 12 34 56", "+32470123456", True),
        ("01 99 00 12 34", "+33199001234", False),  # fiction
        ("06 39 98 12 34", "+33639981234", True),
        ("05 36 49 12 34", "+33536491234", False),
    ],
)
def test_numbers(core: Core, said: str, kept: str, mobile: bool) -> None:
    assert core.check_phone(said) == kept
    assert core.is_mobile(kept) is mobile


@pytest.mark.parametrize("said", ["", "12", "06 12 34 56", "06 12 34 56 78 9", "bonjour", "00 00 00 00 00", "+33 0"])
def test_what_is_no_number(core: Core, said: str) -> None:
    with pytest.raises(InvalidPhone):
        core.check_phone(said)


def test_addresses(core: Core) -> None:
    assert core.check_email(" Jeanne.Martin@Exemple.FR ") == "Jeanne.Martin@exemple.fr"
    for wrong in ("", "jeanne", "jeanne@", "@exemple.fr", "a b@exemple.fr", "a@exemple", "a..b@exemple.fr", "a@b@c.fr"):
        with pytest.raises(InvalidEmail):
            core.check_email(wrong)


def sent(core: Core, kind: str) -> list[dict[str, str]]:
    """What waits in the outbox, unsealed."""
    with core.store.read() as connection:
        rows = outbox.everything(connection)
    return [{"port": r.port, **json.loads(core.crypt.open(r.data))} for r in rows if r.kind == kind]


def test_a_new_mobile_counts_once_its_code_is_given_back(core: Core) -> None:
    person = someone(core)
    assert core.start_contact_change(person, "phone", NEW, key="k", medium="web") is False
    assert core.contact(person).mobile == MOBILE
    (code,) = sent(core, "code")
    assert (code["port"], code["to"]) == ("sms", NEW)
    wrong = f"{(int(code['code']) + 1) % 10**6:06d}"
    with pytest.raises(CodeWrong) as refusal:
        core.confirm_contact_change(person, wrong, key="w")
    assert refusal.value.left == 4
    assert core.confirm_contact_change(person, code["code"], key="c") == Contact(mobile=NEW)
    assert core.confirm_contact_change(person, code["code"], key="c") == Contact(mobile=NEW)
    with pytest.raises(CodeExpired):
        core.confirm_contact_change(person, code["code"], key="again")
    (told,) = sent(core, "contact_changed")
    assert (told["port"], told["to"]) == ("sms", MOBILE)


def test_asking_twice_with_one_key_sends_one_code(core: Core) -> None:
    person = someone(core)
    for _ in range(2):
        assert core.start_contact_change(person, "email", "n@exemple.fr", key="k", medium="web") is False
    assert len(sent(core, "code")) == 1


def test_a_code_lapses_and_is_worn_out(core: Core, clock: FixedClock) -> None:
    person = someone(core)
    core.start_contact_change(person, "phone", NEW, key="k", medium="web")
    code = sent(core, "code")[0]["code"]
    clock.tick(minutes=core.settings.code_minutes)
    with pytest.raises(CodeExpired):
        core.confirm_contact_change(person, code, key="c")
    core.start_contact_change(person, "phone", NEW, key="k2", medium="web")
    code = sent(core, "code")[1]["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refusal:
            core.confirm_contact_change(person, wrong, key="w")
        assert refusal.value.left == left
    with pytest.raises(CodeExpired):
        core.confirm_contact_change(person, code, key="c")
    assert core.contact(person).mobile == MOBILE


def test_too_many_codes_asked_for(core: Core, clock: FixedClock) -> None:
    person = someone(core)
    for n in range(3):
        core.start_contact_change(person, "phone", NEW, key=f"k{n}", medium="web")
    with pytest.raises(Locked) as refusal:
        core.start_contact_change(person, "phone", NEW, key="k4", medium="web")
    assert refusal.value.until > clock.now()
    clock.tick(minutes=core.settings.lock_minutes, seconds=1)
    assert core.start_contact_change(person, "phone", NEW, key="k5", medium="web") is False


def test_a_landline_needs_no_code(core: Core) -> None:
    person = someone(core)
    assert core.start_contact_change(person, "phone", "01 99 00 12 34", key="k", medium="web")
    assert core.contact(person) == Contact(mobile=MOBILE, landline="+33199001234")


def test_without_proof_a_yes_is_enough(opener: Opener) -> None:
    core = opener(contact_proof=False)
    opening(core, {"since": "9:00", "until": "10:00"})
    person = someone(core)
    assert core.start_contact_change(person, "phone", NEW, key="k", medium="web")
    assert core.start_contact_change(person, "email", "n@exemple.fr", key="e", medium="web")
    assert core.contact(person) == Contact(mobile=NEW, email="n@exemple.fr")


def test_nothing_is_readable_in_the_tables(core: Core, clock: FixedClock) -> None:
    person = someone(core, mobile=MOBILE, email="jeanne@exemple.fr")
    core.start_contact_change(person, "phone", NEW, key="k", medium="web")
    clock.tick(seconds=timedelta(minutes=1).seconds)
    conversation = core.open_conversation("web", person_id=person, level=2)
    core.vault_put(conversation, "phone", NEW)
    core.reply_store(conversation, "m", {"text": NEW})
    dump = dump_of(core)
    for secret in (MOBILE, NEW, "jeanne@", "28705352", "1987-05-14"):
        assert secret not in dump


def dump_of(core: Core) -> str:
    """Every row of every table as text."""
    from sqlalchemy import select

    from booking_core.storage.tables import metadata

    with core.store.read() as connection:
        return "\n".join(str(tuple(r)) for t in metadata.sorted_tables for r in connection.execute(select(t)))

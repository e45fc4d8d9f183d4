"""What a conversation leaves with the core."""

from __future__ import annotations

import pytest

from booking_core import Core, FixedClock, InvalidPhone, NotYours
from tests.booking_core.world import MOBILE, someone


def test_the_vault(core: Core, clock: FixedClock) -> None:
    one, other = core.open_conversation("sms"), core.open_conversation("sms")
    assert core.vault_put(one, "phone", MOBILE) == "phone:1"
    assert core.vault_put(one, "phone", "+33199001234") == "phone:2"
    assert core.vault_put(one, "phone", MOBILE) == "phone:1"
    assert core.vault_put(one, "email", "a@exemple.fr") == "email:1"
    assert core.vault_get(one, "phone:2") == "+33199001234"
    for conversation, reference in ((other, "phone:1"), (one, "phone:3"), (one, "phone"), (one, "phone:x")):
        with pytest.raises(NotYours):
            core.vault_get(conversation, reference)
    clock.tick(minutes=core.settings.vault_minutes)
    with pytest.raises(NotYours):
        core.vault_get(one, "phone:1")


def test_a_reply_is_kept_once(core: Core) -> None:
    conversation = core.open_conversation("web")
    assert core.reply_seen(conversation, "m1") is None
    core.reply_store(conversation, "m1", {"messages": [{"text": "d’accord"}]})
    core.reply_store(conversation, "m1", {"messages": []})
    assert core.reply_seen(conversation, "m1") == {"messages": [{"text": "d’accord"}]}
    assert core.reply_seen("another", "m1") is None


def test_a_draft_is_taken_up_within_a_day(core: Core, clock: FixedClock) -> None:
    person = someone(core)
    conversation = core.open_conversation("voice", person_id=person, level=2)
    assert core.draft(person) is None
    core.keep_draft(person, conversation, {"operation": "book", "reason": "c2s"}, medium="web")
    core.keep_draft(person, conversation, {"operation": "book", "reason": "at_mp"}, medium="web")
    clock.tick(hours=23)
    assert core.draft(person) == {"operation": "book", "reason": "at_mp"}
    assert core.draft(someone(core)) is None
    clock.tick(hours=2)
    assert core.draft(person) is None


def test_a_draft_that_is_dropped_is_gone(core: Core) -> None:
    person = someone(core)
    conversation = core.open_conversation("web", person_id=person, level=2)
    core.keep_draft(person, conversation, {"operation": "move"}, medium="web")
    core.drop_draft(person)
    assert core.draft(person) is None


def test_the_way_to_a_human(core: Core) -> None:
    person = someone(core)
    conversation = core.open_conversation("voice", person_id=person, level=2)
    said = ["un rendez-vous pour ma c2s", "mon numéro est ⟦phone:1⟧"]
    known = {"reason": "c2s"}
    assert core.handover(conversation, operation="book", known=known, turns=said, misunderstood=2, medium="voice")
    assert core.request_callback(conversation, "06 39 98 01 07", reason="c2s", medium="voice")
    with pytest.raises(InvalidPhone):
        core.request_callback(conversation, "12", medium="voice")
    left = core.export(person)["handover"]
    assert [row["kind"] for row in left] == ["handover", "callback"]
    assert left[0]["data"] == {"operation": "book", "known": known, "misunderstood": 2, "turns": said}
    assert left[1]["phone"] == MOBILE

"""Notices: in the transaction of the change, sent at least once, never when stale."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from booking_core import Core, FixedClock, SlotTaken
from booking_core.notices.model import Outgoing, Rendered
from booking_core.storage import outbox
from tests.booking_core.post import FRIDAY, Box, Post, on, somebody, words
from tests.booking_core.world import MOBILE, PARIS, TUESDAY, book, cancel, free, move, someone


def test_a_booking_on_the_web(post: Post, core: Core) -> None:
    mine = on(core, FRIDAY)
    assert post.go() == {"sent": 2}
    assert (post.email.kinds(), post.sms.kinds()) == (["booked"], [])
    assert post.email.sent[0].appointment == mine
    assert [letter.subject for letter in core.letters(mine.person_id)] == ["booked"]
    assert post.go() == {}


@pytest.mark.parametrize("medium", ["sms", "voice"])
def test_whoever_comes_by_text_or_voice_gets_a_text(post: Post, core: Core, medium: str) -> None:
    book(core, somebody(core), free(core, first=FRIDAY)[0], medium=medium)
    post.go()
    assert [(o.kind, o.to) for o in post.sms.sent] == [("booked", MOBILE)]


def test_a_refusal_tells_nobody(post: Post, core: Core) -> None:
    slot = free(core, first=FRIDAY)[0]
    book(core, somebody(core), slot)
    post.go()
    with pytest.raises(SlotTaken):
        book(core, somebody(core), slot)
    assert post.go() == {}


def test_a_person_cancels(post: Post, core: Core) -> None:
    """Case 55: an e-mail, no text message; the reminders are gone."""
    mine = book(core, somebody(core), free(core, first=FRIDAY)[0], medium="sms")
    post.go()
    cancel(core, mine.person_id, mine, medium="sms")
    post.go()
    assert post.email.kinds() == ["booked", "cancelled"]
    assert post.sms.kinds() == ["booked"]


def test_an_agency_cancels(post: Post, core: Core, clock: FixedClock) -> None:
    """The person is told by every way there is, and who cancelled is known, to invite them to book again."""
    mine = on(core, FRIDAY)
    post.go()
    core.cancel_by_agency(mine.id, key="a")
    post.go()
    assert (post.email.kinds(), post.sms.kinds()) == (["booked", "cancelled"], ["cancelled"])
    told = post.sms.sent[0].appointment
    assert told is not None
    assert told.cancelled_by == "agent"
    clock.set(mine.start)
    assert set(post.go()) == {"stale"}


def test_a_move_is_told_and_no_move_is_not(post: Post, core: Core) -> None:
    """Case 56."""
    mine = on(core, FRIDAY)
    slots = core.slots([mine.slot_id or ""])
    move(core, mine.person_id, mine, slots[0])
    post.go()
    move(core, mine.person_id, mine, free(core, first=FRIDAY, last=FRIDAY)[0])
    post.go()
    assert post.email.kinds() == ["booked", "moved"]


def test_what_was_overtaken_is_not_sent(post: Post, core: Core) -> None:
    mine = on(core, FRIDAY)
    cancel(core, mine.person_id, mine)
    assert post.go() == {"stale": 2, "sent": 2}
    assert post.email.kinds() == ["cancelled"]


def test_reminders(post: Post, core: Core, clock: FixedClock) -> None:
    """Case 52: 48 hours before, then 2 hours before, each once."""
    clock.set(datetime(2026, 3, 3, 3, 0, tzinfo=PARIS))
    mine = on(core, FRIDAY)
    post.go()
    for moment in (mine.start - timedelta(hours=48), mine.start - timedelta(hours=2)):
        clock.set(moment - timedelta(seconds=1))
        assert post.go() == {}
        clock.set(moment)
        assert post.go() == {"sent": 1}
        assert post.go() == {}
    assert [(o.kind, o.to) for o in post.sms.sent] == [("reminder", MOBILE)] * 2


def test_booked_the_day_before_gets_the_reminder_still_ahead(post: Post, core: Core, clock: FixedClock) -> None:
    """Case 53: no reminder is invented, the one of two hours before is kept."""
    mine = on(core, TUESDAY)
    post.go()
    clock.set(mine.start - timedelta(hours=2))
    assert post.go() == {"sent": 1}


def test_a_late_dispatcher_sends_one_reminder_or_none(post: Post, core: Core, clock: FixedClock) -> None:
    first, second = on(core, FRIDAY), on(core, FRIDAY)
    post.go()
    clock.set(first.start - timedelta(hours=1))
    assert post.go() == {"stale": 2, "sent": 2}
    third = on(core, date(2026, 3, 13))
    post.go()
    clock.set(third.start)
    assert post.go() == {"stale": 2}
    assert second.start > first.start


def test_a_reminder_after_a_move_or_a_cancellation(post: Post, core: Core, clock: FixedClock) -> None:
    """Cancel, then a reminder that comes late; move, then the reminders of the new time only."""
    moved, gone = on(core, FRIDAY), on(core, FRIDAY)
    post.go()
    later = move(core, moved.person_id, moved, free(core, first=date(2026, 3, 12))[0])
    cancel(core, gone.person_id, gone)
    post.go()
    post.sms.sent.clear()
    clock.set(gone.start)
    assert post.go() == {"stale": 4}
    clock.set(later.start - timedelta(hours=48))
    assert post.go() == {"sent": 1}
    told = post.sms.sent[0].appointment
    assert told is not None
    assert told.start == later.start


def test_failures_are_tried_again_then_given_up(post: Post, core: Core, clock: FixedClock) -> None:
    on(core, FRIDAY)
    post.email.failures = 3
    assert post.go() == {"sent": 1, "waiting": 1}
    assert post.go() == {}
    for wait in (1, 2, 4):
        clock.tick(minutes=wait)
        outcome = post.go()
    assert outcome == {"sent": 1}
    on(core, date(2026, 3, 13))
    post.email.failures = 100
    for _ in range(8):
        post.go()
        clock.tick(minutes=200)
    with core.store.read() as connection:
        dead = [(r.kind, r.port, r.error, r.attempts) for r in outbox.everything(connection) if r.state == "dead"]
    assert dead == [("booked", "email", "ConnectionError", 8)]


def test_a_dispatcher_that_dies_leaves_the_notice_to_another(post: Post, core: Core, clock: FixedClock) -> None:
    """Sent again after the lease, with the same message id."""
    on(core, FRIDAY)

    class Dying(Box):
        def send(self, outgoing: Outgoing, rendered: Rendered) -> None:
            super().send(outgoing, rendered)
            raise KeyboardInterrupt

    dying = Dying()
    with pytest.raises(KeyboardInterrupt):
        core.dispatch({"email": dying, "sms": post.sms}, words)
    assert "booked" not in post.email.kinds()
    clock.tick(minutes=6)
    post.go()
    assert [o.message_id for o in post.email.sent] == [o.message_id for o in dying.sent]


def test_many_dispatchers_send_each_notice_once(post: Post, core: Core) -> None:
    for _ in range(6):
        on(core, FRIDAY)
    threads = [threading.Thread(target=post.go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(o.message_id for o in post.email.sent).most_common(1)[0][1] == 1
    assert len(post.email.sent) == 6


def test_nobody_to_reach(post: Post, core: Core) -> None:
    book(core, someone(core, landline="+33199001234"), free(core, first=FRIDAY)[0], medium="sms")
    assert post.go() == {"sent": 1, "stale": 2}


def test_a_code_travels_and_is_forgotten(post: Post, core: Core) -> None:
    person = somebody(core)
    core.start_contact_change(person, "email", "neuve@exemple.fr", key="k", medium="web")
    post.go()
    (sent,) = post.email.sent
    assert (sent.kind, sent.to) == ("code", "neuve@exemple.fr")
    assert core.confirm_contact_change(person, sent.code or "", key="c").email == "neuve@exemple.fr"
    with core.store.read() as connection:
        assert [r.data for r in outbox.everything(connection) if r.kind == "code"] == [None]

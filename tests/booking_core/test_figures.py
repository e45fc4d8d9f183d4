"""What those who run the service watch."""

from __future__ import annotations

from datetime import timedelta

from booking_core import Core, FixedClock
from booking_core.figures import Stock
from tests.booking_core.post import words
from tests.booking_core.world import MOBILE, NOW, book, free, opening, someone


def test_the_stock_goes_down_with_each_booking_to_zero(core: Core) -> None:
    opening(core, {"since": "9:00", "until": "9:30", "rule": "FREQ=WEEKLY;BYDAY=TU", "reasons": ["c2s"]})
    assert core.watched(days=14).stock == (Stock("rennes", "phone", "c2s", 2),)
    for left in (1, 0):
        book(core, someone(core), free(core)[0])
        assert core.watched(days=14).stock == (Stock("rennes", "phone", "c2s", left),)


def test_the_age_of_the_outbox(core: Core, clock: FixedClock) -> None:
    opening(core, {"since": "9:00", "until": "12:00"})
    assert (core.watched().notices, core.watched().notices_age) == (0, 0)
    book(core, someone(core, mobile=MOBILE, email="a@exemple.fr"), free(core)[0])
    clock.set(NOW + timedelta(minutes=5))
    assert core.watched().notices > 0
    assert core.watched().notices_age == 300


def test_what_is_refused_waits_for_another_try(core: Core) -> None:
    class Refuses:
        def send(self, *_: object) -> None:
            raise OSError

    opening(core, {"since": "9:00", "until": "12:00"})
    book(core, someone(core, mobile=MOBILE, email="a@exemple.fr"), free(core)[0])
    core.dispatch({"email": Refuses(), "sms": Refuses()}, words)
    assert core.watched().retrying == 1


def test_texts_that_wait(core: Core, clock: FixedClock) -> None:
    core.text_received(MOBILE, "bonjour", "m1", age=timedelta(0))
    clock.set(NOW + timedelta(seconds=40))
    assert (core.watched().texts, core.watched().texts_age) == (1, 40)

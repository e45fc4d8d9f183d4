"""The gateway with its real core, beside a Rasa and a carrier that say what they were asked."""

from tests.sms.conftest import carrier, clock, core, rasa, start

__all__ = ["carrier", "clock", "core", "rasa", "start"]

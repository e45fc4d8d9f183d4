"""Text messages: a carrier chosen by configuration, and the desk that answers through it."""

from __future__ import annotations

from booking_core import SystemClock
from gateway.settings import Settings
from gateway.sms.carrier import Carrier
from gateway.sms.kannel import SENDSMS, Kannel, callback_of
from gateway.sms.twilio import Twilio


def carrier_of(settings: Settings) -> Carrier | None:
    """The carrier that the settings name; None on a laptop (console)."""
    match settings.sms:
        case "kannel":
            return Kannel(
                url=settings.sms_url or SENDSMS,
                user=settings.sms_user,
                password=settings.sms_password,
                number=settings.sms_number,
                key=settings.sms_key,
                addresses=settings.sms_addresses,
                callback=callback_of(settings),
                # Kannel dates messages by the machine's clock, even where a demonstration freezes ours.
                clock=SystemClock(),
            )
        case "twilio":
            return Twilio(
                url=settings.sms_url or "https://api.twilio.com",
                account=settings.sms_user,
                token=settings.twilio_auth_token,
                number=settings.sms_number,
                callback=settings.public_url,
            )
    return None

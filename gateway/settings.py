"""Settings, read once from the environment: each with a default that is safe on a laptop."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from booking_core import Clock, OffsetClock, SystemClock

ROOT = Path(__file__).parent.parent
DEMO_SECRET = "demo-secret-for-laptops-only"  # noqa: S105 - refused in production


class BadSettingsError(ValueError):
    """A setting that would not be safe, or cannot be read."""


@dataclass(frozen=True)
class Settings:
    """What an operator sets with RDV_… variables; see docs/operations.md."""

    env: str = "demo"
    secret: str = DEMO_SECRET
    # Another secret that still opens what is sealed, while one is changed for the other.
    secret_also: str = ""
    database_url: str = f"sqlite:///{ROOT / 'var' / 'rdv.db'}"
    host: str = "127.0.0.1"
    port: int = 8080
    rasa_url: str = "http://127.0.0.1:5005"
    rasa_port: int = 5005
    # What the gateway, Rasa and the actions show one another; derived from RDV_SECRET when empty.
    rasa_secret: str = ""
    model: str = str(ROOT / "models" / "rdv.tar.gz")
    tracker_url: str = f"sqlite:///{ROOT / 'var' / 'tracker.db'}"
    actions_port: int = 5055
    # Where the action server listens: elsewhere than on the loopback only on a network that Rasa alone shares.
    actions_host: str = "127.0.0.1"
    now: str = ""
    # Where limits are counted by all gateways together; each counts its own when empty.
    redis_host: str = ""
    redis_port: int = 6379
    redis_password: str = ""
    # Where the supervisor keeps its logs and process ids.
    var: str = str(ROOT / "var")
    timezone: str = "Europe/Paris"
    # The timer: notices, waiting list, purge.
    tick_seconds: int = 2
    # smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]; files in var/outbox when empty.
    smtp_url: str = ""
    mail_from: str = "rendez-vous@exemple.fr"
    # How text messages leave: kannel, twilio, or "console", which drops them into var/outbox.
    sms: str = "console"
    sms_url: str = ""
    sms_user: str = ""
    sms_password: str = ""
    sms_number: str = ""
    sms_key: str = ""
    sms_addresses: str = "127.0.0.1,::1"
    sms_callback: str = ""
    # The phone: secrets of the platforms' webhooks (none: refused), where advisers answer, our public address.
    twilio_auth_token: str = ""
    jambonz_secret: str = ""
    adviser_number: str = ""
    # The address that people and platforms see, where a proxy stands before the gateway.
    public_url: str = ""
    # How many proxies of ours stand before the gateway: whom to believe about where a request comes from.
    proxies: int = 0
    # Pages of other origins that may embed <rdv-chat>, separated by spaces: https://portail.exemple.fr
    web_origins: str = ""
    # A JSON file: {issuer: its JSON Web Key Set}, the portals that sign people in themselves.
    portals: str = ""
    # An OpenID Connect provider (FranceConnect): its issuer, and what it knows us by.
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings of an environment; RDV_X_FILE names a file that holds RDV_X, as secrets are mounted.

        Raises BadSettingsError for a production with the demo secret, and for a file that cannot be read.
        """
        given: dict[str, str | int] = {}
        for field in fields(cls):
            value = _given(environ, f"RDV_{field.name.upper()}")
            if value:
                given[field.name] = int(value) if field.type == "int" else value
        settings = cls(**given)  # type: ignore[arg-type]
        if settings.env not in ("demo", "production"):
            # A typing error would open the doors of the demo.
            raise BadSettingsError("RDV_ENV is demo or production")
        if settings.env == "production" and (settings.secret == DEMO_SECRET or len(settings.secret) < 32):
            raise BadSettingsError("in production RDV_SECRET must be a secret of its own, 32 characters or more")
        if settings.env == "production" and settings.now:
            raise BadSettingsError("RDV_NOW freezes the clock: never in production")
        settings.check_sms()
        return settings

    def check_sms(self) -> None:
        """Raises BadSettingsError when text messages could be forged, or cannot leave."""
        if self.sms not in ("console", "kannel", "twilio"):
            raise BadSettingsError("RDV_SMS is console, kannel or twilio")
        if self.sms == "console":
            return
        own = ["sms_password", "sms_key"] if self.sms == "kannel" else ["twilio_auth_token", "public_url"]
        missing = [f"RDV_{name.upper()}" for name in ["sms_user", "sms_number", *own] if not getattr(self, name)]
        if missing:
            raise BadSettingsError(f"RDV_SMS={self.sms} needs {', '.join(missing)}")
        if self.sms == "kannel" and len(self.sms_key) < 16:
            raise BadSettingsError("RDV_SMS_KEY is 16 characters or more")

    @property
    def shared_secret(self) -> str:
        """What Rasa may know: never the secret itself, which opens what is sealed in the database."""
        derived = hmac.new(self.secret.encode(), b"rasa", hashlib.sha256).hexdigest()
        return self.rasa_secret or derived

    @property
    def demo(self) -> bool:
        """True when anyone may sign in as a person of the demo."""
        return self.env != "production"

    @property
    def phone_token(self) -> str:
        """What signs Twilio's webhooks; "" refuses them all. The demo's telephone signs with the demo's secret."""
        return self.twilio_auth_token or (self.secret if self.demo else "")

    @property
    def origins(self) -> frozenset[str]:
        """The other origins that may embed the chat."""
        return frozenset(self.web_origins.split())

    def clock(self) -> Clock:
        """The clock to hand in: the machine's, or one that starts at RDV_NOW (local time when it has no zone)."""
        if not self.now:
            return SystemClock()
        start = datetime.fromisoformat(self.now)
        return OffsetClock(start if start.tzinfo else start.replace(tzinfo=ZoneInfo(self.timezone)))


def _given(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name, "")
    try:
        return Path(path).read_text("utf8").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise BadSettingsError(f"{name}_FILE cannot be read: {type(failure).__name__}") from None

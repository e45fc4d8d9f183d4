"""The facade: everything that the rest of the project may ask of the booking core."""

from __future__ import annotations

from booking_core.account import Accounts
from booking_core.agents import Agents
from booking_core.clock import Clock
from booking_core.crypt import Crypt
from booking_core.figures import Figures
from booking_core.notices.outbox import Outbox
from booking_core.privacy import Privacy
from booking_core.reasons import load_reasons
from booking_core.rotation import Rotation
from booking_core.schedules.publish import Schedules
from booking_core.settings import Settings
from booking_core.storage.engine import Store
from booking_core.texts import Texts
from booking_core.transcript import Transcripts
from booking_core.waiting import WaitingList


class Core(WaitingList, Agents, Privacy, Accounts, Texts, Transcripts, Schedules, Outbox, Figures, Rotation):
    """One object, thread-safe and blocking: call it from `asyncio.to_thread`.

    Ids are opaque strings. Refusals are raised (`booking_core.errors`), values are returned.
    """

    def upgrade(self) -> None:
        """Bring the tables up to date (Alembic); does nothing when they are."""
        self.store.upgrade()

    def close(self) -> None:
        """Close every connection to the database."""
        self.store.close()


def open_core(
    database_url: str, clock: Clock, *, secret: str, also: str = "", settings: Settings | None = None
) -> Core:
    """The core on a database ("sqlite:///rdv.db", "postgresql://…"); creates nothing: see `upgrade`.

    `secret` keys what is encrypted or hashed at rest: another secret cannot read it. `also`: see `Crypt`.
    """
    return Core(Store(database_url), clock, settings or Settings(), Crypt(secret, also), load_reasons())

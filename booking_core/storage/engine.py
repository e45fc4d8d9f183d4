"""Opening SQLite or PostgreSQL so that both keep the same promises."""

from __future__ import annotations


class Store:
    """A database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def upgrade(self) -> None:
        """Bring the tables up to date."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every connection."""
        raise NotImplementedError
